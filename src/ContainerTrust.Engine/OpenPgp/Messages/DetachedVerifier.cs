using ContainerTrust.Engine.OpenPgp.Armor;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Messages;

/// <summary>
/// Verifies a signature that lies beside what it signs (RFC 9580 section 10.4), as <c>gpg --detach-sign</c> makes it. Stricter than GnuPG:
/// there is exactly one signature and nothing else, and it is not one of a text, whose line ends GnuPG does not sign as they are.
/// </summary>
internal static class DetachedVerifier
{
    private const int MaxPackets = 4;

    private static readonly PacketSource s_source = new("the signature", 0);

    /// <summary>Verifies it.</summary>
    /// <param name="keyring">The keys.</param>
    /// <param name="signature">The signature, binary or armored.</param>
    /// <param name="content">What is signed.</param>
    /// <param name="now">Seconds since 1970 UTC.</param>
    /// <returns>The verdict.</returns>
    public static OpenPgpVerification Verify(
        OpenPgpKeyring keyring, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> content, long now)
    {
        try
        {
            ReadOnlySpan<byte> binary = signature;
            bool isArmored = !ArmorLines.IsBinary(signature);
            if (isArmored && ReadArmor(signature, out binary) is { } foreign)
                return Refuse(OpenPgpProblem.NotSignedMessage, foreign);
            PacketReader reader = new(binary, s_source, MaxPackets);
            if (!reader.TryRead(out Packet packet) || packet.Tag != PacketTag.Signature || packet.LengthKind == PacketLengthKind.Partial)
                return Refuse(OpenPgpProblem.NotSignedMessage, "Its signature is not an OpenPGP signature; sign with gpg --detach-sign.");
            if (reader.TryRead(out _))
                return Refuse(OpenPgpProblem.NotOneSignature, "It has more than one signature, or something follows it.");
            if (packet.Body.IsEmpty)
                return Refuse(OpenPgpProblem.Malformed, "Its signature packet is empty.");
            if (SignaturePacket.Parse(packet.Body, out SignaturePacket parsed) == SignatureParse.Read && parsed.Type == SignatureType.Text)
                return Refuse(OpenPgpProblem.NotSignedMessage, "Its signature is one of a text; sign it as a file.");
            SignedMessage message = new()
            {
                Signature = packet.Body, OnePass = default, UntrustedFormat = (byte)'b', UntrustedContent = content,
            };
            return MessageVerifier.VerifySignature(keyring, message, isArmored, now);
        }
        catch (TrustFormatException e)
        {
            return Refuse(OpenPgpProblem.Malformed, $"Its signature is damaged: {e.Problem}");
        }
        catch (TrustException)
        {
            return Refuse(OpenPgpProblem.Malformed, "Its signature has too many packets.");
        }
    }

    // A sentence that says why it is not one signature; null if it is.
    private static string? ReadArmor(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> binary)
    {
        binary = default;
        ArmorReader armor = new(text, "the signature", ArmorKind.Signature);
        if (!armor.TryReadNext(out ArmorBlock block))
            return "Its signature is not OpenPGP data.";
        if (block.Kind != ArmorKind.Signature)
            return "Its signature is armored OpenPGP data of another kind; sign with gpg --detach-sign --armor.";
        binary = block.Data;
        return armor.TryReadNext(out _) ? "Its signature has more than one armored block." : null;
    }

    private static OpenPgpVerification Refuse(OpenPgpProblem problem, string reason) => new() { Problem = problem, Reason = reason };
}
