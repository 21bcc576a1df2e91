using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Conformance.Tests.Sigstore;
using ContainerTrust.Conformance.Tests.Verification;

namespace ContainerTrust.Conformance.Tests.Rehearsal;

/// <summary>An image of the rehearsal.</summary>
/// <param name="Name">As hosts name it, by tag or digest.</param>
/// <param name="Form">How it is signed.</param>
internal sealed record RehearsedImage(string Name, SignedAs Form)
{
    public bool IsGpg => Form is not (SignedAs.SigstoreByTeam or SignedAs.SigstoreByOther);
}

internal enum SignedAs
{
    GpgByTeam,
    GpgByOther,
    GpgWithOtherIdentity,
    SigstoreByTeam,
    SigstoreByOther,
    Nothing,
}

/// <summary>Images in a registry, signed in every form, by tag and by digest.</summary>
internal sealed class RehearsalWorld
{
    private const string SigstoreRepositories = "sigs";

    private readonly string _directory;

    public RehearsalWorld(SignedWorld world, int count)
    {
        World = world;
        _directory = world.NewDirectory("rehearsal");
        Team = world.Keys["rsa2048"];
        Other = world.Keys["nistp256"];
        SigstoreSigner team = SigstoreSigner.Make("P-256"), other = SigstoreSigner.Make("P-256");
        File.WriteAllText(SigstoreKey, team.PublicPem);
        List<RehearsedImage> images = [];
        SignedAs[] forms = Enum.GetValues<SignedAs>();
        for (int i = 0; i < count; i++)
        {
            SignedAs form = forms[i % forms.Length];
            bool isSigstore = form is SignedAs.SigstoreByTeam or SignedAs.SigstoreByOther;

            // Several images share a repository, signed and not.
            string repository = string.Create(CultureInfo.InvariantCulture, $"{(isSigstore ? SigstoreRepositories : "gpg")}/app{i / 12}");
            string tag = string.Create(CultureInfo.InvariantCulture, $"v{i}");
            TestImage image = TestImage.Docker(string.Create(CultureInfo.InvariantCulture, $"rehearsed {i}"));
            string reference = $"{world.Host}/{repository}:{tag}";
            world.Push(image, $"{repository}:{tag}",
                form switch { SignedAs.GpgByTeam or SignedAs.GpgWithOtherIdentity => Team, SignedAs.GpgByOther => Other, _ => null },
                form == SignedAs.GpgWithOtherIdentity ? $"elsewhere.example.com/{repository}:{tag}" : null);
            if (isSigstore)
                Attach(repository, image.Digest, reference, form == SignedAs.SigstoreByTeam ? team : other);
            images.Add(new RehearsedImage(i / forms.Length % 3 == 2 ? $"{world.Host}/{repository}@{image.Digest}" : reference, form));
        }

        Images = images;
    }

    public SignedWorld World { get; }

    public GpgKey Team { get; }

    public GpgKey Other { get; }

    public string SigstoreKey => Path.Combine(_directory, "team.pub");

    public IReadOnlyList<RehearsedImage> Images { get; }

    /// <summary>The registries.d of every host.</summary>
    public string Registries => $"default-docker:\n  lookaside: {World.Lookaside.Url}\ndocker:\n  {World.Host}/{SigstoreRepositories}:\n" +
        "    use-sigstore-attachments: true\n";

    /// <summary>Whether skopeo accepts an image; no error stands for a verdict.</summary>
    public bool SkopeoAccepts(RehearsedImage image, string policy)
    {
        SkopeoVerdict verdict = World.Skopeo.Copy($"docker://{image.Name}", policy);
        Assert.True(verdict.Answer != SkopeoAnswer.Failed, verdict.Message);
        return verdict.Answer == SkopeoAnswer.Accepted;
    }

    // cosign's form: an image of the tag sha256-HEX.sig, whose layer is the payload.
    private void Attach(string repository, string digest, string reference, SigstoreSigner signer)
    {
        byte[] payload = Encoding.UTF8.GetBytes($$$"""
            {"critical":{"identity":{"docker-reference":"{{{reference}}}"},"image":{"docker-manifest-digest":"{{{digest}}}"},
            "type":"cosign container image signature"},"optional":null}
            """);
        byte[] config = "{}"u8.ToArray();
        string manifest = $$$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
            "config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":{{{config.Length}}},"digest":"{{{DigestOf(config)}}}"},
            "layers":[{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","size":{{{payload.Length}}},
            "digest":"{{{DigestOf(payload)}}}",
            "annotations":{"dev.cosignproject.cosign/signature":"{{{Convert.ToBase64String(signer.Sign(payload))}}}"}}]}
            """.Trim();
        string source = Directory.CreateDirectory(Path.Combine(_directory, $"sig-{digest[7..]}")).FullName;
        File.WriteAllText(Path.Combine(source, "manifest.json"), manifest);
        File.WriteAllText(Path.Combine(source, "version"), "Directory Transport Version: 1.1\n");
        foreach (byte[] blob in (byte[][])[config, payload])
            File.WriteAllBytes(Path.Combine(source, DigestOf(blob)["sha256:".Length..]), blob);
        ToolResult result = World.Skopeo.Run(
        [
            "--insecure-policy", "copy", "--quiet", "--preserve-digests", "--dest-authfile", World.AuthFile, "--dest-cert-dir",
            World.CertificateDirectory, $"dir:{source}", $"docker://{World.Host}/{repository}:{digest.Replace(':', '-')}.sig",
        ]);
        Assert.True(result.ExitCode == 0, result.Error);
    }

    private static string DigestOf(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));
}
