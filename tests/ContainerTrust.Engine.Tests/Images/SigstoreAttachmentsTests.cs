using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.Registry;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Tests.Registry;

namespace ContainerTrust.Engine.Tests.Images;

/// <summary>Sigstore attachments of a registry in this process.</summary>
public class SigstoreAttachmentsTests : RegistryTest
{
    private const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    private const string OciIndex = "application/vnd.oci.image.index.v1+json";
    private const string SignatureArtifact = "application/vnd.dev.cosign.artifact.sig.v1+json";
    private static readonly string TagPath = "/v2/ns/app/manifests/" + ManifestDigest.Replace(':', '-') + ".sig";
    private static readonly string FallbackPath = "/v2/ns/app/manifests/" + ManifestDigest.Replace(':', '-');
    private static readonly string ReferrersPath = "/v2/ns/app/referrers/" + ManifestDigest;

    private readonly ConcurrentDictionary<string, (int Status, byte[] Body, string Type)> _content = new();

    [Fact]
    public async Task Attachments_come_in_order_with_all_that_is_annotated()
    {
        Offer(TagPath, Attachments(("one", SigstoreSignature.ImageSignatureMimeType,
            """{"a":"1","dev.cosignproject.cosign/signature":"c2ln","é\n":"\u0000\ud83d\ude00"}"""), ("two", "text/plain", null),
            ("two", "", "null"), ("three", "x/y", """{"n":null}""")));
        List<SigstoreSignature> read = Parse(await ReadAsync());
        Assert.Equal(["one", "two", "two", "three"], read.Select(static s => Encoding.UTF8.GetString(s.UntrustedPayload.Span)));
        Assert.Equal([SigstoreSignature.ImageSignatureMimeType, "text/plain", "", "x/y"], read.Select(static s => s.UntrustedMimeType));
        Assert.Equal(3, read[0].UntrustedAnnotations.Count);
        Assert.Equal(("1", "c2ln", "\0😀"),
            (read[0].UntrustedAnnotations["a"], read[0].UntrustedAnnotations[SigstoreSignature.SignatureAnnotation],
            read[0].UntrustedAnnotations["é\n"]));
        Assert.Equal([0, 0, 1], read.Skip(1).Select(static s => s.UntrustedAnnotations.Count));
        Assert.Single(Server.To(TagPath));
    }

    [Fact]
    public async Task Every_source_says_which_layer_it_is()
    {
        Offer(TagPath, Attachments(("one", "x/y", null)));
        SignatureBlob blob = Assert.Single(await ReadAsync());
        Assert.Contains(TagPath, blob.Source, StringComparison.Ordinal);
        Assert.Contains(Digest("one"), blob.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_tag_and_no_referrers_is_none()
    {
        Offer();
        Assert.Empty(await ReadAsync());
        Assert.Single(Server.To(TagPath));
        Assert.Single(Server.To(ReferrersPath));
        Offer(TagPath, """{"schemaVersion":2,"layers":[]}""");
        Assert.Empty(await ReadAsync());
    }

    [Theory]
    [InlineData(401, "RegistryUnauthorized")]
    [InlineData(403, "RegistryUnauthorized")]
    [InlineData(429, "RegistryBusy")]
    [InlineData(500, "RegistryError")]
    public async Task A_registry_that_does_not_say_is_an_error_and_not_none(int status, string errorId)
    {
        Offer();
        _content[TagPath] = (status, [], "text/plain");
        await RefusedAsync(errorId, ReadAsync);
        Assert.Empty(Server.To(ReferrersPath));
        _content.Clear();
        _content[ReferrersPath] = (status, [], "text/plain");
        if (status >= 429)
            await RefusedAsync(errorId, ReadAsync);
    }

    [Theory]
    [InlineData("application/vnd.docker.distribution.manifest.v2+json")]
    [InlineData("application/vnd.oci.image.index.v1+json")]
    [InlineData("application/json")]
    [InlineData("none")]
    public async Task Another_media_type_is_refused(string type)
    {
        Offer(TagPath, Attachments(("one", "x/y", null)), type);
        TrustException e = await RefusedAsync("InvalidAttachments", ReadAsync);
        Assert.Contains(OciManifest, e.Message, StringComparison.Ordinal);
        Assert.Contains(TagPath, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"layers":null}""")]
    [InlineData("""{"layers":{}}""")]
    [InlineData("""{"layers":[null]}""")]
    [InlineData("""{"layers":[7]}""")]
    [InlineData("""{"layers":[{}]}""")]
    [InlineData("""{"layers":[{"digest":null}]}""")]
    [InlineData("""{"layers":[{"digest":"sha256:../../x"}]}""")]
    [InlineData("""{"layers":[{"digest":"DIGEST","mediaType":7}]}""")]
    [InlineData("""{"layers":[{"digest":"DIGEST","annotations":[]}]}""")]
    [InlineData("""{"layers":[{"digest":"DIGEST","annotations":{"a":1}}]}""")]
    [InlineData("""{"layers":[{"digest":"DIGEST","annotations":{"a":"1","a":"2"}}]}""")]
    [InlineData("""{"layers":[{"digest":"DIGEST","annotations":{"a":"\ud800"}}]}""")]
    [InlineData("""{"layers":[{"digest":"DIGEST","annotations":{"\ud800":"a"}}]}""")]
    public async Task What_is_no_manifest_with_layers_is_refused(string manifest)
    {
        Offer(TagPath, manifest.Replace("DIGEST", Digest("one"), StringComparison.Ordinal));
        await RefusedAsync("InvalidAttachments", ReadAsync);
    }

    [Fact]
    public async Task At_most_128_are_read()
    {
        Offer(TagPath, Attachments([.. Enumerable.Repeat(("one", "x/y", (string?)null), 128)]));
        Assert.Equal(128, (await ReadAsync()).Count);
        int asked = Server.To("/v2/ns/app/blobs/" + Digest("one")).Count();
        Offer(TagPath, Attachments([.. Enumerable.Repeat(("one", "x/y", (string?)null), 129)]));
        await RefusedAsync("InvalidAttachments", ReadAsync);

        // None of them was fetched.
        Assert.Equal(asked, Server.To("/v2/ns/app/blobs/" + Digest("one")).Count());
    }

    [Fact]
    public async Task A_layer_must_be_there_and_have_its_digest_and_be_no_larger_than_a_signature()
    {
        Offer(TagPath, Attachments(("one", "x/y", null)));
        string blob = "/v2/ns/app/blobs/" + Digest("one");
        _content[blob] = (200, "two"u8.ToArray(), "application/octet-stream");
        await RefusedAsync("BlobDigestMismatch", ReadAsync);
        _content.TryRemove(blob, out _);
        await RefusedAsync("BlobNotFound", ReadAsync);
        Offer(TagPath, Attachments((new string('x', ImageLimits.SignatureBytes + 1), "x/y", null)));
        await RefusedAsync("BlobTooLarge", ReadAsync);
        Offer(TagPath, new string(' ', ImageLimits.ManifestBytes + 1));
        await RefusedAsync("ManifestTooLarge", ReadAsync);
    }

    [Fact]
    public async Task Referrers_are_read_where_the_tag_is_missing()
    {
        string first = Attachments(("one", "x/y", null)), second = Attachments(("two", "x/y", """{"a":"1"}"""), ("three", "x/y", null)),
        sbom = Attachments(("sbom", "x/y", null));
        Offer(ReferrersPath, Index((SignatureArtifact, first), ("application/spdx+json", sbom), (null, sbom), (SignatureArtifact, second)),
            OciIndex);
        OfferByDigest(first, second);
        IReadOnlyList<SignatureBlob> blobs = await ReadAsync();
        Assert.Equal(["one", "two", "three"], Parse(blobs).Select(static s => Encoding.UTF8.GetString(s.UntrustedPayload.Span)));
        Assert.Contains(Digest(second), blobs[1].Source, StringComparison.Ordinal);
        Assert.Contains(Verbose, static line => line.Contains("podman and skopeo do not read referrers", StringComparison.Ordinal));
        Assert.Empty(Server.To("/v2/ns/app/manifests/" + Digest(sbom)));

        // Of what has the old form, the tag counts alone if it is there.
        Offer(TagPath, Attachments(("tagged", "x/y", null)));
        Assert.Equal("tagged", Encoding.UTF8.GetString(Assert.Single(Parse(await ReadAsync())).UntrustedPayload.Span));
    }

    [Theory]
    [InlineData(SignatureArtifact)]
    [InlineData(null)]
    [InlineData("application/vnd.oci.empty.v1+json")]
    public async Task A_registry_that_does_not_know_referrers_has_them_under_a_tag(string? artifactType)
    {
        const string Signature = SigstoreSignature.ImageSignatureMimeType;
        string one = Attachments(("one", Signature, null)), sbom = Attachments(("sbom", "x/y", null)), gone = Attachments(("gone",
            Signature, null));
        Offer(FallbackPath, Index((artifactType, one), (artifactType == SignatureArtifact ? "application/spdx+json" : artifactType,
            sbom)), OciIndex);
        OfferByDigest(one, sbom);
        Assert.Equal("one", Encoding.UTF8.GetString(Assert.Single(Parse(await ReadAsync())).UntrustedPayload.Span));
        Assert.Contains($"only under the tag {ManifestDigest.Replace(':', '-')}.sig. Its signer can", await DescribeAsync(),
            StringComparison.Ordinal);
        foreach (string? type in new[] { SignatureArtifact, artifactType })
        {
            Offer(FallbackPath, Index((type, gone), (artifactType, one)), OciIndex);
            OfferByDigest(one);
            Assert.Single(await ReadAsync());
        }

        // What the API says counts, where there is one.
        Offer(ReferrersPath, Index(), OciIndex);
        Assert.Empty(await ReadAsync());
        Assert.Null(await DescribeAsync());
    }

    [Fact]
    public async Task Bundles_are_found_named_and_read_as_they_are()
    {
        const string Bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
        string one = Attachments(("one", Bundle, null));
        foreach ((string path, string? type) in new[] { (ReferrersPath, Bundle), (FallbackPath, (string?)Bundle), (FallbackPath, null) })
        {
            _content.Clear();
            Attachments(("one", Bundle, null));
            Offer(path, Index((type, one)), OciIndex);
            OfferByDigest(one);
            SignatureBlob blob = Assert.Single(await ReadAsync());
            Assert.True(blob.IsBundle);
            Assert.Equal("one", Encoding.UTF8.GetString(blob.UntrustedContent.Span));
            Assert.Contains("cosign 3's form", await DescribeAsync(), StringComparison.Ordinal);
        }

        // Beside the tag, bundles count too; where they cannot be read, nothing says no.
        Offer(TagPath, Attachments(("tagged", "x/y", null)));
        Assert.Equal([false, true], (await ReadAsync()).Select(static b => b.IsBundle));
        _content["/v2/ns/app/manifests/" + Digest(one)] = (500, [], "text/plain");
        SourceSignatures beside = await ReadWithFailureAsync();
        Assert.False(Assert.Single(beside.Signatures).IsBundle);
        Assert.Equal("RegistryError", beside.Failure!.ErrorId);
        Assert.StartsWith("Whether bundles of cosign 3", beside.Failure.Message, StringComparison.Ordinal);

        // An attestation that says so is none of the signer's signatures.
        string index = $$$"""{"manifests":[{"artifactType":"{{{Bundle}}}","digest":"{{{Digest(one)}}}","annotations":{"dev.sigstore.bundle.predicateType":"https://slsa.dev/provenance/v1"}}]}""";
        _content.Clear();
        Offer(ReferrersPath, index, OciIndex);
        OfferByDigest(one);
        Assert.Empty(await ReadAsync());
        Assert.Null(await DescribeAsync());
    }

    [Fact]
    public async Task For_a_trusted_root_referrers_are_read_alone_and_their_errors_come_through()
    {
        const string Bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
        string one = Attachments(("one", Bundle, null));
        Offer(ReferrersPath, Index((Bundle, one)), OciIndex);
        OfferByDigest(one);
        _content[ManifestPath] = (200, Encoding.UTF8.GetBytes(Manifest), OciManifest);
        _content[TagPath] = (200, "rubbish"u8.ToArray(), "text/plain");
        Host.Write("registries.d/a.yaml", "");
        DockerImageSource source = new(Image().Reference, [Image()], Client(static o => o with { Retries = 0 }),
            LookasideConfiguration.Load(Host, Path.Combine(Host.HomeDirectory, "registries.d")), Host, Verbose.Enqueue, Warnings.Enqueue)
        {
            ReadsAllAttachments = true, ReadsReferrersOnly = true,
        };
        await source.GetManifestAsync(null, CancellationToken.None);
        Assert.True(Assert.Single((await source.GetSignaturesAsync(null, ManifestDigest, CancellationToken.None)).Signatures).IsBundle);
        Assert.Single((await source.WithoutWarnings().GetSignaturesAsync(null, ManifestDigest, CancellationToken.None)).Signatures);
        Assert.Empty(Server.To(TagPath));
        Assert.Equal([$"the referrers in {Server.Authority}"], source.SignatureStores);
        Assert.Null(source.AttachmentsHint);
        _content[ReferrersPath] = (500, [], "text/plain");
        TrustException e = await Assert.ThrowsAnyAsync<TrustException>(() =>
            source.GetSignaturesAsync(null, ManifestDigest, CancellationToken.None));
        Assert.Equal("RegistryError", e.ErrorId);
        Assert.Empty(Warnings);
    }

    [Fact]
    public async Task What_podman_does_not_read_is_said_where_it_finds_none()
    {
        const string Bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
        string one = Attachments(("one", Bundle, null));
        Offer(ReferrersPath, Index((Bundle, one)), OciIndex);
        OfferByDigest(one);
        _content[ManifestPath] = (200, Encoding.UTF8.GetBytes(Manifest), OciManifest);
        DockerImageSource source = Source("default-docker:\n  use-sigstore-attachments: true\n", Image());
        await source.GetManifestAsync(null, CancellationToken.None);
        Assert.Empty((await source.GetSignaturesAsync(null, ManifestDigest, CancellationToken.None)).Signatures);
        Assert.Contains("--new-bundle-format=false", await source.FindUnreadSignaturesAsync(ManifestDigest, CancellationToken.None),
            StringComparison.Ordinal);
        _content[ReferrersPath] = (500, [], "text/plain");
        await Assert.ThrowsAnyAsync<TrustException>(() => source.FindUnreadSignaturesAsync(ManifestDigest, CancellationToken.None));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(501)]
    public async Task A_registry_that_does_not_know_referrers_has_none(int status)
    {
        Offer();
        _content[ReferrersPath] = (status, "404 page not found"u8.ToArray(), "text/plain");
        Assert.Empty(await ReadAsync());
        _content[ReferrersPath] = (200, "<html>"u8.ToArray(), "text/html");
        Assert.Empty(await ReadAsync());
        Assert.DoesNotContain(Verbose, static line => line.Contains("referrers of the image", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Referrers_are_bounded_and_checked()
    {
        string one = Attachments(("one", "x/y", null)), many = Attachments([.. Enumerable.Repeat(("one", "x/y", (string?)null), 127)]);
        Offer(ReferrersPath, Index((SignatureArtifact, many), (SignatureArtifact, one)), OciIndex);
        OfferByDigest(one, many);
        Assert.Equal(128, (await ReadAsync()).Count);
        Offer(ReferrersPath, Index((SignatureArtifact, one), (SignatureArtifact, many), (SignatureArtifact, one)), OciIndex);
        await RefusedAsync("InvalidAttachments", ReadAsync);
        Offer(ReferrersPath, Index([.. Enumerable.Repeat(((string?)SignatureArtifact, one), 129)]), OciIndex);
        await RefusedAsync("InvalidAttachments", ReadAsync);
        Offer(ReferrersPath, new string(' ', ImageLimits.ManifestBytes + 1), OciIndex);
        await RefusedAsync("ReferrersTooLarge", ReadAsync);

        Offer(ReferrersPath, Index((SignatureArtifact, "{}")), OciIndex);
        OfferByDigest(one);
        await RefusedAsync("ImageNotFound", ReadAsync);
        _content["/v2/ns/app/manifests/" + Digest("{}")] = (200, Encoding.UTF8.GetBytes(one), OciManifest);
        await RefusedAsync("ManifestDigestMismatch", ReadAsync);
        _content["/v2/ns/app/manifests/" + Digest("{}")] = (200, "{}"u8.ToArray(), OciManifest);
        await RefusedAsync("InvalidAttachments", ReadAsync);
        Offer(ReferrersPath, Index((SignatureArtifact, one)), OciIndex);
        _content["/v2/ns/app/manifests/" + Digest(one)] = (200, Encoding.UTF8.GetBytes(one), OciIndex);
        await RefusedAsync("InvalidAttachments", ReadAsync);
        foreach (string index in (string[])["", "null", "{}", """{"manifests":{}}""", """{"manifests":[7]}""",
            """{"manifests":[{"artifactType":7}]}""", $$"""{"manifests":[{"artifactType":"{{SignatureArtifact}}"}]}""",
            $$"""{"manifests":[{"artifactType":"{{SignatureArtifact}}","digest":"x"}]}"""])
        {
            Offer(ReferrersPath, index, OciIndex);
            TrustException e = await RefusedAsync("InvalidAttachments", ReadAsync);
            Assert.DoesNotContain("podman", e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Mutated_manifests_and_indexes_end_in_an_error_or_a_list(bool tagged)
    {
        string one = Attachments(("one", SigstoreSignature.ImageSignatureMimeType,
            """{"dev.cosignproject.cosign/signature":"c2ln","a":"\u00e9"}"""), ("two", "x/y", null));
        byte[] good = Encoding.UTF8.GetBytes(tagged ? one : Index((SignatureArtifact, one), ("x/y", one)));
        Offer();
        OfferByDigest(one);
        string path = tagged ? TagPath : ReferrersPath;
        using RegistryClient client = Client(static o => o with { Retries = 0 });
        var random = new Random(5);
        int read = 0, refused = 0;
        for (int i = 0; i < 1500; i++)
        {
            byte[] mutated = [.. good];
            for (int n = random.Next(1, 4); n > 0; n--)
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            if (random.Next(10) == 0)
                mutated = mutated[..random.Next(mutated.Length)];
            _content[path] = (200, mutated, tagged ? OciManifest : OciIndex);
            try
            {
                Parse((await SigstoreAttachments.ReadAsync(client, Image(), ManifestDigest, Verbose.Enqueue, default)).Signatures);
                read++;
            }
            catch (TrustException e)
            {
                Assert.True(e.ErrorId is "InvalidAttachments" or "BlobNotFound" or "ImageNotFound", e.ToString());
                refused++;
            }
        }

        Assert.True(read > 20 && refused > 100, $"{read} read, {refused} refused");
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("default-docker:\n  use-sigstore-attachments: false\n", false)]
    [InlineData("default-docker:\n  use-sigstore-attachments: true\n", true)]
    [InlineData("docker:\n  HOST/ns/app:\n    use-sigstore-attachments: true\n", true)]
    [InlineData("docker:\n  HOST/ns/other:\n    use-sigstore-attachments: true\n", false)]
    [InlineData("default-docker:\n  use-sigstore-attachments: true\ndocker:\n  HOST/ns:\n    use-sigstore-attachments: false\n", false)]
    public async Task The_switch_decides_whether_the_registry_is_asked(string yaml, bool isOn)
    {
        Offer(TagPath, Attachments(("one", "x/y", null)));
        _content[ManifestPath] = (200, Encoding.UTF8.GetBytes(Manifest), OciManifest);
        DockerImageSource source = Source(yaml.Replace("HOST", Server.Authority, StringComparison.Ordinal), Image());
        await source.GetManifestAsync(null, CancellationToken.None);
        IReadOnlyList<SignatureBlob> signatures = (await source.GetSignaturesAsync(null, ManifestDigest, default)).Signatures;
        Assert.Equal(isOn ? 1 : 0, signatures.Count);
        Assert.Equal(isOn ? 1 : 0, Server.To(TagPath).Count());
        Assert.Empty(Server.To(ReferrersPath));
        Assert.Equal(isOn, source.AttachmentsHint is null);
        Assert.Equal(isOn ? 2 : 1, source.SignatureStores.Count);
        if (!isOn)
            Assert.Contains($"use-sigstore-attachments on for {Server.Authority}/ns/app.", source.AttachmentsHint,
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Attachments_are_looked_for_where_the_image_came_from_under_the_name_there(bool isMirrorOn)
    {
        HostileServer mirror = Start();
        Offer(TagPath, Attachments(("of the registry", "x/y", null)));
        _content[ManifestPath] = (200, Encoding.UTF8.GetBytes(Manifest), OciManifest);
        string tag = TagPath.Replace("/ns/", "/mirror/", StringComparison.Ordinal),
            attachments = Attachments(("of the mirror", "x/y", null));
        mirror.Handler = (request, stream, _) =>
            request.Path == "/v2/" ? HostileServer.AnswerAsync(stream, 200, "{}")
            : request.Path == "/v2/mirror/app/manifests/1" ? GiveManifest(stream)
            : request.Path == tag ? HostileServer.AnswerAsync(stream, 200, attachments, Type)
            : request.Path.EndsWith(Digest("of the mirror"), StringComparison.Ordinal)
                ? HostileServer.AnswerAsync(stream, 200, "of the mirror")
            : HostileServer.AnswerAsync(stream, 404, "");
        DockerImageSource source = Source($"docker:\n  {(isMirrorOn ? mirror : Server).Authority}:\n    use-sigstore-attachments: true\n",
            Image("mirror/app:1", mirror: true, server: mirror), Image());
        await source.GetManifestAsync(null, CancellationToken.None);
        IReadOnlyList<SignatureBlob> signatures = (await source.GetSignaturesAsync(null, ManifestDigest, default)).Signatures;
        Assert.Empty(Server.Requests);
        Assert.EndsWith(
            $" under {mirror.Authority}/mirror/app, the name at the mirror that answered",
            source.SignatureStores[0],
            StringComparison.Ordinal);
        if (isMirrorOn)
        {
            Assert.Equal("of the mirror", Encoding.UTF8.GetString(Assert.Single(Parse(signatures)).UntrustedPayload.Span));
            Assert.Null(source.AttachmentsHint);
        }
        else
        {
            Assert.Empty(signatures);
            Assert.Empty(mirror.To(tag));
            Assert.Contains($"{mirror.Authority}/mirror/app, the mirror that answered", source.AttachmentsHint, StringComparison.Ordinal);
        }
    }

    private DockerImageSource Source(string yaml, params PullSource[] places)
    {
        Host.Write("registries.d/a.yaml", yaml);
        LookasideConfiguration lookaside = LookasideConfiguration.Load(Host, Path.Combine(Host.HomeDirectory, "registries.d"));
        return new DockerImageSource(places[^1].Reference, places, Client(), lookaside, Host, Verbose.Enqueue, Verbose.Enqueue);
    }

    private async Task<IReadOnlyList<SignatureBlob>> ReadAsync() => (await ReadWithFailureAsync()).Signatures;

    private Task<SourceSignatures> ReadWithFailureAsync() =>
        SigstoreAttachments.ReadAsync(Client(static o => o with { Retries = 0 }), Image(), ManifestDigest, Verbose.Enqueue,
            CancellationToken.None);

    private Task<string?> DescribeAsync() =>
        ReferrerSignatures.DescribeAsync(Client(static o => o with { Retries = 0 }), Image(), ManifestDigest, CancellationToken.None);

    private static List<SigstoreSignature> Parse(IReadOnlyList<SignatureBlob> blobs)
    {
        List<SigstoreSignature> parsed = [];
        foreach (SignatureBlob blob in blobs)
        {
            StoredSignature stored = StoredSignature.Of(blob);
            Assert.Equal((ImageSignatureKind.Sigstore, ""), (stored.Kind, stored.Problem));
            parsed.Add(stored.UntrustedSigstore!);
        }

        return parsed;
    }

    private void Offer() => Serve((request, stream, _) => _content.TryGetValue(request.Path, out var answer)
        ? HostileServer.AnswerAsync(stream, answer.Status, answer.Body, $"Content-Type: {answer.Type}")
        : HostileServer.AnswerAsync(stream, 404, ""));

    private void Offer(string path, string body, string type = OciManifest)
    {
        Offer();
        _content[path] = (200, Encoding.UTF8.GetBytes(body), type);
    }

    private void OfferByDigest(params string[] manifests)
    {
        foreach (string manifest in manifests)
            _content["/v2/ns/app/manifests/" + Digest(manifest)] = (200, Encoding.UTF8.GetBytes(manifest), OciManifest);
    }

    // A manifest; its layers can be fetched from now on.
    private string Attachments(params (string Payload, string MediaType, string? Annotations)[] layers)
    {
        foreach ((string payload, _, _) in layers)
            _content["/v2/ns/app/blobs/" + Digest(payload)] = (200, Encoding.UTF8.GetBytes(payload), "application/octet-stream");
        string all = string.Join(',', layers.Select(static l =>
            $"{{\"mediaType\":{JsonSerializer.Serialize(l.MediaType)},\"size\":{l.Payload.Length},\"digest\":\"{Digest(l.Payload)}\"{(l.Annotations is null ? "" : ",\"annotations\":" + l.Annotations)}}}"));
        return $$"""{"schemaVersion":2,"mediaType":"{{OciManifest}}","config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":"{{Digest("{}")}}"},"layers":[{{all}}]}""";
    }

    private static string Index(params (string? ArtifactType, string Manifest)[] manifests) =>
        $$"""{"schemaVersion":2,"mediaType":"{{OciIndex}}","manifests":[{{string.Join(',', manifests.Select(static m => $"{{\"mediaType\":\"{OciManifest}\",\"size\":{m.Manifest.Length},\"digest\":\"{Digest(m.Manifest)}\"{(m.ArtifactType is null ? "" : $",\"artifactType\":\"{m.ArtifactType}\"")}}}"))}}]}""";
}
