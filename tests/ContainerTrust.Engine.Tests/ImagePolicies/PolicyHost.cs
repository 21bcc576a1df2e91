using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.ImagePolicies;
using ContainerTrust.Engine.Tests.Sigstore;
using ContainerTrust.Engine.Tests.Trust;

namespace ContainerTrust.Engine.Tests.ImagePolicies;

/// <summary>A host with keys and certificates, entries about them, and what they become.</summary>
internal sealed class PolicyHost : IDisposable
{
    private readonly ScratchRoot _root = new();

    public PolicyHost()
    {
        Write("/etc/hostname", "node.example.com\n");
        Write("/keys/cosign.pub", TestPemKeys.P256 + "\n");
        Write("/keys/other.pub", TestPemKeys.P384 + "\n");
        Write("/keys/rekor.pub", TestPemKeys.P384 + "\n");
        Write("/keys/rsa.pub", TestPemKeys.Rsa + "\n");
        Write("/keys/ca.pem", TestCertificates.Root);
        Write("/keys/middle.pem", TestCertificates.Intermediate);
    }

    public List<string> Warnings { get; } = [];

    public static string Base64(string text) => System.Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    public static SigstoreSignedRequirement ByKey() => new() { KeyPath = "/keys/cosign.pub" };

    public static SigstoreSignedRequirement ByFulcio() => new()
    {
        Fulcio = new FulcioIdentity
            { CaPath = "/keys/ca.pem", OidcIssuer = "https://login.example.com/oauth", SubjectEmail = "dev@example.com" },
        RekorPublicKeyPath = "/keys/rekor.pub",
    };

    public static SigstoreSignedRequirement ByPki() => new()
    {
        Pki = new PkiIdentity { CaRootsPath = "/keys/ca.pem", CaIntermediatesPath = "/keys/middle.pem", SubjectEmail = "dev@example.com",
            SubjectHostname = "*.ci.example.com" },
    };

    /// <summary>An entry as it is read on this host, keys without fingerprints.</summary>
    public static ImageTrust Entry(string scope, params TrustRequirement[] requirements) => new()
    {
        ComputerName = "node.example.com",
        Transport = "docker",
        Registry = scope,
        Requirements = requirements.Length > 0 ? requirements : [ByKey()],
        PolicyPath = "/etc/containers/policy.json",
    };

    public void Write(string path, string content) => _root.Write(path, content);

    public void Write(string path, byte[] content) => File.WriteAllBytes(_root.Full(path), content);

    public string Data(string path) => System.Convert.ToBase64String(File.ReadAllBytes(_root.Full(path)));

    /// <summary>The host itself.</summary>
    public ITrustHost Host => new RootDirectoryHost(_root.Path);

    /// <summary>A file's path on this machine.</summary>
    public string Full(string path) => _root.Full(path);

    public ImagePolicyConversion Convert(IReadOnlyList<ImageTrust> entries, string? name = null, string? @namespace = null,
        string? version = null) =>
        new ImagePolicyConverter(Host, new ImagePolicyOptions { Name = name, Namespace = @namespace, OpenShiftVersion = version },
            new TrustMessages { Warning = Warnings.Add })
            .Convert(entries, CancellationToken.None);

    /// <summary>The one document of one entry.</summary>
    public ImagePolicyDocument One(ImageTrust entry)
    {
        ImagePolicyConversion conversion = Convert([entry]);
        Assert.Empty(conversion.Refusals);
        return Assert.Single(conversion.Documents);
    }

    /// <summary>Why an entry becomes no document.</summary>
    public TrustException Refusal(ImageTrust entry)
    {
        ImagePolicyConversion conversion = Convert([entry]);
        Assert.Empty(conversion.Documents);
        return Assert.Single(conversion.Refusals);
    }

    public void Dispose() => _root.Dispose();
}
