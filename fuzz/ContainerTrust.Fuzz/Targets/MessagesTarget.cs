using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Fuzz.Targets;

/// <summary>Signed OpenPGP messages as signature stores have them: good only with what was signed, and by whom.</summary>
internal sealed class MessagesTarget : FuzzTarget
{
    private const string Keys = "keys";

    private OpenPgpKeyring _keyring = OpenPgpKeyring.Import([]);

    /// <inheritdoc/>
    public override string Name => "messages";

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Words =>
    [
        .. new PacketsTarget().Words,
        [0xC4, 0x0D, 3, 0, 8], [0x90, 0x0D, 3, 0, 8], [0xCB, 0x0E, (byte)'b', 0, 0, 0, 0, 0], [0xCB], [0xA3, 0],
        [0xCA, 3, (byte)'P', (byte)'G', (byte)'P'], [0xD5, 1, 0],
        "\0simple-signing\n"u8.ToArray(), "-----BEGIN PGP MESSAGE-----\n\n"u8.ToArray(), "-----END PGP MESSAGE-----\n"u8.ToArray(),
        "\r\n"u8.ToArray(),
    ];

    /// <inheritdoc/>
    public override FuzzMaterial Make()
    {
        IReadOnlyList<TestSigner> signers = OpenPgpSeeds.Signers;
        FuzzMaterial material = new();
        material.Trust.Add(Keys, [.. signers.SelectMany(static s => s.Certificate())]);
        byte[] bzip2 = Convert.FromBase64String("QlpoOTFBWSZTWYYbeGAAAEDBhGBAOAAACgAIIAAxBkxAVKBid0ZlyQqxFCLz3xdyRThQkIYbeGA=");
        return material
            .Add(signers.SelectMany(OpenPgpSeeds.Messages))
            .Add([.. "\0simple-signing\n"u8, .. signers[1].Message(OpenPgpSeeds.Content)])
            .Add(TestPackets.Packet(PacketTag.CompressedData, [3, .. bzip2]))
            .Add(Corpus.Where(static path => path.Contains("signature", StringComparison.Ordinal)));
    }

    /// <inheritdoc/>
    public override void Load(IReadOnlyDictionary<string, byte[]> trust)
    {
        _keyring = OpenPgpKeyring.Import([new KeyringSource(Keys, trust[Keys])]);
        FuzzFinding.Unless(_keyring.PrimaryFingerprints.Count > 1, "The keys are not there.");
    }

    /// <inheritdoc/>
    public override void Run(byte[] input)
    {
        OpenPgpVerification verification = Judge(input);
        if (SignatureFormat.TryRead(input, out _, out ReadOnlyMemory<byte> signature, out _) && signature.Length < input.Length)
            verification = Judge(signature.Span);
        if (!verification.IsGood)
            throw new TrustException(verification.Problem.ToString(), TrustErrorKind.InvalidData, verification.Reason);
    }

    // Bad input is a verdict, too: nothing may be thrown.
    private OpenPgpVerification Judge(ReadOnlySpan<byte> message)
    {
        OpenPgpVerification verification;
        try
        {
            verification = _keyring.Verify(message, OpenPgpSeeds.Now);
        }
        catch (TrustException e)
        {
            throw new FuzzFinding($"A message is an error and not a verdict: {e}");
        }

        FuzzFinding.Unless(verification.Reason.Length > 0, "A verdict has no reason.");
        if (!verification.IsGood)
        {
            FuzzFinding.Unless(verification.Content.IsEmpty && verification.Fingerprint is null,
                "A verdict that is not good gives something away.");
            return verification;
        }

        FuzzFinding.Unless(verification.Content.Span.SequenceEqual(OpenPgpSeeds.Content), "A message is good with another content.");
        FuzzFinding.Unless(_keyring.PrimaryFingerprints.Contains(verification.Fingerprint!), "A message is good by an unknown key.");
        return verification;
    }
}
