using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.Tests.Evaluation;
using ContainerTrust.Engine.Tests.Images;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Tests.Verification;

/// <summary>
/// What is judged of a multi-arch image, and what is said of the rest of it. The real tools' verdicts are compared in the conformance
/// tests.
/// </summary>
public sealed class MultiArchTests
{
    private const string Image = "dir:/srv/app";
    private const string Repository = "registry.example.com/app";
    private const string SignedBy = """
        {"default":[{"type":"reject"}],"transports":{"dir":{"":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/signer.asc",
            "signedIdentity":{"type":"exactRepository","dockerRepository":"registry.example.com/app"}}]}}}
        """;

    private static readonly TestSigner s_signer = new("Signer <signer@example.com>");
    private static readonly byte[] s_amd64 = Instance("amd64");
    private static readonly byte[] s_arm64 = Instance("arm64");
    private static readonly byte[] s_list = List((s_amd64, "amd64"), (s_arm64, "arm64"));

    [Theory]
    [InlineData("x86_64", "linux/amd64")]
    [InlineData("aarch64", "linux/arm64/v8")]
    public async Task Without_a_platform_it_is_the_instance_of_the_judged_host(string machine, string platform)
    {
        byte[] instance = machine == "x86_64" ? s_amd64 : s_arm64;
        FileHost host = Host(instance);
        host.Machine = machine;
        ImageSignatureResult result = await VerifyAsync(host, PlatformChoice.Host);
        Assert.True(result.IsValid, result.Reason);
        Assert.Equal(platform, result.Platform);
        Assert.Equal(Digest(instance), result.ManifestDigest);
        Assert.Equal(Digest(s_list), result.ListDigest);
        host.Machine = machine == "x86_64" ? "aarch64" : "x86_64";
        Assert.False((await VerifyAsync(host, PlatformChoice.Host)).IsValid);
    }

    [Fact]
    public async Task Of_a_system_that_tells_no_machine_it_is_this_one_s_and_that_is_said()
    {
        List<string> said = [];
        FileHost host = Host(s_amd64, s_arm64);
        ImageSignatureResult result = await VerifyAsync(host, PlatformChoice.Host, new TrustMessages { Warning = said.Add });
        Assert.Equal(ImagePlatform.OfMachine(Engine.Hosts.LocalHost.Instance.Machine!)!.ToString(), result.Platform);
        Assert.Contains(said, static s => s.StartsWith("Nothing tells which machine the judged system is for", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_signed_list_does_not_make_an_instance_valid_and_is_named()
    {
        ImageSignatureResult result = await VerifyAsync(Host(s_list), PlatformChoice.Of(ImagePlatform.Parse("linux/arm64")));
        Assert.False(result.IsValid);
        Assert.Contains($"The multi-arch list {Digest(s_list)} has a good signature", result.Reason, StringComparison.Ordinal);
        Assert.EndsWith("as 'skopeo copy --all --sign-by' does.", result.Reason, StringComparison.Ordinal);
        Assert.Equal(Digest(s_arm64), result.ManifestDigest);
        Assert.Empty(result.Signatures);
    }

    [Fact]
    public async Task An_unsigned_list_does_not_make_an_instance_invalid_and_is_named()
    {
        ImageSignatureResult result = await VerifyAsync(Host(s_arm64), PlatformChoice.Of(ImagePlatform.Parse("linux/arm64")));
        Assert.True(result.IsValid, result.Reason);
        Assert.Contains($"The multi-arch list {Digest(s_list)} has no such signature", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_list_and_instance_are_alike_nothing_is_said_of_the_list()
    {
        PlatformChoice arm64 = PlatformChoice.Of(ImagePlatform.Parse("linux/arm64"));
        foreach (FileHost host in new[] { Host(), Host(s_list, s_arm64) })
            Assert.DoesNotContain("list", (await VerifyAsync(host, arm64)).Reason, StringComparison.Ordinal);
        FileHost accepting = Host().With("/etc/containers/policy.json", """{"default":[{"type":"insecureAcceptAnything"}]}""");
        ImageSignatureResult result = await VerifyAsync(accepting, arm64);
        Assert.True(result.IsValid);
        Assert.DoesNotContain("list", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_whose_signatures_cannot_be_read_spoils_no_verdict()
    {
        List<string> said = [];
        FileHost host = Host(s_arm64).With("/srv/app/signature-1", new byte[8 << 20]);
        ImageSignatureResult result = await VerifyAsync(host, PlatformChoice.Of(ImagePlatform.Parse("linux/arm64")),
            new TrustMessages { Verbose = said.Add });
        Assert.True(result.IsValid, result.Reason);
        Assert.Contains(said, static s => s.StartsWith("Whether the multi-arch list", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_list_alone_is_judged_where_that_is_asked()
    {
        ImageSignatureResult result = await VerifyAsync(Host(s_list), PlatformChoice.List);
        Assert.True(result.IsValid, result.Reason);
        Assert.Null(result.Platform);
        Assert.Null(result.PinnedReference);
        Assert.Contains("list alone", result.Reason, StringComparison.Ordinal);
        Assert.Equal(Digest(s_list), result.ManifestDigest);
        Assert.False((await VerifyAsync(Host(s_amd64, s_arm64), PlatformChoice.List)).IsValid);
    }

    [Fact]
    public async Task All_are_each_instance_and_the_list_which_is_valid_if_they_are()
    {
        IReadOnlyList<ImageSignatureResult> results = await VerifyAllAsync(Host(s_amd64, s_arm64));
        Assert.Equal(["linux/amd64", "linux/arm64", "all"], results.Select(static r => r.Platform));
        Assert.All(results, static r => Assert.True(r.IsValid, r.Reason));
        Assert.StartsWith("All 2 instances are accepted.", results[^1].Reason, StringComparison.Ordinal);

        // What the list's own signatures are says nothing about the verdict on all.
        Assert.Empty(results[^1].Requirements);
        Assert.Empty(results[^1].Signatures);

        results = await VerifyAllAsync(Host(s_list, s_arm64));
        Assert.Equal([false, true, false], results.Select(static r => r.IsValid));
        Assert.StartsWith("Of 2 instances, 1 is refused: linux/amd64.", results[^1].Reason, StringComparison.Ordinal);
        Assert.Contains("has a good signature", results[^1].Reason, StringComparison.Ordinal);

        FileHost empty = Host().With("/srv/app/manifest.json", List());
        Assert.False(Assert.Single(await VerifyAllAsync(empty)).IsValid);
    }

    [Fact]
    public async Task What_is_not_multi_arch_is_judged_as_it_is_whatever_is_asked()
    {
        foreach (PlatformChoice choice in new[] { PlatformChoice.Host, PlatformChoice.All, PlatformChoice.List,
            PlatformChoice.Parse("linux/s390x") })
        {
            FileHost host = Host(s_amd64).With("/srv/app/manifest.json", s_amd64).With("/srv/app/signature-1", Signature(s_amd64));
            ImageSignatureResult result = await VerifyAsync(host, choice);
            Assert.True(result.IsValid, result.Reason);
            Assert.Null(result.Platform);
            Assert.Null(result.ListDigest);
        }
    }

    [Fact]
    public async Task A_list_in_a_list_is_not_pulled_by_anybody()
    {
        byte[] outer = List((s_list, "arm64"));
        FileHost host = Host(s_list, s_arm64).With("/srv/app/manifest.json", outer).With($"/srv/app/{Digest(s_list)[7..]}.manifest.json",
            s_list)
            .With($"/srv/app/{Digest(s_list)[7..]}.signature-1", Signature(s_list))
            .With("/etc/containers/policy.json", """{"default":[{"type":"insecureAcceptAnything"}]}""");
        foreach (PlatformChoice choice in new[] { PlatformChoice.All, PlatformChoice.Parse("linux/arm64") })
        {
            ImageSignatureResult result = await VerifyAsync(host, choice);
            Assert.False(result.IsValid);
            Assert.Contains("list in a list", result.Reason, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(4, null)]
    [InlineData(5, "ManifestListTooDeep")]
    public async Task Of_releases_lists_in_lists_are_followed_four_deep(int lists, string? errorId)
    {
        FileHost host = Host();
        byte[] content = s_arm64;
        for (int i = 0; i < lists; i++)
        {
            host.With($"/srv/app/{Digest(content)[7..]}.manifest.json", content);
            content = List((content, "arm64"));
        }

        host.With("/srv/app/manifest.json", content);
        using ImageVerifier verifier = Verifier(host, TrustMessages.None);
        FetchedImage top = await verifier.FetchAsync(Image, CancellationToken.None);
        Task<FetchedImage> found = verifier.SelectAsync(top, ImagePlatform.Parse("linux/arm64"), CancellationToken.None);
        if (errorId is null)
            Assert.Equal(Digest(s_arm64), (await found).Judged.Digest);
        else
            Assert.Equal(errorId, (await Assert.ThrowsAsync<TrustException>(() => found)).ErrorId);
    }

    [Fact]
    public async Task A_platform_of_any_text_reaches_nobody_raw()
    {
        byte[] list = List((s_amd64, "\\u001b[2J" + new string('x', 5000)));
        ImageSignatureResult result = (await VerifyAllAsync(Host().With("/srv/app/manifest.json", list)))[^1];
        Assert.False(result.IsValid);
        Assert.DoesNotContain('\u001b', result.Reason);
        Assert.True(result.Reason.Length < 1000, result.Reason);
    }

    [Fact]
    public async Task What_takes_too_long_is_given_up_and_said()
    {
        List<string> failed = [];
        Assert.Null(await BriefLookup.TryAsync(
            static async token =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return "";
            },
            TimeSpan.FromMilliseconds(200), failed.Add, CancellationToken.None));
        Assert.Equal(["It took too long."], failed);
        Assert.Equal("found", await BriefLookup.TryAsync(static _ => Task.FromResult<string?>("found"), Timeout.InfiniteTimeSpan,
            failed.Add, CancellationToken.None));
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => BriefLookup.TryAsync<string>(
            static token => Task.FromException<string?>(new OperationCanceledException(token)), Timeout.InfiniteTimeSpan, failed.Add,
                cancelled.Token));
    }

    [Fact]
    public async Task A_platform_that_is_not_in_the_list_is_an_error()
    {
        TrustException e = await Assert.ThrowsAsync<TrustException>(() => VerifyAsync(Host(), PlatformChoice.Parse("linux/s390x")));
        Assert.Equal("PlatformNotFound", e.ErrorId);
    }

    [Fact]
    public async Task An_instance_that_is_not_what_the_list_says_is_an_error()
    {
        FileHost host = Host(s_arm64).With($"/srv/app/{Digest(s_arm64)[7..]}.manifest.json", s_amd64);
        foreach (PlatformChoice choice in new[] { PlatformChoice.All, PlatformChoice.Parse("linux/arm64") })
            Assert.Equal("ManifestDigestMismatch", (await Assert.ThrowsAsync<TrustException>(() => VerifyAsync(host, choice))).ErrorId);
    }

    [Theory]
    [InlineData("all", "all")]
    [InlineData("LIST", "list")]
    [InlineData("linux/arm64", "linux/arm64")]
    public void Choices_are_read(string text, string name) => Assert.Equal(name, PlatformChoice.Parse(text).ToString());

    [Fact]
    public void Of_a_release_one_instance_must_be_named()
    {
        Assert.Equal("InvalidPlatform", Assert.Throws<TrustException>(() => PlatformChoice.All.RequireOne()).ErrorId);
        Assert.Equal("InvalidPlatform", Assert.Throws<TrustException>(() => PlatformChoice.List.RequireOne()).ErrorId);
        Assert.Equal("linux/arm64", PlatformChoice.Parse("linux/arm64").RequireOne()!.ToString());
        Assert.Null(PlatformChoice.Host.RequireOne());
    }

    private static FileHost Host(params byte[][] signed)
    {
        FileHost host = new FileHost()
            .With("/etc/containers/policy.json", SignedBy)
            .With("/keys/signer.asc", s_signer.PublicKey)
            .With("/srv/app/version", "Directory Transport Version: 1.1\n")
            .With("/srv/app/manifest.json", s_list);
        foreach (byte[] instance in new[] { s_amd64, s_arm64 })
            host.With($"/srv/app/{Digest(instance)[7..]}.manifest.json", instance);
        foreach (byte[] manifest in signed)
            host.With(manifest == s_list ? "/srv/app/signature-1" : $"/srv/app/{Digest(manifest)[7..]}.signature-1", Signature(manifest));
        return host;
    }

    private static async Task<ImageSignatureResult> VerifyAsync(FileHost host, PlatformChoice choice, TrustMessages? messages = null)
    {
        using ImageVerifier verifier = Verifier(host, messages ?? TrustMessages.None);
        return (await verifier.VerifyChosenAsync(Image, choice, CancellationToken.None))[0];
    }

    private static async Task<IReadOnlyList<ImageSignatureResult>> VerifyAllAsync(FileHost host)
    {
        using ImageVerifier verifier = Verifier(host, TrustMessages.None);
        return await verifier.VerifyChosenAsync(Image, PlatformChoice.All, CancellationToken.None);
    }

    private static ImageVerifier Verifier(FileHost host, TrustMessages messages) =>
        new(TrustStore.Open(host, new TrustStoreOptions(), messages), new VerificationOptions(), messages);

    private static byte[] Signature(byte[] manifest) => s_signer.SignClaim($"{Repository}:v1", Digest(manifest));

    private static string Digest(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    private static byte[] Instance(string architecture) => Encoding.UTF8.GetBytes(
        $$$"""
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
        "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:{{{new string('1', 64)}}}","size":1},
        "layers":[],"annotations":{"a":"{{{architecture}}}"}}
        """);

    private static byte[] List(params (byte[] Manifest, string Architecture)[] instances)
    {
        const string Entry = """
            {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"D","size":N,"platform":{"os":"linux","architecture":"A"}}
            """;
        string entries = string.Join(',', instances.Select(static i => Entry
            .Replace("\"D\"", $"\"{Digest(i.Manifest)}\"", StringComparison.Ordinal)
            .Replace("\"A\"", $"\"{i.Architecture}\"", StringComparison.Ordinal)
            .Replace(":N,", $":{i.Manifest.Length},", StringComparison.Ordinal)));
        return Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{{entries}}]}""");
    }
}
