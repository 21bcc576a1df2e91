using System.Buffers.Binary;
using System.Globalization;
using ContainerTrust.Engine.Formats.Pem;
using ContainerTrust.Engine.OpenPgp.Armor;
using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Consumers;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Messages;

/// <summary>Verifies one signed message with a keyring.</summary>
internal static class MessageVerifier
{
    // Not what every build does: docs/adr/0012-cleartext-signatures.md.
    private const string Cleartext =
        "It is a cleartext signature, which podman and skopeo accept if built with gpgme or Sequoia, but not if built with Go's OpenPGP; "
        + "it is refused here on purpose. Sign with gpg --sign.";

    /// <summary>Verifies a message.</summary>
    /// <param name="keyring">The keys.</param>
    /// <param name="message">The message, binary or armored.</param>
    /// <param name="now">Seconds since 1970 UTC.</param>
    /// <returns>The verdict.</returns>
    public static OpenPgpVerification Verify(OpenPgpKeyring keyring, ReadOnlySpan<byte> message, long now)
    {
        if (message.Length > OpenPgpKeyring.MaxMessageLength)
            return Refuse(OpenPgpProblem.TooLarge, "It is larger than 4 MiB.", null);
        using var buffers = new MessageBuffers();
        try
        {
            var binary = message;
            bool lacksMark = false;
            if (!ArmorLines.IsBinary(message) && !TryReadArmor(message, out binary, out lacksMark, out string foreign))
                return Refuse(OpenPgpProblem.NotSignedMessage, foreign, null);
            bool isArmored = binary != message;
            var problem = SignedMessageReader.Read(binary, buffers, out var parts, out string reason);
            if (problem != OpenPgpProblem.None)
                return Refuse(problem, reason, null);

            // No GnuPG reads signatures of version 6, and their armor must not have a checksum (RFC 9580 section 6.1).
            if (lacksMark && parts.Signature is not [6, ..])
                return Refuse(
                    OpenPgpProblem.Malformed,
                    "Its armor ends without padding and checksum; GnuPG up to 2.4 reads nothing of it.",
                    null);
            return VerifySignature(keyring, parts, isArmored, now);
        }
        catch (TrustFormatException e)
        {
            return Refuse(
                OpenPgpProblem.Malformed,
                $"It is damaged: {(e.DocumentPath.Length > 0 ? $"{e.DocumentPath}: {e.Problem}" : e.Problem)}",
                null);
        }
        catch (TrustException)
        {
            return Refuse(OpenPgpProblem.Malformed, "It has too many packets.", null);
        }
    }

    // skopeo takes armored messages, because gpg does. The text around the block means nothing to either; a second block is refused here.
    private static bool TryReadArmor(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> binary, out bool lacksMark, out string reason)
    {
        binary = default;
        lacksMark = false;
        var armor = new ArmorReader(text, "the signature", ArmorKind.Message);
        bool hasBlock = armor.TryReadNext(out var block);
        string? spoiled = hasBlock ? null : SpoiledBlock.Describe(text, "PGP MESSAGE"u8);
        reason = spoiled is not null ? $"It is an armored message, but {spoiled}."
            : !hasBlock ? "It is not OpenPGP data."
            : block.Kind switch
            {
                ArmorKind.Message => "",
                ArmorKind.SignedMessage => Cleartext,
                ArmorKind.Signature => "It is a signature without the signed content; sign with gpg --sign.",
                _ => "It is armored OpenPGP data, but not a message.",
            };
        if (reason.Length > 0)
            return false;
        binary = block.Data;
        lacksMark = block.LacksMark;
        if (!armor.TryReadNext(out _))
            return true;
        reason = "It has more than one armored block.";
        return false;
    }

    /// <summary>Verifies the signature of a message that was taken apart.</summary>
    /// <param name="keyring">The keys.</param>
    /// <param name="message">The message.</param>
    /// <param name="isArmored">Whether it came as text.</param>
    /// <param name="now">Seconds since 1970 UTC.</param>
    internal static OpenPgpVerification VerifySignature(OpenPgpKeyring keyring, in SignedMessage message, bool isArmored, long now)
    {
        var outcome = SignaturePacket.Parse(message.Signature, out var signature);
        if (outcome == SignatureParse.UnknownVersion)
            return Refuse(OpenPgpProblem.UnusableAlgorithm, "Its signature is of an unknown version.", null);
        if (outcome == SignatureParse.Malformed)
            return Refuse(OpenPgpProblem.Malformed, "Its signature packet is malformed.", null);
        ulong? issuer = FindIssuer(signature, out var fingerprint);
        string? keyId = issuer?.ToString("X16", CultureInfo.InvariantCulture);
        if (outcome == SignatureParse.BadSubpacket)
            return Refuse(OpenPgpProblem.Malformed, "Its signature packet has a malformed part.", keyId);
        if (signature.Type is not (SignatureType.Binary or SignatureType.Text))
            return Refuse(OpenPgpProblem.NotSignedMessage, "Its signature is not one of a document.", keyId);
        if (!OpenPgpRules.Current.MessageHashes.Contains(signature.HashAlgorithm) || !OpenPgpRules.Current.CanCheck(signature))
            return Refuse(
                OpenPgpProblem.UnusableAlgorithm,
                $"Its signature uses the hash algorithm {HashAlgorithms.Name(signature.HashAlgorithm)}, which is unknown or too weak.",
                keyId);
        if (!IsAnnounced(signature, message.OnePass))
            return Refuse(OpenPgpProblem.Malformed, "Its one-pass packet announces another signature.", keyId);
        var entries = issuer is { } id ? keyring.Find(id) : [];
        if (entries.IsEmpty)
        {
            return Refuse(
                OpenPgpProblem.UnknownKey,
                keyId is null ? "Its signature names no key."
                    : keyring.WhyLost(issuer!.Value) is { } lost
                        ? $"Its signature names the key {keyId}, which is not among the keys: {lost}."
                    : $"Its signature names the key {keyId}, which is not among the keys.",
                keyId);
        }

        var entry = FindSigner(entries, signature, fingerprint, TextContent.Hashed(signature, message.UntrustedContent));
        if (entry is null)
            return Refuse(OpenPgpProblem.BadSignature, $"The key {keyId} did not make this signature of this content.", keyId);
        var verdict = JudgeSignature(keyring, entry, signature, message, keyId, now);
        if (!verdict.IsGood)
            return verdict;
        MessageForm form = new(isArmored, message.OnePass.IsEmpty);
        string? refusal = keyring.Consumer is { } consumer ? consumer.WhyRefused(signature, entry.Certificate, entry.Key, form)
            : keyring.Host?.WhyRefused(signature, entry.Certificate, entry.Key);
        return refusal is null ? verdict : Refuse(OpenPgpProblem.NotForConsumer, refusal, keyId);
    }

    // The numbers hold. What remains is whether they may count.
    private static OpenPgpVerification JudgeSignature(
        OpenPgpKeyring keyring, OpenPgpKeyring.KeyringEntry entry, in SignaturePacket signature, in SignedMessage message, string? keyId,
        long now)
    {
        var key = entry.Key.Packet;
        if (signature.HasUnknownCritical)
            return Refuse(OpenPgpProblem.UnknownCriticalPart, "Its signature has a critical part that this release does not know.", keyId);
        if (signature.Created < key.Created)
            return Refuse(OpenPgpProblem.SignatureBeforeKey, $"Its signature is older than the key {key.Fingerprint} that made it.", keyId);
        var problem = KeyValidity.Judge(entry.Certificate, entry.Key, now, out string reason);
        if (problem != OpenPgpProblem.None)
            return Refuse(problem, reason, keyId);
        long? end = OpenPgpRules.Current.End(signature.Created, signature.ExpirationSeconds);
        if (end <= now)
            return Refuse(OpenPgpProblem.SignatureExpired, $"Its signature expired {Lifetime.Describe(end.Value)}.", keyId);
        if (!TextContent.TryTake(signature, message.UntrustedFormat, message.UntrustedContent, out byte[] content))
            return Refuse(OpenPgpProblem.Malformed, "Its text has a carriage return inside a line.", keyId);
        return new OpenPgpVerification
        {
            Problem = OpenPgpProblem.None,
            Reason = $"Good signature by key {entry.Certificate.Primary.Packet.Fingerprint}.",
            Content = content,
            Fingerprint = entry.Certificate.Primary.Packet.Fingerprint,
            KeyFingerprint = key.Fingerprint,
            UserId = KeyValidity.FindUserId(entry.Certificate, now),
            Created = DateTimeOffset.FromUnixTimeSeconds(signature.Created),
            Expires = end is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
            Note = ReleaseNotes.Of(signature, entry.Certificate, entry.Key, keyring.RefusalBySequoia),
            UntrustedKeyId = keyId,
        };
    }

    // The fingerprint of the hashed area goes before the key id, which is often in the unhashed one.
    private static ulong? FindIssuer(in SignaturePacket signature, out ReadOnlySpan<byte> fingerprint)
    {
        fingerprint = default;
        var reader = new SubpacketReader(signature.HashedArea);
        while (fingerprint.IsEmpty && reader.TryRead(out var type, out _, out var value))
        {
            if (type == SubpacketType.IssuerFingerprint && value.Length == (signature.Version == 6 ? 33 : 21)
                && value[0] == signature.Version)
                fingerprint = value[1..];
        }

        // Version 6 has no key ids. Where the fingerprint stands in the unhashed area it finds the key as well.
        if (fingerprint.IsEmpty && signature.Version == 6)
            fingerprint = signature.IssuerFingerprint;
        return fingerprint.Length switch
        {
            20 => BinaryPrimitives.ReadUInt64BigEndian(fingerprint[12..]),
            32 => BinaryPrimitives.ReadUInt64BigEndian(fingerprint),
            _ => signature.IssuerKeyId,
        };
    }

    private static OpenPgpKeyring.KeyringEntry? FindSigner(ReadOnlySpan<OpenPgpKeyring.KeyringEntry> entries, in SignaturePacket signature,
        ReadOnlySpan<byte> fingerprint, ReadOnlySpan<byte> content)
    {
        foreach (var entry in entries)
        {
            var packet = entry.Key.Packet;
            if ((fingerprint.IsEmpty || packet.IsFingerprint(fingerprint)) && entry.Key.Key is { } key
                && SignatureVerifier.IsMadeBy(signature, packet, key, content, []))
                return entry;
        }

        return null;
    }

    // GnuPG hashes only with the algorithm that the one-pass packet announces.
    private static bool IsAnnounced(in SignaturePacket signature, ReadOnlySpan<byte> onePass) =>
        onePass.IsEmpty
        || (onePass[2] == signature.HashAlgorithm && (onePass[0] == 6) == (signature.Version == 6)
            && (signature.Version != 6 || onePass.Slice(5, onePass[4]).SequenceEqual(signature.Salt)));

    private static OpenPgpVerification Refuse(OpenPgpProblem problem, string reason, string? keyId) =>
        new() { Problem = problem, Reason = reason, UntrustedKeyId = keyId };
}
