using System.Text;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Tests.Images;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Tests.Evaluation;

/// <summary>A manifest, a signature and a key, each from a file, as <c>skopeo standalone-verify</c> takes them.</summary>
public sealed class FileVerifierTests
{
    private const string Reference = "registry.example.com/app:v1";
    private static readonly byte[] Manifest = Encoding.UTF8
        .GetBytes("""{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json"}""");
    private static readonly string Digest = ManifestDigest.Compute(Manifest);
    private static readonly string OtherDigest = "sha256:" + new string('a', 64);
    private static readonly TestSigner Alice = new("Alice <alice@example.com>");
    private static readonly TestSigner Bob = new("Bob <bob@example.com>");

    private readonly FileHost _host = new FileHost()
        .With("/manifest", Manifest).With("/alice.gpg", Alice.PublicKey).With("/bob.gpg", Bob.PublicKey)
            .With("/none.gpg", Array.Empty<byte>())
        .With("/good", Alice.SignClaim(Reference, Digest)).With("/bob", Bob.SignClaim(Reference, Digest));

    [Fact]
    public void A_good_signature_is_accepted_and_pins_the_image()
    {
        var result = Verify(Files());
        Assert.True(result.IsValid, result.Reason);
        Assert.Equal($"Signed by Alice <alice@example.com> ({Alice.Fingerprint}) for {Reference}.", result.Reason);
        Assert.Equal(("memory", Reference, Digest, "/manifest"),
            (result.ComputerName, result.Image, result.ManifestDigest, result.ManifestSource));
        Assert.Equal($"registry.example.com/app@{Digest}", result.PinnedReference);
        Assert.Equal("/good", Assert.Single(result.Signatures).Source);
        var requirement = Assert.IsType<SignedByRequirement>(Assert.Single(result.Requirements).Requirement);
        Assert.Equal(["/alice.gpg"], requirement.KeyPaths);
        Assert.Equal(Reference, Assert.IsType<ExactReferenceIdentity>(requirement.SignedIdentity).DockerReference);
    }

    [Fact]
    public void One_accepted_signature_of_several_is_enough_and_one_that_cannot_be_read_is_none()
    {
        Assert.True(Verify(Files() with { SignaturePaths = ["/bob", "/good"] }).IsValid);
        _host.With("/unknown", "\0unknown-format\nxx").With("/garbage", "what is this").With("/empty", Array.Empty<byte>());

        // A person who names a file says that it is an OpenPGP message; only a mark of another format tells otherwise.
        var marked = Verify(Files() with { SignaturePaths = ["/unknown", "/good"] });
        Assert.False(marked.IsValid);
        Assert.StartsWith("Its format cannot be told", marked.Signatures[0].Reason, StringComparison.Ordinal);
        Assert.Equal(ImageSignatureKind.Unknown, marked.Signatures[0].Kind);
        Assert.Null(marked.PinnedReference);
        foreach (string path in new[] { "/garbage", "/empty" })
        {
            var result = Verify(Files() with { SignaturePaths = [path, "/good"] });
            Assert.True(result.IsValid, result.Reason);
            Assert.Equal((false, ImageSignatureKind.SimpleSigning), (result.Signatures[0].IsValid, result.Signatures[0].Kind));
            Assert.False(Verify(Files() with { SignaturePaths = [path] }).IsValid);
        }
    }

    [Fact]
    public void A_sigstore_signature_is_refused_as_one()
    {
        _host.With("/sigstore", "\0sigstore-json\n{\"payload\":\"e30=\",\"mimeType\":\"application/json\",\"annotations\":{}}");
        var result = Verify(Files() with { SignaturePaths = ["/sigstore"] });
        Assert.False(result.IsValid);
        var signature = Assert.Single(result.Signatures);
        Assert.Equal(("/sigstore", ImageSignatureKind.Sigstore, false), (signature.Source, signature.Kind, signature.IsValid));
        Assert.Equal("It is a sigstore signature; OpenPGP keys cannot verify it.", signature.Reason);
    }

    [Fact]
    public void A_marked_simple_signature_is_read_without_its_mark()
    {
        _host.With("/marked", (byte[])[.. "\0simple-signing\n"u8, .. Alice.SignClaim(Reference, Digest)]);
        var result = Verify(Files() with { SignaturePaths = ["/marked"] });
        Assert.True(result.IsValid, result.Reason);
    }

    [Fact]
    public void The_reference_is_compared_whole_and_no_tag_is_added()
    {
        Assert.False(Verify(Files() with { Reference = "registry.example.com/app:v2" }).IsValid);
        Assert.False(Verify(Files() with { Reference = "registry.example.com/app" }).IsValid);
        _host.With("/named", Alice.SignClaim("registry.example.com/app", Digest));
        Assert.True(Verify(Files() with { Reference = "registry.example.com/app", SignaturePaths = ["/named"] }).IsValid);
    }

    [Fact]
    public void Keys_and_fingerprints_decide_whose_signature_counts()
    {
        Assert.False(Verify(Files() with { KeyPaths = ["/bob.gpg"] }).IsValid);
        Assert.True(Verify(Files() with { KeyPaths = ["/bob.gpg", "/alice.gpg"] }).IsValid);
        Assert.True(Verify(Files() with { Fingerprints = [Alice.Fingerprint] }).IsValid);
        Assert.False(Verify(Files() with { Fingerprints = [Bob.Fingerprint] }).IsValid);
        Assert.Equal("NoUsableKey", Error(Files() with { KeyPaths = ["/none.gpg"] }));
        Assert.Equal("NoUsableKey", Error(Files() with { KeyPaths = ["/missing.gpg"] }));
        Assert.Equal("InvalidFingerprint", Error(Files() with { Fingerprints = ["ABCD"] }));
    }

    [Fact]
    public void The_time_is_the_one_given_or_now()
    {
        Assert.False(Verify(Files() with { Now = DateTimeOffset.FromUnixTimeSeconds(TestSigner.KeyCreated - 1) }).IsValid);
        Assert.True(Verify(Files() with { Now = DateTimeOffset.FromUnixTimeSeconds(TestSigner.KeyCreated) }).IsValid);
        Assert.True(Verify(Files() with { Now = null }).IsValid);
    }

    [Fact]
    public void The_manifest_must_be_the_one_that_is_meant()
    {
        Assert.True(Verify(Files() with { ManifestDigest = Digest }).IsValid);
        Assert.Equal("ManifestDigestMismatch", Error(Files() with { ManifestDigest = OtherDigest }));
        Assert.Equal("InvalidDigest", Error(Files() with { ManifestDigest = "sha256:abc" }));
        Assert.Equal("InvalidDigest", Error(Files() with { ManifestPath = null, ManifestDigest = "x" }));
        Assert.Equal("FileNotFound", Error(Files() with { ManifestPath = "/missing" }));
        Assert.Equal("FileNotFound", Error(Files() with { SignaturePaths = ["/missing"] }));
        Assert.Equal("InvalidReference", Error(Files() with { Reference = "UPPER" }));
        Assert.Equal("ManifestDigestMismatch", Error(Files() with { Reference = $"registry.example.com/app@{OtherDigest}" }));
        Assert.Equal("ManifestDigestMismatch",
            Error(Files() with { ManifestPath = null, ManifestDigest = Digest, Reference = $"registry.example.com/app@{OtherDigest}" }));
        var mismatch = Assert.Throws<TrustException>(() =>
            Verify(Files() with { ManifestPath = null, ManifestDigest = Digest, Reference = $"registry.example.com/app@{OtherDigest}" }));
        Assert.Equal("the manifest", mismatch.Target);
        mismatch = Assert.Throws<TrustException>(() => Verify(Files() with { Reference = $"registry.example.com/app@{OtherDigest}" }));
        Assert.Equal("/manifest", mismatch.Target);
        Assert.Equal("ManifestRequired", Error(Files() with { ManifestPath = null }));
    }

    [Fact]
    public void A_digest_stands_for_the_manifest()
    {
        var byDigest = Files() with { ManifestPath = null, ManifestDigest = Digest };
        Assert.True(Verify(byDigest).IsValid);
        Assert.Null(Verify(byDigest).ManifestSource);
        Assert.False(Verify(byDigest with { ManifestDigest = OtherDigest }).IsValid);
        string named = $"registry.example.com/app@{Digest}";
        _host.With("/digest", Alice.SignClaim(named, Digest));
        Assert.True(Verify(Files() with { ManifestPath = null, Reference = named, SignaturePaths = ["/digest"] }).IsValid);
        Assert.True(Verify(Files() with { Reference = named, SignaturePaths = ["/digest"] }).IsValid);
    }

    [Fact]
    public void Manifests_and_signatures_are_bounded()
    {
        Assert.Equal(4_194_304, FileVerifier.MaxBytes);
        _host.With("/large", new byte[FileVerifier.MaxBytes + 1]).With("/largest", new byte[FileVerifier.MaxBytes]);
        Assert.Equal("FileTooLarge", Error(Files() with { SignaturePaths = ["/large"] }));
        Assert.False(Verify(Files() with { SignaturePaths = ["/largest"] }).IsValid);
    }

    private static FileVerification Files() => new()
    {
        ManifestPath = "/manifest",
        Reference = Reference,
        SignaturePaths = ["/good"],
        KeyPaths = ["/alice.gpg"],
        Now = DateTimeOffset.FromUnixTimeSeconds(1_750_000_000),
    };

    private ImageSignatureResult Verify(FileVerification files) => new FileVerifier(_host, static _ => { }).Verify(files);

    private string Error(FileVerification files) => Assert.ThrowsAny<TrustException>(() => Verify(files)).ErrorId;
}
