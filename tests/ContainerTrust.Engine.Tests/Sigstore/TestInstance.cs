using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>A sigstore instance of these tests: a CA, a log of Rekor 1 and one of Rekor 2, a log of certificates, a time stamp
/// authority.</summary>
internal sealed class TestInstance
{
    public const string Issuer = "https://issuer.example.com";
    public const string Email = "signer@example.com";
    public const string LogHost = "rekor.example.com";
    public const string TileHost = "log2026.rekor.example.com";

    public static readonly DateTimeOffset Time = TestCertificate.Begin.AddMinutes(5);

    public TestCertificate Root { get; } = TestCertificate.Authority("bundle root");

    public TestCertificate Authority { get; }

    public TestKey LogKey { get; init; } = TestKey.Get("P-256", "bundle log");

    public TestKey TileKey { get; } = TestKey.Get("Ed25519", "bundle tiles");

    public TestKey CertificateLogKey { get; } = TestKey.Get("P-256", "bundle ct");

    public TestCertificate StampRoot { get; } = TestCertificate.Authority("stamp root");

    public TestCertificate Stamper { get; }

    public byte[] LogId => SHA256.HashData(LogKey.SubjectPublicKeyInfo);

    public byte[] TileId => SHA256.HashData([.. Encoding.ASCII.GetBytes(TileHost + "\n\u0001"), .. TileKey.SubjectPublicKeyInfo[^32..]]);

    public string LogValidity { get; set; } = Window(TestCertificate.Begin.AddYears(-1), null);

    public string TileValidity { get; set; } = Window(TestCertificate.Begin.AddYears(-1), null);

    public string AuthorityValidity { get; set; } = Window(TestCertificate.Begin.AddYears(-1), null);

    public string StampValidity { get; set; } = Window(TestCertificate.Begin.AddYears(-1), null);

    /// <summary>Whether the trusted root names the log of certificates.</summary>
    public bool DemandsCertificateLog { get; set; }

    public TestInstance()
    {
        Authority = TestCertificate.Authority("bundle authority", Root);
        Authority.Extensions.Add(TestCertificate.CodeSigning);
        Stamper = NewStamper();
    }

    public TestCertificate NewStamper(bool isCritical = true, bool hasUsage = true, TestCertificate? issuer = null, string[]? more = null)
    {
        TestCertificate stamper = new()
        {
            Name = "stamper", Key = TestKey.Get("P-256", "bundle stamper"), Issuer = issuer ?? StampRoot,
            NotBefore = TestCertificate.Begin.AddYears(-1), NotAfter = TestCertificate.Begin.AddYears(5),
        };
        stamper.Extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        OidCollection usages = [new Oid("1.3.6.1.5.5.7.3.8"), .. (more ?? []).Select(static o => new Oid(o))];
        if (hasUsage)
            stamper.Extensions.Add(new X509EnhancedKeyUsageExtension(usages, isCritical));
        return stamper;
    }

    public TestCertificate NewLeaf(string email = Email, string issuer = Issuer, string key = "leaf", string kind = "P-256",
        bool isForCode = true,
        TestCertificate? authority = null)
    {
        TestCertificate leaf = new() { Name = "leaf", Key = TestKey.Get(kind, $"bundle {key}"), Issuer = authority ?? Authority };
        leaf.Extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        leaf.Extensions.Add(isForCode ? TestCertificate.CodeSigning : TestCertificate.Usage("1.3.6.1.5.5.7.3.1"));
        leaf.Extensions.Add(TestCertificate.Email(email));
        leaf.Extensions.Add(TestCertificate.FulcioIssuer(issuer));
        return leaf;
    }

    /// <summary>The same certificate with a log's statement that it was taken in.</summary>
    public TestCertificate Logged(TestCertificate leaf, TestKey? key = null, byte[]? extensions = null, DateTimeOffset? time = null)
    {
        byte[] body = new AsnReader(leaf.Der, AsnEncodingRules.DER).ReadSequence().PeekEncodedValue().ToArray();
        byte[] stamp = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(stamp, (time ?? TestCertificate.Begin).ToUnixTimeMilliseconds());
        byte[] more = extensions ?? [];
        byte[] signed =
        [
            0, 0, .. stamp, 0, 1, .. SHA256.HashData(Authority.Key.SubjectPublicKeyInfo), 0, (byte)(body.Length >> 8), (byte)body.Length,
                .. body,
            (byte)(more.Length >> 8), (byte)more.Length, .. more,
        ];
        byte[] signature = (key ?? CertificateLogKey).Sign(signed);
        byte[] sct =
        [
            0, .. SHA256.HashData(CertificateLogKey.SubjectPublicKeyInfo), .. stamp, (byte)(more.Length >> 8), (byte)more.Length, .. more,
                4, 3, 0,
            (byte)signature.Length, .. signature,
        ];
        AsnWriter writer = new(AsnEncodingRules.DER);
        writer.WriteOctetString([(byte)((sct.Length + 2) >> 8), (byte)(sct.Length + 2), (byte)(sct.Length >> 8), (byte)sct.Length, .. sct]);
        TestCertificate logged = new() { Name = leaf.Name, Key = leaf.Key, Issuer = leaf.Issuer };
        logged.Extensions.AddRange(leaf.Extensions);
        logged.Extensions.Add(new X509Extension("1.3.6.1.4.1.11129.2.4.2", writer.Encode(), critical: false));
        return logged;
    }

    public static string Window(DateTimeOffset? start, DateTimeOffset? end)
    {
        string[] parts = [.. new[] { ("start", start), ("end", end) }.Where(static w => w.Item2 is not null).Select(static w =>
            $"\"{w.Item1}\":\"{w.Item2!.Value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}\"")];
        return $"{{{string.Join(',', parts)}}}";
    }

    public string TrustedRoot(TestCertificate? stamper = null, TestCertificate? stampRoot = null)
    {
        byte[] certificateLogId = SHA256.HashData(CertificateLogKey.SubjectPublicKeyInfo);
        string always = Window(TestCertificate.Begin.AddYears(-1), null);
        string certificateLog = DemandsCertificateLog ? Log("https://ct.example.com", CertificateLogKey, certificateLogId, always) : "";
        return $$$"""
            {"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs":[{{{Log($"https://{LogHost}", LogKey, LogId, LogValidity)}}},
            {{{Log($"https://{TileHost}", TileKey, TileId, TileValidity)}}}],
            "certificateAuthorities":[{"uri":"https://fulcio.example.com","certChain":{{{Chain(Authority, Root)}}},
            "validFor":{{{AuthorityValidity}}} }],
            "ctlogs":[{{{certificateLog}}}],
            "timestampAuthorities":[{"certChain":{{{Chain(stamper ?? Stamper, stampRoot ?? StampRoot)}}},"validFor":{{{StampValidity}}} }]}
            """;
    }

    public static SigstoreKeySource SourceOf(string trustedRoot) => new("trusted_root.json", Encoding.UTF8.GetBytes(trustedRoot));

    public SigstoreTrust Trust(string issuer = Issuer, string email = Email) =>
        SigstoreTrust.FromTrustedRoot(SourceOf(TrustedRoot()), issuer, email);

    public static string Log(string url, TestKey key, byte[] id, string validity) => $$$"""
        {"baseUrl":"{{{url}}}","hashAlgorithm":"SHA2_256","publicKey":{"rawBytes":"{{{Convert.ToBase64String(key.SubjectPublicKeyInfo)}}}",
        "keyDetails":"x","validFor":{{{validity}}} },"logId":{"keyId":"{{{Convert.ToBase64String(id)}}}"}}
        """;

    private static string Chain(params TestCertificate[] certificates)
    {
        IEnumerable<string> raw = certificates.Select(static c => $"{{\"rawBytes\":\"{Convert.ToBase64String(c.Der)}\"}}");
        return $"{{\"certificates\":[{string.Join(',', raw)}]}}";
    }
}
