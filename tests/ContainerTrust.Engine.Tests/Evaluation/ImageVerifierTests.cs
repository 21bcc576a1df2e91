using System.Formats.Tar;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.Registry.Web;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Tests.Evaluation;

/// <summary>The journey from a name to a verdict, over directories on this machine.</summary>
public sealed class ImageVerifierTests : IDisposable
{
    private const string Accept = """{"default":[{"type":"insecureAcceptAnything"}]}""";
    private const string SignedBy = """{"default":[{"type":"reject"}],"transports":{"dir":{"":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"DIR/alice.gpg","signedIdentity":{"type":"exactRepository","dockerRepository":"registry.example.com/app"}}]}}}""";
    private const string Repository = "registry.example.com/app";
    private static readonly TestSigner Alice = new("Alice <alice@example.com>");

    private readonly string _directory = Directory.CreateTempSubdirectory("ct-verify-").FullName;

    public ImageVerifierTests()
    {
        File.WriteAllBytes($"{_directory}/alice.gpg", Alice.PublicKey);
        File.WriteAllText($"{_directory}/registries.conf", "");
        Directory.CreateDirectory($"{_directory}/registries.d");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task ASignedDirectoryIsValidAndSaysUnderWhichScope()
    {
        string digest = WriteImage("img", Manifest(), sign: true);
        using ImageVerifier verifier = Verifier(SignedBy);
        ImageSignatureResult result = await verifier.VerifyAsync($"dir:{_directory}/img", null, CancellationToken.None);
        Assert.True(result.IsValid, result.Reason);
        Assert.Equal(digest, result.ManifestDigest);
        Assert.Equal("", result.Scope);
        Assert.Null(result.PinnedReference);
        Assert.Equal($"{_directory}/img/manifest.json", result.ManifestSource);
        Assert.Single(result.Signatures);
        Assert.True(Assert.Single(result.Requirements).IsSatisfied);
    }

    [Fact]
    public async Task AnUnsignedDirectoryIsAResultAndAMissingOneAnError()
    {
        WriteImage("img", Manifest(), sign: false);
        using ImageVerifier verifier = Verifier(SignedBy);
        Assert.False((await verifier.VerifyAsync($"dir:{_directory}/img", null, CancellationToken.None)).IsValid);
        await Assert.ThrowsAsync<TrustException>(() => verifier.VerifyAsync($"dir:{_directory}/none", null, CancellationToken.None));
        await Assert.ThrowsAsync<TrustException>(() => verifier.VerifyAsync("tarball:x", null, CancellationToken.None));
    }

    [Fact]
    public async Task WhatThePolicyAcceptsUnseenIsValidOnlyWhereNobodyAskedForASignature()
    {
        WriteImage("img", Manifest(), sign: true);
        string image = $"dir:{_directory}/img";
        using (ImageVerifier verifier = Verifier(Accept))
            Assert.True((await verifier.VerifyAsync(image, null, CancellationToken.None)).IsValid);
        VerificationOptions[] asks =
        [
            new() { RequireSignature = true },
            new() { Fingerprints = [new string('A', 40)] },
            new() { Fingerprints = [Alice.Fingerprint] },
            new() { SignatureStores = [$"{_directory}/store"] },
            new() { SignatureConfigMaps = [] },
        ];
        foreach (VerificationOptions options in asks)
        {
            using ImageVerifier verifier = Verifier(Accept, options);
            ImageSignatureResult result = await verifier.VerifyAsync(image, null, CancellationToken.None);
            Assert.False(result.IsValid);
            Assert.Null(result.PinnedReference);
        }
    }

    [Fact]
    public async Task ByDigestAndStoreNoRegistryIsNeeded()
    {
        string digest = Sha256(Manifest());
        string store = $"{_directory}/store/{digest.Replace(':', '=')}";
        Directory.CreateDirectory(store);
        File.WriteAllBytes($"{store}/signature-1", Alice.SignClaim($"{Repository}:v1", digest));
        using ImageVerifier verifier = Verifier(Accept, new VerificationOptions
            { KeyPaths = [$"{_directory}/alice.gpg"], SignatureStores = [$"{_directory}/store"] });
        ImageSignatureResult result = await verifier.VerifyDigestAsync(Repository, digest, CancellationToken.None);
        Assert.True(result.IsValid, result.Reason);
        Assert.Equal($"{Repository}@{digest}", result.PinnedReference);
        Assert.True((await verifier.VerifyDigestAsync($"{Repository}:v1", digest, CancellationToken.None)).IsValid);
        Assert.False((await verifier.VerifyDigestAsync($"{Repository}:v2", digest, CancellationToken.None)).IsValid);
        Assert.False((await verifier.VerifyDigestAsync("registry.example.com/other", digest, CancellationToken.None)).IsValid);
        Assert.False((await verifier.VerifyDigestAsync(Repository, "sha256:" + new string('a', 64), CancellationToken.None)).IsValid);
        Assert.Equal("InvalidDigest",
            (await Assert.ThrowsAsync<TrustException>(() =>
            verifier.VerifyDigestAsync(Repository, "sha256:x", CancellationToken.None))).ErrorId);
        Assert.Equal("ManifestDigestMismatch",
            (await Assert.ThrowsAsync<TrustException>(() =>
            verifier.VerifyDigestAsync($"{Repository}@{digest}", "sha256:" + new string('a', 64), CancellationToken.None))).ErrorId);
    }

    [Fact]
    public async Task KeysWithoutAnyUsableOneAreAnError()
    {
        WriteImage("img", Manifest(), sign: true);
        File.WriteAllText($"{_directory}/none.gpg", "no key");
        foreach (string[] keys in (string[][])[[], [$"{_directory}/none.gpg"], [$"{_directory}/missing.gpg"]])
        {
            using ImageVerifier verifier = Verifier(Accept, new VerificationOptions { KeyPaths = keys });
            Assert.Equal("NoUsableKey",
                (await Assert.ThrowsAsync<TrustException>(() =>
                verifier.VerifyAsync($"dir:{_directory}/img", null, CancellationToken.None))).ErrorId);
        }
    }

    [Fact]
    public async Task AMemberOfASignedReleaseIsTrustedByItsDigest()
    {
        string member = "sha256:" + new string('b', 64);
        WriteRelease(member, sign: true);
        using ImageVerifier verifier = Verifier(SignedBy.Replace("\"reject\"", "\"insecureAcceptAnything\"", StringComparison.Ordinal));
        ReleaseVerifier releases = new(verifier, null);
        ImageSignatureResult result = await releases.VerifyAsync($"quay.io/art/dev@{member}", $"dir:{_directory}/release",
            CancellationToken.None);
        Assert.True(result.IsValid, result.Reason);
        Assert.Equal("cli", result.ReleaseComponent);
        Assert.Equal($"quay.io/art/dev@{member}", result.PinnedReference);
        Assert.True(result.Release!.IsValid);
        Assert.StartsWith($"It is cli of release 4.14.3 ({result.Release.ManifestDigest}), whose signature holds. ", result.Reason,
            StringComparison.Ordinal);
        ImageSignatureResult other = await releases.VerifyAsync("quay.io/art/dev@sha256:" + new string('c', 64),
            $"dir:{_directory}/release", CancellationToken.None);
        Assert.False(other.IsValid);
        Assert.Null(other.ReleaseComponent);
        Assert.Equal($"The digest is not among the 1 images of release 4.14.3 ({result.Release.ManifestDigest}).", other.Reason);
        Assert.Null(other.PinnedReference);
        Assert.Equal("cli", Assert
            .Single(await releases.ReadAsync($"dir:{_directory}/release", requireSignature: true, CancellationToken.None)).Name);
    }

    [Theory]
    [InlineData(false, SignedBy)]
    [InlineData(true, Accept)]
    public async Task NothingThatAReleaseListsIsTrustedUnlessItsSignatureHolds(bool sign, string policy)
    {
        string member = "sha256:" + new string('b', 64);
        WriteRelease(member, sign);
        using ImageVerifier verifier = Verifier(policy);
        ReleaseVerifier releases = new(verifier, null);
        ImageSignatureResult result = await releases.VerifyAsync($"quay.io/art/dev@{member}", $"dir:{_directory}/release",
            CancellationToken.None);
        Assert.False(result.IsValid);
        string reason = sign ? "The release image is not trusted, so nothing that it lists is. "
            : "The policy rejects docker://quay.io/art/dev@";
        Assert.StartsWith(reason, result.Reason, StringComparison.Ordinal);
        Assert.Equal("ReleaseNotTrusted",
            (await Assert.ThrowsAsync<TrustException>(() =>
            releases.ReadAsync($"dir:{_directory}/release", requireSignature: true, CancellationToken.None))).ErrorId);
        Assert.Single(await releases.ReadAsync($"dir:{_directory}/release", requireSignature: false, CancellationToken.None));
    }

    [Fact]
    public async Task APolicyThatRejectsAMemberIsNotOverruledByTheRelease()
    {
        string member = "sha256:" + new string('b', 64);
        WriteRelease(member, sign: true);
        using ImageVerifier verifier = Verifier(SignedBy);
        ImageSignatureResult result = await new ReleaseVerifier(verifier, null)
            .VerifyAsync($"quay.io/art/dev@{member}", $"dir:{_directory}/release", CancellationToken.None);
        Assert.False(result.IsValid);
        Assert.Null(result.PinnedReference);
        Assert.Contains("rejects", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatAnUntrustedReleaseListsIsNotRead()
    {
        WriteImage("release", Manifest(), sign: false);
        using ImageVerifier verifier = Verifier(SignedBy.Replace("\"reject\"", "\"insecureAcceptAnything\"", StringComparison.Ordinal));
        ImageSignatureResult result = await new ReleaseVerifier(verifier, null)
            .VerifyAsync($"quay.io/art/dev@sha256:{new string('b', 64)}", $"dir:{_directory}/release", CancellationToken.None);
        Assert.False(result.IsValid);
        Assert.StartsWith("The release image is not trusted, so nothing that it lists is. ", result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"type":"insecureAcceptAnything"},{"type":"reject"}]""", false)]
    [InlineData("""[{"type":"reject"},{"type":"insecureAcceptAnything"}]""", false)]
    [InlineData("""[{"type":"signedBaseLayer","baseLayerIdentity":{"type":"matchExact"}},{"type":"insecureAcceptAnything"}]""", false)]
    [InlineData("""[{"type":"insecureAcceptAnything"}]""", true)]
    public async Task OneRequirementThatRejectsAMemberIsEnough(string requirements, bool isValid)
    {
        string member = "sha256:" + new string('b', 64);
        WriteRelease(member, sign: true);
        string policy = SignedBy.Replace("\"reject\"", "\"insecureAcceptAnything\"", StringComparison.Ordinal)
            .Replace("\"transports\":{", $"\"transports\":{{\"docker\":{{\"quay.io/art/dev\":{requirements}}},", StringComparison.Ordinal);
        using ImageVerifier verifier = Verifier(policy);
        ReleaseVerifier releases = new(verifier, null);
        Assert.Equal(isValid, (await releases.VerifyAsync($"quay.io/art/dev@{member}", $"dir:{_directory}/release",
            CancellationToken.None)).IsValid);
        Assert.True((await releases.VerifyAsync($"quay.io/other@{member}", $"dir:{_directory}/release", CancellationToken.None)).IsValid);
    }

    [Fact]
    public async Task AMultiArchReleaseAsksForAPlatform()
    {
        byte[] instance = Manifest("arm64");
        WriteImage("release", List(Sha256(instance), instance.Length), sign: true);
        File.WriteAllBytes($"{_directory}/release/{Sha256(instance)[7..]}.manifest.json", instance);
        using ImageVerifier verifier = Verifier(SignedBy);
        TrustException e = await Assert.ThrowsAsync<TrustException>(() => new ReleaseVerifier(verifier, null)
            .ReadAsync($"dir:{_directory}/release", requireSignature: true, CancellationToken.None));
        Assert.Equal("PlatformRequired", e.ErrorId);
        Assert.Contains("linux/arm64", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnInstanceThatIsNotWhatTheListSaysIsAnError()
    {
        byte[] instance = Manifest("arm64");
        WriteImage("img", List(Sha256(instance), instance.Length), sign: false);
        File.WriteAllBytes($"{_directory}/img/{Sha256(instance)[7..]}.manifest.json", Manifest("amd64"));
        using ImageVerifier verifier = Verifier(Accept);
        Assert.Equal("ManifestDigestMismatch",
            (await Assert.ThrowsAsync<TrustException>(() =>
            verifier.VerifyAsync($"dir:{_directory}/img", ImagePlatform.Parse("linux/arm64"), CancellationToken.None))).ErrorId);
    }

    [Fact]
    public async Task TheTimeOfTheOptionsCounts()
    {
        WriteImage("img", Manifest(), sign: true);
        foreach (var (seconds, isValid) in new[] { (TestSigner.KeyCreated - 1, false), (TestSigner.KeyCreated, true) })
        {
            using ImageVerifier verifier = Verifier(SignedBy, new VerificationOptions
                { Now = DateTimeOffset.FromUnixTimeSeconds(seconds) });
            Assert.Equal(isValid, (await verifier.VerifyAsync($"dir:{_directory}/img", null, CancellationToken.None)).IsValid);
        }
    }

    [Theory]
    [InlineData("PUBLIC KEY")]
    [InlineData("RSA PUBLIC KEY")]
    public async Task PemKeysAskForSigstoreSignatures(string label)
    {
        using RSA rsa = RSA.Create(2048);
        byte[] der = label == "PUBLIC KEY" ? rsa.ExportSubjectPublicKeyInfo() : rsa.ExportRSAPublicKey();
        string pem = $"{_directory}/key.pub";
        File.WriteAllText(pem, PemEncoding.WriteString(label, der) + "\n");
        WriteImage("img", Manifest(), sign: true);
        SignedIdentity identity = new MatchRepositoryIdentity();
        using (ImageVerifier verifier = Verifier(Accept, new VerificationOptions { KeyPaths = [pem], SignedIdentity = identity }))
        {
            ImageSignatureResult result = await verifier.VerifyAsync($"dir:{_directory}/img", null, CancellationToken.None);
            Assert.False(result.IsValid);
            var requirement = Assert.IsType<SigstoreSignedRequirement>(Assert.Single(result.Requirements).Requirement);
            Assert.Equal([pem], requirement.KeyPaths);
            Assert.Equal(identity, requirement.SignedIdentity);
        }

        foreach (string[] keys in (string[][])[[pem, $"{_directory}/alice.gpg"], [$"{_directory}/alice.gpg", pem]])
        {
            using ImageVerifier mixed = Verifier(Accept, new VerificationOptions { KeyPaths = keys });
            Assert.Equal("MixedKeys",
                (await Assert.ThrowsAsync<TrustException>(() =>
                mixed.VerifyAsync($"dir:{_directory}/img", null, CancellationToken.None))).ErrorId);
        }

        using ImageVerifier missing = Verifier(Accept, new VerificationOptions { KeyPaths = [$"{_directory}/missing.gpg"] });
        Assert.Equal(TrustErrorKind.NotFound,
            (await Assert.ThrowsAsync<TrustException>(() =>
            missing.VerifyAsync($"dir:{_directory}/img", null, CancellationToken.None))).Kind);
    }

    [Fact]
    public async Task SignaturesOfConfigMapsAndStoresCount()
    {
        string digest = Sha256(Manifest());
        string map = $"{_directory}/map.json";
        string signature = Convert.ToBase64String(Alice.SignClaim($"{Repository}:v1", digest));
        File.WriteAllText(map, $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},"binaryData":{"sha256-{{{digest[7..]}}}-1":"{{{signature}}}"}}""");
        VerificationOptions options = new() { KeyPaths = [$"{_directory}/alice.gpg"], SignatureConfigMaps = [map] };
        using (ImageVerifier verifier = Verifier(Accept, options))
            Assert.True((await verifier.VerifyDigestAsync(Repository, digest, CancellationToken.None)).IsValid);
        Directory.CreateDirectory($"{_directory}/store");
        using (ImageVerifier verifier = Verifier(Accept, options with { SignatureStores = [$"{_directory}/store"] }))
            Assert.True((await verifier.VerifyDigestAsync(Repository, digest, CancellationToken.None)).IsValid);
        File.WriteAllText(map, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},"binaryData":{}}""");
        using (ImageVerifier verifier = Verifier(Accept, options with { SignatureStores = [$"{_directory}/store"] }))
        {
            string reason = (await verifier.VerifyDigestAsync(Repository, digest, CancellationToken.None)).Reason;
            Assert.Equal($"A signature is required, and there is none in {_directory}/store, {map}.", reason);
        }
    }

    [Fact]
    public async Task AShortNameOfTwoRegistriesIsNobodys()
    {
        File.WriteAllText($"{_directory}/registries.conf", "unqualified-search-registries = [\"a.example.com\", \"b.example.com\"]\n");
        using ImageVerifier verifier = Verifier(Accept);
        TrustException e = await Assert.ThrowsAsync<TrustException>(() => verifier.VerifyAsync("app:v1", null, CancellationToken.None));
        Assert.Equal("ShortNameAmbiguous", e.ErrorId);
        Assert.Contains("a.example.com/app:v1 or b.example.com/app:v1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsDoneIsToldAndAWarningOnce()
    {
        const string ByRoot = """{"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"DIR/both.gpg"}],"transports":{"dir":{"":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"DIR/both.gpg"},{"type":"signedBy","keyType":"GPGKeys","keyPaths":["DIR/both.gpg","DIR/alice.gpg"]}]}}}""";
        var weak = ContainerTrust.Engine.Tests.OpenPgp.TestSigner.Rsa(bits: 512);
        File.WriteAllBytes($"{_directory}/both.gpg", [.. Alice.PublicKey, .. weak.Certificate()]);
        WriteImage("img", List(Sha256(Manifest()), Manifest().Length), sign: false);
        File.WriteAllBytes($"{_directory}/img/{Sha256(Manifest())[7..]}.manifest.json", Manifest());
        List<string> warnings = [], said = [];
        using ImageVerifier verifier = Verifier(ByRoot, messages: new TrustMessages { Warning = warnings.Add, Verbose = said.Add });
        Assert.False((await verifier.VerifyAsync($"dir:{_directory}/img", ImagePlatform.Parse("linux/arm64"),
            CancellationToken.None)).IsValid);
        Assert.Contains(weak.Fingerprint, Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Contains($"Fetching the manifest of dir:{_directory}/img.", said);
        Assert.Contains($"The instance of dir:{_directory}/img for linux/arm64 is {Sha256(Manifest())}.", said);
        Assert.Contains(said, s => s.StartsWith($"dir:{_directory}/img: No scope of transport dir", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhereAttachmentsWereNotLookedForIsSaid()
    {
        const string Hint = "The registry was not asked for sigstore attachments";
        using RSA rsa = RSA.Create(2048);
        string pem = $"{_directory}/key.pub";
        File.WriteAllText(pem, rsa.ExportSubjectPublicKeyInfoPem());
        string digest = WriteImage("img", Manifest(), sign: false);
        Directory.CreateDirectory($"{_directory}/store");
        VerificationOptions own = new() { KeyPaths = [pem] }, store = own with { SignatureStores = [$"{_directory}/store"] },
            maps = own with { SignatureConfigMaps = [] };
        Assert.DoesNotContain(Hint, await Reason(own), StringComparison.Ordinal);
        Assert.Contains(Hint, await Reason(store), StringComparison.Ordinal);
        Assert.Contains(Hint, await Reason(maps), StringComparison.Ordinal);
        List<string> said = [];
        using ImageVerifier byDigest = Verifier(Accept, store, new TrustMessages { Verbose = said.Add });
        Assert.Contains(Hint, (await byDigest.VerifyDigestAsync(Repository, digest, CancellationToken.None)).Reason,
            StringComparison.Ordinal);
        Assert.Contains($"Reading the signatures of {digest} from {_directory}/store.", said);

        async Task<string> Reason(VerificationOptions options)
        {
            using ImageVerifier verifier = Verifier(Accept, options);
            return (await verifier.VerifyAsync($"dir:{_directory}/img", null, CancellationToken.None)).Reason;
        }
    }

    [Fact]
    public async Task AnotherDigestThanTheReferencesIsNamed()
    {
        string sha256 = "sha256:" + new string('a', 64), sha512 = "sha512:" + new string('a', 128);
        using ImageVerifier verifier = Verifier(Accept);
        TrustException changed = await Assert
            .ThrowsAsync<TrustException>(() => verifier.VerifyDigestAsync($"{Repository}@sha256:{new string('b', 64)}", sha256,
            CancellationToken.None));
        Assert.Contains("it was changed on its way", changed.Message, StringComparison.Ordinal);
        TrustException other = await Assert
            .ThrowsAsync<TrustException>(() => verifier.VerifyDigestAsync($"{Repository}@{sha512}", sha256, CancellationToken.None));
        Assert.Contains("only sha256 digests", other.Message, StringComparison.Ordinal);
        Assert.Equal("InvalidReference",
            (await Assert.ThrowsAsync<TrustException>(() => verifier.VerifyDigestAsync("UPPER", sha256, CancellationToken.None))).ErrorId);
    }

    [Fact]
    public async Task OneCallersCancellationIsNotAnothers()
    {
        using TcpListener stalling = new(IPAddress.Loopback, 0);
        stalling.Start();
        int port = ((IPEndPoint)stalling.LocalEndpoint).Port;
        using ImageVerifier verifier = Verifier(Accept, new VerificationOptions
            { Web = new WebOptions { Timeout = TimeSpan.FromSeconds(8), Retries = 0 } });
        ReleaseVerifier releases = new(verifier, null);
        string release = $"127.0.0.1:{port}/release@sha256:{new string('a', 64)}";
        string image = $"127.0.0.1:{port}/image@sha256:{new string('b', 64)}";
        using CancellationTokenSource soon = new(TimeSpan.FromMilliseconds(300));
        Task first = releases.VerifyAsync(image, release, soon.Token);
        Task second = releases.VerifyAsync(image, release, CancellationToken.None);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<TrustException>(() => second);
    }

    [Fact]
    public async Task ACredentialForNoHostInParticularIsForOneRegistryOnly()
    {
        using ImageVerifier verifier = Verifier(Accept, new VerificationOptions
            { Web = new WebOptions { Credential = new NetworkCredential("user", "secret"), Timeout = TimeSpan.FromSeconds(2),
            Retries = 0 } });
        TrustException first = await Assert
            .ThrowsAnyAsync<TrustException>(() => verifier.VerifyAsync("127.0.0.1:1/app:v1", null, CancellationToken.None));
        Assert.NotEqual("CredentialForOneRegistry", first.ErrorId);
        Assert.Equal("CredentialForOneRegistry",
            (await Assert.ThrowsAsync<TrustException>(() =>
            verifier.VerifyAsync("127.0.0.1:2/app:v1", null, CancellationToken.None))).ErrorId);
    }

    private static byte[] Manifest(string architecture = "amd64") => Encoding.UTF8.GetBytes($$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:{{{new string('1', 64)}}}","size":1},"layers":[],"annotations":{"a":"{{{architecture}}}"}}""");

    private static byte[] List(string instance, int size) => Encoding.UTF8.GetBytes($$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{{instance}}}","size":{{{size}}},"platform":{"os":"linux","architecture":"arm64"}}]}""");

    private static string Sha256(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    private string WriteImage(string name, byte[] manifest, bool sign)
    {
        Directory.CreateDirectory($"{_directory}/{name}");
        File.WriteAllBytes($"{_directory}/{name}/manifest.json", manifest);
        File.WriteAllText($"{_directory}/{name}/version", "Directory Transport Version: 1.1\n");
        string digest = Sha256(manifest);
        if (sign)
            File.WriteAllBytes($"{_directory}/{name}/signature-1", Alice.SignClaim($"{Repository}:v1", digest));
        return digest;
    }

    private void WriteRelease(string member, bool sign)
    {
        using MemoryStream tar = new();
        using (TarWriter writer = new(tar, leaveOpen: true))
        {
            string list = $$$"""{"kind":"ImageStream","apiVersion":"image.openshift.io/v1","metadata":{"name":"4.14.3"},"spec":{"tags":[{"name":"cli","from":{"kind":"DockerImage","name":"quay.io/art/dev@{{{member}}}"}}]}}""";
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "release-manifests/image-references")
                { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(list)) });
        }

        byte[] layer = tar.ToArray();
        string layerDigest = Sha256(layer);
        byte[] manifest = Encoding.UTF8.GetBytes($$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:{{{new string('1', 64)}}}","size":1},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{{layerDigest}}}","size":{{{layer.Length}}}}]}""");
        WriteImage("release", manifest, sign);
        File.WriteAllBytes($"{_directory}/release/{layerDigest[7..]}", layer);
    }

    private ImageVerifier Verifier(string policy, VerificationOptions? options = null, TrustMessages? messages = null)
    {
        File.WriteAllText($"{_directory}/policy.json", policy.Replace("DIR", _directory, StringComparison.Ordinal));
        TrustStore store = TrustStore.Open(new TrustStoreOptions
            { PolicyPath = $"{_directory}/policy.json", RegistriesDirectory = $"{_directory}/registries.d" }, TrustMessages.None);
        return new ImageVerifier(store,
            (options ?? new VerificationOptions()) with { RegistriesConfPath = $"{_directory}/registries.conf" }, messages
            ?? TrustMessages.None);
    }
}
