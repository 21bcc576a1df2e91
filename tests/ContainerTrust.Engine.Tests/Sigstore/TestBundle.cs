using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Sigstore.Bundles;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>A bundle by a short-lived certificate to be made; change what a test is about before <see cref="Make"/>.</summary>
internal sealed class TestBundle
{
    public static readonly byte[] Manifest = """{"schemaVersion":2,"config":{},"layers":[]}"""u8.ToArray();
    public static readonly string Hex = Convert.ToHexStringLower(SHA256.HashData(Manifest));

    private readonly TestInstance _instance;

    public TestBundle(TestInstance instance)
    {
        _instance = instance;
        Leaf = instance.NewLeaf();
        LogKey = instance.LogKey;
    }

    public string MediaType { get; set; } = "application/vnd.dev.sigstore.bundle.v0.3+json";

    public TestCertificate Leaf { get; set; }

    /// <summary>Certificates instead of the leaf's alone, as a chain.</summary>
    public TestCertificate[]? Chain { get; set; }

    public string Kind { get; set; } = "dsse 0.0.1";

    public bool IsOfFile { get; set; }

    public byte[] Content { get; set; } = Manifest;

    public string Statement { get; set; } =
        $$$"""
        {"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"{{{Hex}}}"}}],
        "predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}}
        """;

    /// <summary>The key that signs in place of a certificate's, and that the log's entry names. Null: a certificate.</summary>
    public TestKey? Key
    {
        get;
        init
        {
            field = value;
            Signer = value;
        }
    }

    /// <summary>The key that makes the signature. Null: the leaf's.</summary>
    public TestKey? Signer { get; set; }

    public DateTimeOffset IntegratedTime { get; set; } = TestInstance.Time;

    public bool HasPromise { get; set; } = true;

    public bool HasProof { get; set; } = true;

    public bool IsTiles { get; set; }

    public TestKey LogKey { get; set; }

    /// <summary>The key that makes the promise. Null: the log's.</summary>
    public TestKey? PromiseKey { get; set; }

    /// <summary>Changes what the promise is over.</summary>
    public Func<string, string> ChangePromised { get; set; } = static text => text;

    /// <summary>The hash in entries of Rekor 2.</summary>
    public string SecondAlgorithm { get; set; } = "SHA2_256";

    public string? Origin { get; set; }

    public string? NoteName { get; set; }

    public int TreeSize { get; set; } = 7;

    public int Index { get; set; } = 4;

    /// <summary>Changes the body of the entry, whether or not it is signed and proven so.</summary>
    public Func<string, string> ChangeBody { get; set; } = static body => body;

    /// <summary>Changes the body after the log has signed it.</summary>
    public Func<string, string> ForgeBody { get; set; } = static body => body;

    /// <summary>Changes the checkpoint's text before it is signed.</summary>
    public Func<string, string> ChangeCheckpoint { get; set; } = static text => text;

    /// <summary>Changes the whole bundle.</summary>
    public Func<string, string> Change { get; set; } = static text => text;

    public List<Action<TestTimestamp>> Stamps { get; } = [];

    public byte[] Payload => Encoding.UTF8.GetBytes(Statement);

    public byte[] SignedBytes => IsOfFile ? Content : new DsseEnvelope(DsseEnvelope.InToto, Payload).SignedBytes();

    public byte[] Signature => field ??= (Signer ?? Leaf.Key).Sign(SignedBytes);

    /// <summary>A bundle as Rekor 2 has them: a proof, no time of its own, and a time stamp.</summary>
    public static TestBundle Second(TestInstance instance, string kind = "hashedrekord 0.0.2", bool isOfFile = false)
    {
        TestBundle bundle = new(instance)
        {
            Kind = kind, IsOfFile = isOfFile, HasPromise = false, IsTiles = true, LogKey = instance.TileKey,
        };
        bundle.Stamps.Add(static _ => { });
        return bundle;
    }

    public string Make()
    {
        string body = ChangeBody(Body());
        byte[] canonical = Encoding.UTF8.GetBytes(body);
        string entry = Entry(canonical, ForgeBody(body));
        string stamps = string.Join(',', Stamps.Select(change =>
        {
            TestTimestamp stamp = new() { Signer = _instance.Stamper, Stamped = Signature, Time = TestInstance.Time };
            change(stamp);
            return $"{{\"signedTimestamp\":\"{Convert.ToBase64String(stamp.Make())}\"}}";
        }));
        string signer = Key is not null ? "\"publicKey\":{\"hint\":\"x\"}" : Chain is null ? $"\"certificate\":{Raw(Leaf)}"
            : $"\"x509CertificateChain\":{{\"certificates\":[{string.Join(',', Chain.Select(Raw))}]}}";
        return Change($$$"""
            {"mediaType":"{{{MediaType}}}","verificationMaterial":{ {{{signer}}},"tlogEntries":[{{{entry}}}],
            "timestampVerificationData":{"rfc3161Timestamps":[{{{stamps}}}]}},
            {{{Signed()}}}}
            """);
    }

    private static string Raw(TestCertificate certificate) => $"{{\"rawBytes\":\"{Convert.ToBase64String(certificate.Der)}\"}}";

    private string Signed()
    {
        string signature = Convert.ToBase64String(Signature);
        string hash = Convert.ToBase64String(SHA256.HashData(Content));
        return IsOfFile
            ? $$$"""
                "messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"{{{hash}}}"},"signature":"{{{signature}}}"}
                """
            : $$$"""
                "dsseEnvelope":{"payload":"{{{Convert.ToBase64String(Payload)}}}","payloadType":"{{{DsseEnvelope.InToto}}}",
                "signatures":[{"sig":"{{{signature}}}"}]}
                """;
    }

    private string Body()
    {
        string pem = Convert.ToBase64String(Encoding.ASCII.GetBytes(Key?.Pem ?? Leaf.Pem));
        string signature = Convert.ToBase64String(Signature);
        string der = Convert.ToBase64String(Key?.SubjectPublicKeyInfo ?? Leaf.Der);
        string payloadHex = Convert.ToHexStringLower(SHA256.HashData(Payload));
        string member = Key is null ? "x509Certificate" : "publicKey";
        string verifier = $$$"""{"keyDetails":"PKIX_ECDSA_P256_SHA_256","{{{member}}}":{"rawBytes":"{{{der}}}"}}""";
        string envelopeHash = $$$"""{"algorithm":"sha256","value":"{{{new string('0', 64)}}}"}""";
        string payloadHash = $$$"""{"algorithm":"sha256","value":"{{{payloadHex}}}"}""";
        string twice = Convert.ToBase64String(Encoding.ASCII.GetBytes(signature));
        string signed = $$$"""{"content":"{{{signature}}}","verifier":{{{verifier}}} }""";
        return Kind switch
        {
            "hashedrekord 0.0.1" => TestLog.Body(SignedBytes, Signature, Key?.Pem ?? Leaf.Pem),
            "dsse 0.0.1" => Entry("dsse", "0.0.1", $$$"""
                "envelopeHash":{{{envelopeHash}}},"payloadHash":{{{payloadHash}}},
                "signatures":[{"signature":"{{{signature}}}","verifier":"{{{pem}}}"}]
                """),
            "intoto 0.0.2" => Entry("intoto", "0.0.2", $$$"""
                "content":{"envelope":{"payloadType":"x","signatures":[{"publicKey":"{{{pem}}}","sig":"{{{twice}}}"}]},
                "hash":{{{envelopeHash}}},"payloadHash":{{{payloadHash}}} }
                """),
            "hashedrekord 0.0.2" => Entry("hashedrekord", "0.0.2", $$$"""
                "hashedRekordV002":{"data":{{{SecondHash(SignedBytes)}}},"signature":{{{signed}}} }
                """),
            "dsse 0.0.2" => Entry("dsse", "0.0.2", $$$"""
                "dsseV002":{"payloadHash":{{{SecondHash(Payload)}}},"signatures":[{{{signed}}}]}
                """),
            _ => Entry("other", "9", ""),
        };

        static string Entry(string kind, string version, string spec) =>
            $$$"""{"apiVersion":"{{{version}}}","kind":"{{{kind}}}","spec":{ {{{spec}}} } }""";

        string SecondHash(byte[] content)
        {
            HashAlgorithmName algorithm = new(SecondAlgorithm.Replace("SHA2_", "SHA", StringComparison.Ordinal));
            string digest = Convert.ToBase64String(CryptographicOperations.HashData(algorithm, content));
            return $$$"""{"algorithm":"{{{SecondAlgorithm}}}","digest":"{{{digest}}}"}""";
        }
    }

    private string Entry(byte[] canonical, string forged)
    {
        string[] kind = Kind.Split(' ');
        byte[] id = IsTiles ? _instance.TileId : _instance.LogId;
        string body = Convert.ToBase64String(canonical);
        long logIndex = IsTiles ? Index : 4711;
        long time = HasPromise ? IntegratedTime.ToUnixTimeSeconds() : 0;
        string signed = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"body":"{{body}}","integratedTime":{{time}},"logID":"{{Convert.ToHexStringLower(id)}}","logIndex":{{logIndex}}}""");
        string stamp = Convert.ToBase64String((PromiseKey ?? LogKey).Sign(Encoding.ASCII.GetBytes(ChangePromised(signed))));
        string promise = !HasPromise ? ""
            : $$$""" "inclusionPromise":{"signedEntryTimestamp":"{{{stamp}}}"},"integratedTime":"{{{time}}}", """;
        return $$$"""
            {"logIndex":"{{{logIndex}}}","logId":{"keyId":"{{{Convert.ToBase64String(id)}}}"},
            "kindVersion":{"kind":"{{{kind[0]}}}","version":"{{{kind[1]}}}"},{{{promise}}}
            {{{(HasProof ? $"\"inclusionProof\":{Proof(canonical, id)}," : "")}}}
            "canonicalizedBody":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(forged))}}}"}
            """;
    }

    private string Proof(byte[] canonical, byte[] id)
    {
        byte[][] leaves = [.. Enumerable.Range(0, TreeSize).Select(i => SHA256.HashData([0, .. i == Index ? canonical : [(byte)i]]))];
        List<byte[]> path = [];
        byte[] root = Walk(leaves, Index, path);
        string name = IsTiles ? TestInstance.TileHost : TestInstance.LogHost;
        string origin = Origin ?? (IsTiles ? name : $"{name} - 1234567890");
        string text = ChangeCheckpoint($"{origin}\n{TreeSize}\n{Convert.ToBase64String(root)}\n");
        byte[] signature = LogKey.Sign(Encoding.UTF8.GetBytes(text));
        string note = $"{text}\n— witness.example.com {Convert.ToBase64String([1, 2, 3, 4, 5, 6])}\n"
            + $"— {NoteName ?? name} {Convert.ToBase64String([.. id[..4], .. signature])}\n";
        string hashes = string.Join(',', path.Select(static h => $"\"{Convert.ToBase64String(h)}\""));
        return $$$"""
            {"logIndex":"{{{Index}}}","treeSize":"{{{TreeSize}}}","rootHash":"{{{Convert.ToBase64String(root)}}}","hashes":[{{{hashes}}}],
            "checkpoint":{"envelope":"{{{note.Replace("\n", "\\n", StringComparison.Ordinal)}}}"}}
            """;
    }

    // RFC 6962 sections 2.1 and 2.1.1, as they are written there.
    private static byte[] Walk(byte[][] leaves, int index, List<byte[]> path)
    {
        if (leaves.Length == 1)
            return leaves[0];
        int split = 1;
        while (split * 2 < leaves.Length)
            split *= 2;
        bool isLeft = index >= 0 && index < split;
        byte[] left = Walk(leaves[..split], isLeft ? index : -1, path);
        List<byte[]> rightPath = [];
        byte[] right = Walk(leaves[split..], index >= split ? index - split : -1, rightPath);
        if (isLeft)
            path.Add(right);
        else if (index >= split)
            path.AddRange([.. rightPath, left]);
        return SHA256.HashData([1, .. left, .. right]);
    }
}
