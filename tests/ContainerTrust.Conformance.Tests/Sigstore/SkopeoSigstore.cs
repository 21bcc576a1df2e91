using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Conformance.Tests.Sigstore;

/// <summary>An image in a directory, which skopeo signs and judges.</summary>
internal sealed class SkopeoSigstore : IDisposable
{
    public const string Reference = "registry.example.com/a/b:1";

    private const string Config = "{}";
    private const string ConfigDigest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

    private readonly string _skopeo = Environment.GetEnvironmentVariable("CONTAINERTRUST_SKOPEO") ?? Tools.RequireTool("skopeo");
    private readonly string _directory = Directory.CreateTempSubdirectory("containertrust-sigstore-").FullName;

    public SkopeoSigstore()
    {
        MakeImage(Directory.CreateDirectory(PathOf("image")).FullName);
        Write("accept.json", """{"default":[{"type":"insecureAcceptAnything"}]}""");
        Write("passphrase", SigstoreSigner.Passphrase);
    }

    public static object Identity { get; } = new { type = "exactReference", dockerReference = Reference };

    public string ManifestDigest { get; private set; } = "";

    public string PathOf(string name) => Path.Combine(_directory, name);

    public void Write(string name, string content) => File.WriteAllText(PathOf(name), content);

    /// <summary>Signs the image.</summary>
    /// <returns>The signature's file.</returns>
    public byte[] Sign(SigstoreSigner signer)
    {
        Write("signer.key", signer.EncryptedPem());
        string copy = PathOf("signed");
        if (Directory.Exists(copy))
            Directory.Delete(copy, recursive: true);
        ToolResult result = Tools.Run(_skopeo, [
            "--policy", PathOf("accept.json"), "copy", "--sign-by-sigstore-private-key", PathOf("signer.key"), "--sign-passphrase-file",
            PathOf("passphrase"),
            "--sign-identity", Reference, $"dir:{PathOf("image")}", $"dir:{copy}"]);
        RequireSigstore(result);
        Assert.True(result.ExitCode == 0, result.Error);
        return File.ReadAllBytes(Path.Combine(copy, "signature-1"));
    }

    /// <summary>What skopeo says of a signature of the image, by a key.</summary>
    public (bool IsAccepted, string Why) Judge(byte[] signatureFile, SigstoreSigner signer)
    {
        Write("key.pub", signer.PublicPem);
        return Judge(signatureFile, new { type = "sigstoreSigned", keyPath = PathOf("key.pub"), signedIdentity = Identity });
    }

    /// <summary>What skopeo says of a signature of the image, by a requirement. Skips the test where skopeo is too old to know its
    /// members.</summary>
    public (bool IsAccepted, string Why) Judge(byte[] signatureFile, object requirement)
    {
        Write("policy.json", JsonSerializer.Serialize(new { @default = new[] { requirement } }));
        string judged = PathOf("judged");
        if (!Directory.Exists(judged))
            MakeImage(Directory.CreateDirectory(judged).FullName);
        File.WriteAllBytes(Path.Combine(judged, "signature-1"), signatureFile);
        ToolResult result = Tools.Run(_skopeo,
            ["--policy", PathOf("policy.json"), "copy", "--remove-signatures", $"dir:{judged}", $"dir:{PathOf("copied")}"]);
        RequireSigstore(result);
        Skip.If(result.Error.Contains("Error loading trust policy", StringComparison.Ordinal)
            && result.Error.Contains("Unknown key", StringComparison.Ordinal),
            "This skopeo is older than 1.13 and knows no Rekor keys; name another with CONTAINERTRUST_SKOPEO.");
        Assert.True(result.ExitCode == 0 || result.Error.Contains("Source image rejected", StringComparison.Ordinal), result.Error);
        return (result.ExitCode == 0, result.Error);
    }

    /// <summary>What we say of it.</summary>
    public (bool IsAccepted, string Why) JudgeOurselves(byte[] signatureFile, SigstoreSigner signer) =>
        JudgeOurselves(signatureFile,
            SigstoreTrust.FromPublicKeys([new SigstoreKeySource("key.pub", Encoding.ASCII.GetBytes(signer.PublicPem))], null));

    /// <summary>What we say of it.</summary>
    public (bool IsAccepted, string Why) JudgeOurselves(byte[] signatureFile, SigstoreTrust trust)
    {
        byte[] marker = [0, .. "sigstore-json\n"u8];
        if (!signatureFile.AsSpan().StartsWith(marker))
            return (false, "no sigstore signature");
        if (!SigstoreSignature.TryParse(signatureFile.AsSpan(marker.Length), out SigstoreSignature? signature, out string problem))
            return (false, problem);
        SigstoreVerification verification = trust.Verify(signature);
        bool fits = verification.Payload is { } payload && payload.ManifestDigest == ManifestDigest && payload.DockerReference == Reference;
        return (verification.IsGood && fits, verification.Reason);
    }

    public static byte[] MakeFile(byte[] payload, byte[] signature, string mimeType = SigstoreSignature.ImageSignatureMimeType) =>
        MakeFile($$"""{"mimeType":"{{mimeType}}","payload":"{{Convert.ToBase64String(payload)}}","annotations":{"{{SigstoreSignature.SignatureAnnotation}}":"{{Convert.ToBase64String(signature)}}"} }""");

    public static byte[] MakeFile(string document) => [0, .. "sigstore-json\n"u8, .. Encoding.UTF8.GetBytes(document)];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    // Debian builds skopeo and podman without it.
    private static void RequireSigstore(ToolResult result) =>
        Skip.If(result.Error.Contains("sigstore disabled", StringComparison.Ordinal),
            "This skopeo was built without sigstore; name another with CONTAINERTRUST_SKOPEO.");

    private void MakeImage(string directory)
    {
        string manifest = $$"""{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":{{Config.Length}},"digest":"sha256:{{ConfigDigest}}"},"layers":[]}""";
        ManifestDigest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(manifest)))}";
        File.WriteAllText(Path.Combine(directory, "version"), "Directory Transport Version: 1.1\n");
        File.WriteAllText(Path.Combine(directory, ConfigDigest), Config);
        File.WriteAllText(Path.Combine(directory, "manifest.json"), manifest);
    }
}
