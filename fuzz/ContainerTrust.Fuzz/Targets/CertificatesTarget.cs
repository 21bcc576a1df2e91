using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Fuzz.Targets;

/// <summary>OpenPGP key files: what is shown of them, what verifies with them, and that both are the same.</summary>
internal sealed class CertificatesTarget : FuzzTarget
{
    private const string GoodPrefix = "good-";
    private const string BadPrefix = "bad-";

    private byte[][] _good = [];
    private byte[][] _bad = [];

    /// <inheritdoc/>
    public override string Name => "certificates";

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Words =>
    [
        .. new PacketsTarget().Words,
        [0xB4, 5, (byte)'<', (byte)'a', (byte)'@', (byte)'b', (byte)'>'], [4, 0x18, 1, 8], [4, 0x20, 1, 8], [4, 0x28, 1, 8],
        [4, 0x30, 1, 8], [4, 0x1F, 1, 8],
        [5, 9, 0, 0, 0, 1], [5, 9, 0xFF, 0xFF, 0xFF, 0xFF], [5, 3, 0, 0, 0, 1], [2, 4, 0], [2, 7, 0], [2, 0x19, 1], [0x17, 0x0C, 0x80],
        [2, 0x9B, 2], [0xB0, 1, 0],
    ];

    /// <inheritdoc/>
    public override FuzzMaterial Make()
    {
        IReadOnlyList<TestSigner> signers = OpenPgpSeeds.Signers;
        FuzzMaterial material = new();
        foreach (TestSigner signer in signers)
        {
            material.Trust.Add(GoodPrefix + signer.Fingerprint, signer.Message(OpenPgpSeeds.Content));
            material.Add(signer.Certificate());
        }

        material.Add(OpenPgpSeeds.Certificates(signers[0], signers[1])).Add(OpenPgpSeeds.Certificates(signers[1],
            signers[2])).Add(OpenPgpSeeds.Certificates(signers[2], signers[3]));

        // Of these no owner ever said what would make them good, so no cut and no mixture can.
        TestSigner expired = TestSigner.EcdsaP256();
        TestSigner owner = TestSigner.EcdsaP256();
        TestSigner unbound = TestSigner.EcdsaP256(TestPackets.Created + 5);
        TestSigner encryption = TestSigner.EcdsaP256(TestPackets.Created + 6);
        uint bound = TestPackets.Created + 7;
        foreach (TestSigner bad in (TestSigner[])[expired, unbound, encryption])
            material.Trust.Add(BadPrefix + bad.Fingerprint, bad.Message(OpenPgpSeeds.Content, bound + 10));
        return material
            .Add(expired.Certificate(hashed: [TestPackets.Flags(3), TestPackets.Lifetime(1000)]))
            .Add([.. owner.Certificate(), .. owner.Bind(unbound, bound, hasBackSignature: false, hashed: TestPackets.Flags(2))])
            .Add([.. owner.Certificate(), .. owner.Bind(encryption, bound, hashed: TestPackets.Flags(0x0C))])
            .Add(Corpus.Where(static path => path.EndsWith(".gpg", StringComparison.Ordinal)
                || path.Contains("keyrings", StringComparison.Ordinal)));
    }

    /// <inheritdoc/>
    public override void Load(IReadOnlyDictionary<string, byte[]> trust)
    {
        _good = [.. trust.Where(static t => t.Key.StartsWith(GoodPrefix, StringComparison.Ordinal)).Select(static t => t.Value)];
        _bad = [.. trust.Where(static t => t.Key.StartsWith(BadPrefix, StringComparison.Ordinal)).Select(static t => t.Value)];
    }

    /// <inheritdoc/>
    public override void Run(byte[] input)
    {
        _ = OpenPgpKeyReader.ListUserIdsAsGpg(input);
        KeyReadResult? shown = TryRead(input, out TrustException? refusal);
        OpenPgpKeyring keyring = OpenPgpKeyring.Import([new KeyringSource("key", input)]);
        foreach (byte[] message in _good)
            Compare(keyring.Verify(message, OpenPgpSeeds.Now), shown);
        foreach (byte[] message in _bad)
            FuzzFinding.Unless(!keyring.Verify(message, OpenPgpSeeds.Now).IsGood, "A signature is good by a key that nobody made good.");
        if (refusal is not null)
            throw refusal;
    }

    private static KeyReadResult? TryRead(byte[] input, out TrustException? refusal)
    {
        refusal = null;
        try
        {
            KeyReadResult shown = OpenPgpKeyReader.Read(input, "key", OpenPgpSeeds.Now);
            FuzzFinding.Unless(shown.Keys.Count > 0, "A file without keys is taken.");
            foreach (TrustKey key in shown.Keys)
                FuzzFinding.Unless(!key.UserIds.Any(static u => u.Any(char.IsControl)), "A user id has a control character.");
            return shown;
        }
        catch (TrustException e)
        {
            refusal = e;
            return null;
        }
    }

    // What is shown and what verifies cannot differ.
    private static void Compare(OpenPgpVerification verification, KeyReadResult? shown)
    {
        if (!verification.IsGood)
            return;
        FuzzFinding.Unless(verification.Content.Span.SequenceEqual(OpenPgpSeeds.Content), "A signature is good for another content.");
        TrustKey? key = shown?.Keys.FirstOrDefault(k => k.Fingerprint == verification.Fingerprint);
        FuzzFinding.Unless(key is not null && key.CanSignAt(OpenPgpSeeds.Now),
            "A signature is good by a key that is not shown as one that can sign.");
        bool isPrimary = verification.KeyFingerprint == verification.Fingerprint;
        FuzzFinding.Unless(isPrimary ? key!.CanPrimarySign
            : key!.Subkeys.Any(s => s.Fingerprint == verification.KeyFingerprint && s.CanSign && !s.IsRevoked),
            "A signature is good by a part of a key that is not shown as one that can sign.");
    }
}
