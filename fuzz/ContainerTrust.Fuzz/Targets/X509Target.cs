using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Fuzz.Targets;

/// <summary>X.509 certificates and PEM public keys: as a signer's, as CAs that come with a signature, and as files that a policy
/// names.</summary>
internal sealed class X509Target : FuzzTarget
{
    private const string Root = "root";
    private const string Leaf = "leaf";
    private const string Intermediate = "intermediate";
    private const string Signature = "signature";

    private readonly Dictionary<string, string> _annotations = new(StringComparer.Ordinal);
    private readonly byte[] _payload = Encoding.UTF8.GetBytes(TestSignature.DefaultPayload);
    private byte[] _leaf = [];
    private byte[] _intermediate = [];
    private SigstoreTrust? _trust;
    private SigstoreTrust? _trustWithIntermediate;

    /// <inheritdoc/>
    public override string Name => "x509";

    /// <inheritdoc/>
    public override int MaxLength => 16 << 10;

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Words =>
    [
        .. Text("-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n", "-----BEGIN PUBLIC KEY-----\n",
        "-----END PUBLIC KEY-----\n", "-----BEGIN RSA PUBLIC KEY-----\n", "-----BEGIN PRIVATE KEY-----\n",
            "Proc-Type: 4,ENCRYPTED\n", "\n\n", "a@example.com", "example.com", "*.", "https://"),
        [0x30, 0x80], [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], [0x30, 0x82], [0x02, 1, 0], [0x05, 0], [0x01, 1, 0xFF], [0xA0, 3, 2, 1, 2],
        [0xA3], [0x81], [0x82], [0x86], [0x87, 4, 10, 0, 0, 1], [0x06, 3, 0x55, 0x1D],
        [0x06, 3, 0x55, 0x1D, 0x0F], [0x06, 3, 0x55, 0x1D, 0x11], [0x06, 3, 0x55, 0x1D, 0x13], [0x06, 3, 0x55, 0x1D, 0x1E],
        [0x06, 3, 0x55, 0x1D, 0x25], [0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2],
        [0x06, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1], [0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 0x0B],
        [0x06, 3, 0x2B, 0x65, 0x70], [0x18, 0x0F], [0x17, 0x0D],
    ];

    /// <inheritdoc/>
    public override FuzzMaterial Make()
    {
        TestCertificate root = SigstoreSeeds.Root();
        TestCertificate intermediate = TestCertificate.Authority("intermediate", root, "P-384");
        intermediate.Extensions.Add(TestCertificate.Constraint(permitted: true, 1, "example.com"));
        TestCertificate leaf = SigstoreSeeds.Leaf(intermediate);
        FuzzMaterial material = new();
        material.Trust.Add(Root, root.Source.Content.ToArray());
        material.Trust.Add(Leaf, leaf.Der);
        material.Trust.Add(Intermediate, intermediate.Der);
        material.Trust.Add(Signature, TestSignature.By(leaf.Key).Raw);
        foreach (TestCertificate certificate in (TestCertificate[])[leaf, intermediate, root,
            TestCertificate.Authority("rsa", root, "RSA-2048", 0)])
            material.Add(certificate.Der).Add(certificate.Pem);
        foreach (string kind in (string[])["P-256", "P-521", "RSA-2048", "Ed25519"])
            material.Add(TestKey.Get(kind).Pem);
        return material
            .Add(leaf.Pem + intermediate.Pem + root.Pem)
            .Add(Corpus.Where(static path => path.EndsWith(".pem", StringComparison.Ordinal)
                || path.EndsWith(".pub", StringComparison.Ordinal)
                || path.EndsWith("-cert", StringComparison.Ordinal) || path.EndsWith("-chain", StringComparison.Ordinal)));
    }

    /// <inheritdoc/>
    public override void Load(IReadOnlyDictionary<string, byte[]> trust)
    {
        _leaf = trust[Leaf];
        _intermediate = trust[Intermediate];
        SigstoreKeySource root = new(Root, trust[Root]);
        _trust = SigstoreTrust.FromPki(root, null, SigstoreSeeds.Email, null);
        _trustWithIntermediate = SigstoreTrust.FromPki(root, TestCertificate.SourceOf(Pem(_intermediate)), SigstoreSeeds.Email, null);
        _annotations[SigstoreSignature.SignatureAnnotation] = Convert.ToBase64String(trust[Signature]);
        FuzzFinding.Unless(Judge(_trust, Pem(_leaf), Pem(_intermediate) + Encoding.ASCII.GetString(trust[Root])),
            "The signature is not good to begin with.");
    }

    /// <inheritdoc/>
    public override void Run(byte[] input)
    {
        bool isDer = SigstoreCertificate.TryParse(input, out SigstoreCertificate? certificate, out string problem);
        FuzzFinding.Unless(isDer == (problem.Length == 0), "A certificate is refused without a reason, or taken with one.");
        string pem = isDer || (input.Length > 0 && input[0] == 0x30) ? Pem(input) : Encoding.UTF8.GetString(input);
        bool isPem = PemCertificates.TryReadAll(Encoding.UTF8.GetBytes(pem), out List<SigstoreCertificate> certificates, out _);
        AsLeaf(pem, certificates);
        AsIntermediate(pem, certificates);
        AsFiles(pem);
        if (!isPem)
            throw new TrustException("NoCertificate", TrustErrorKind.InvalidData, problem);
        FuzzFinding.Unless(certificate is null || certificates.Count == 1, "A certificate is read in one form only.");
    }

    private static string Pem(byte[] der) => PemEncoding.WriteString("CERTIFICATE", der) + "\n";

    private void AsLeaf(string pem, List<SigstoreCertificate> certificates)
    {
        if (Judge(_trustWithIntermediate!, pem, ""))
            FuzzFinding.Unless(certificates is [var only] && only.Raw.Span.SequenceEqual(_leaf),
                "A signature is good by another certificate.");
    }

    private void AsIntermediate(string pem, List<SigstoreCertificate> certificates)
    {
        // The last of a chain is the root, which does not count.
        if (Judge(_trust!, Pem(_leaf), pem + Pem(_leaf)))
            FuzzFinding.Unless(certificates.Exists(c => c.Raw.Span.SequenceEqual(_intermediate)), "A signature is good by another CA.");
    }

    private void AsFiles(string pem)
    {
        SigstoreKeySource file = TestCertificate.SourceOf(pem);
        SigstoreKeySource utf8 = new("fuzz", Encoding.UTF8.GetBytes(pem));
        Try(() => Judge(SigstoreTrust.FromPki(file, file, SigstoreSeeds.Email, "host.example.com"), Pem(_leaf), Pem(_intermediate)));
        Try(() => Judge(SigstoreTrust.FromPublicKeys([utf8], [utf8]), Pem(_leaf), ""));
        Try(() => PemPublicKeyReader.Read(utf8.Content.Span, "fuzz"));
    }

    private bool Judge(SigstoreTrust trust, string certificate, string chain)
    {
        _annotations[SigstoreSignature.CertificateAnnotation] = certificate;
        _annotations[SigstoreSignature.ChainAnnotation] = chain;
        return trust.Verify(new SigstoreSignature(SigstoreSignature.ImageSignatureMimeType, _payload, _annotations),
            SigstoreSeeds.Now).IsGood;
    }

    private static void Try(Action read)
    {
        try
        {
            read();
        }
        catch (TrustException e)
        {
            FuzzFinding.Unless(e.ErrorId.Length > 0, "An error says nothing.");
        }
    }
}
