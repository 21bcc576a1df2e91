using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Messages;

/// <summary>
/// Takes a signed message apart (RFC 9580 section 10.3; the old style, signature before data, of RFC 1991 too): exactly one literal data
/// packet and one signature, possibly compressed, possibly more than once. Of what GnuPG skips, markers, comments and unknown packets
/// that nobody needs may stand before the literal data; behind it and behind a compressed packet there may be nothing, which is stricter
/// than GnuPG.
/// </summary>
internal static class SignedMessageReader
{
    private const int MaxPackets = 64;

    /// <summary>As deep as GnuPG goes.</summary>
    private const int MaxDepth = 31;

    private static readonly PacketSource Source = new("the signature", 0);

    /// <summary>Takes a message apart.</summary>
    /// <param name="data">Binary data.</param>
    /// <param name="buffers">Where it is decompressed.</param>
    /// <param name="message">The parts.</param>
    /// <param name="reason">What is wrong. Empty if nothing is.</param>
    /// <returns>The problem; <see cref="OpenPgpProblem.None"/> if there is none.</returns>
    /// <exception cref="TrustException">The packets are malformed.</exception>
    public static OpenPgpProblem Read(ReadOnlySpan<byte> data, MessageBuffers buffers, out SignedMessage message, out string reason)
    {
        message = default;
        for (int depth = 0; depth <= MaxDepth; depth++)
        {
            var problem = ReadLayer(data, buffers, out var compressed, out message, out reason);
            if (problem != OpenPgpProblem.None || compressed.IsEmpty)
                return problem;
            problem = MessageDecompressor.Decompress(compressed, buffers, out data, out reason);
            if (problem != OpenPgpProblem.None)
                return problem;
        }

        reason = "It is compressed too many times.";
        return OpenPgpProblem.Malformed;
    }

    private static bool TryJoin(Packet packet, MessageBuffers buffers, out ReadOnlySpan<byte> body)
    {
        body = packet.Body;
        if (packet.LengthKind != PacketLengthKind.Partial)
            return true;
        if (body.Length > buffers.JoinBudget)
            return false;
        buffers.JoinBudget -= body.Length;
        body = PartialBody.Join(body);
        return true;
    }

    private static OpenPgpProblem ReadLayer(ReadOnlySpan<byte> data, MessageBuffers buffers, out ReadOnlySpan<byte> compressed,
        out SignedMessage message, out string reason)
    {
        compressed = default;
        message = default;
        reason = "";
        ReadOnlySpan<byte> onePass = default;
        ReadOnlySpan<byte> signature = default;
        ReadOnlySpan<byte> literal = default;
        var reader = new PacketReader(data, Source, MaxPackets);
        while (reader.TryRead(out var packet))
        {
            if (!compressed.IsEmpty)
                return Refuse(OpenPgpProblem.Malformed, "Something follows the compressed packet.", out reason);
            if (IsSkipped(packet))
            {
                if (!literal.IsEmpty)
                    return Refuse(OpenPgpProblem.Malformed, "Something follows the content.", out reason);
                continue;
            }

            switch (packet.Tag)
            {
                case PacketTag.CompressedData when onePass.IsEmpty && signature.IsEmpty && literal.IsEmpty:
                    if (!TryJoin(packet, buffers, out compressed))
                        return Refuse(OpenPgpProblem.TooLarge, "It is compressed too many times to be taken apart.", out reason);
                    if (compressed.IsEmpty)
                        return Refuse(OpenPgpProblem.Malformed, "Its compressed packet is empty.", out reason);
                    break;
                case PacketTag.OnePassSignature:
                    if (!onePass.IsEmpty || !signature.IsEmpty || !literal.IsEmpty)
                        return Refuse(OpenPgpProblem.NotOneSignature, "It has more than one signature.", out reason);
                    if (!IsOnePass(packet.Body))
                        return Refuse(OpenPgpProblem.Malformed, "Its one-pass packet is malformed.", out reason);
                    onePass = packet.Body;
                    break;
                case PacketTag.Signature:
                    if (!signature.IsEmpty || (onePass.IsEmpty && !literal.IsEmpty))
                        return Refuse(
                            OpenPgpProblem.NotOneSignature,
                            "It has more than one signature, or one in the wrong place.",
                            out reason);
                    if (!onePass.IsEmpty && literal.IsEmpty)
                        return Refuse(OpenPgpProblem.NotSignedMessage, "It is a signature without the signed content.", out reason);
                    if (packet.Body.IsEmpty)
                        return Refuse(OpenPgpProblem.Malformed, "Its signature packet is empty.", out reason);
                    signature = packet.Body;
                    break;
                case PacketTag.LiteralData:
                    if (!literal.IsEmpty)
                        return Refuse(OpenPgpProblem.NotOneSignature, "It has more than one content.", out reason);
                    if (!TryJoin(packet, buffers, out literal))
                        return Refuse(OpenPgpProblem.TooLarge, "It is compressed too many times to be taken apart.", out reason);
                    if (literal.Length < 6 || literal.Length < 6 + literal[1])
                        return Refuse(OpenPgpProblem.Malformed, "Its literal data packet is too short.", out reason);
                    break;
                case PacketTag.PublicKeyEncryptedSessionKey or PacketTag.SymmetricKeyEncryptedSessionKey
                    or PacketTag.SymmetricallyEncryptedData
                    or PacketTag.IntegrityProtectedData or PacketTag.AeadEncryptedData:
                    return Refuse(OpenPgpProblem.NotSignedMessage, "It is encrypted.", out reason);
                case PacketTag.PublicKey or PacketTag.SecretKey or PacketTag.PublicSubkey or PacketTag.SecretSubkey or PacketTag.UserId
                    or PacketTag.UserAttribute:
                    return Refuse(OpenPgpProblem.NotSignedMessage, "It is an OpenPGP key, or a part of one.", out reason);
                default:
                    return Refuse(OpenPgpProblem.Malformed, "It has a packet that has no place in a signed message.", out reason);
            }
        }

        if (!compressed.IsEmpty)
            return OpenPgpProblem.None;
        if (literal.IsEmpty)
        {
            return signature.IsEmpty && onePass.IsEmpty
                ? Refuse(OpenPgpProblem.NotSignedMessage, "It has no OpenPGP message.", out reason)
                : Refuse(OpenPgpProblem.NotSignedMessage, "It is a signature without the signed content.", out reason);
        }

        if (signature.IsEmpty)
            return Refuse(OpenPgpProblem.NotSignedMessage, "It is an OpenPGP message without a signature.", out reason);
        message = new SignedMessage
            { Signature = signature, OnePass = onePass, UntrustedFormat = literal[0], UntrustedContent = literal[(6 + literal[1])..] };
        return OpenPgpProblem.None;
    }

    // Control packets (63) are GnuPG's own and are never skipped.
    private static bool IsSkipped(in Packet packet) => packet.Tag switch
    {
        PacketTag.Marker => packet.Body.SequenceEqual("PGP"u8),
        PacketTag.Trust or PacketTag.OldComment or PacketTag.Padding => true,
        >= (PacketTag)40 and not PacketTag.GpgControl => true,
        _ => false,
    };

    // Version 3: type, hash, algorithm, key id, flag. Version 6: type, hash, algorithm, salt, fingerprint, flag (RFC 9580 section 5.4).
    private static bool IsOnePass(ReadOnlySpan<byte> body) => body.Length >= 13 && body[0] switch
    {
        3 => body.Length == 13,
        6 => body.Length == 5 + body[4] + 32 + 1,
        _ => false,
    };

    private static OpenPgpProblem Refuse(OpenPgpProblem problem, string sentence, out string reason)
    {
        reason = sentence;
        return problem;
    }
}
