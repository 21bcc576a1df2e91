using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.OpenPgp.Messages;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Armor;

/// <summary>Recognizes the lines of ASCII armor, as GnuPG does.</summary>
internal static class ArmorLines
{
    /// <summary>The octets of the longest line that GnuPG reads whole, its end included.</summary>
    public const int LongestLine = 19_999;

    /// <summary>What data packets and key packets look like at the beginning of a file; anything else is looked at as text.</summary>
    /// <param name="content">The file.</param>
    /// <returns>True if the file is binary OpenPGP data by its first two octets.</returns>
    public static bool IsBinary(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty || (content[0] & 0x80) == 0)
            return false;
        byte header = content[0];
        byte second = content.Length > 1 ? content[1] : (byte)0;
        bool isNewFormat = (header & 0x40) != 0;
        bool isOpenLength = isNewFormat ? second is >= 224 and < 255 : (header & 3) == 3;
        return (PacketTag)(isNewFormat ? header & 0x3F : (header >> 2) & 0x0F) switch
        {
            PacketTag.PublicKeyEncryptedSessionKey or PacketTag.Signature or PacketTag.SymmetricKeyEncryptedSessionKey
                or PacketTag.OnePassSignature
                or PacketTag.SecretKey or PacketTag.PublicKey or PacketTag.SecretSubkey or PacketTag.PublicSubkey or PacketTag.Marker
                    or PacketTag.Trust
                or PacketTag.UserId or PacketTag.UserAttribute or PacketTag.ModificationDetectionCode => !isOpenLength,
            PacketTag.CompressedData or PacketTag.SymmetricallyEncryptedData or PacketTag.IntegrityProtectedData or PacketTag.LiteralData
                or PacketTag.OldComment or PacketTag.Comment or PacketTag.GpgControl => true,
            _ => false,
        };
    }

    /// <summary>
    /// Whether GnuPG, all releases, loses data of a binary key file: its import reads a line first, armored or not, and what is longer than
    /// 19,998 octets up to the next line feed is cut out of the file. Signed messages are not read this way.
    /// </summary>
    /// <param name="content">A key file that <see cref="IsBinary"/>.</param>
    /// <returns>True if so.</returns>
    public static bool IsCutByGpg(ReadOnlySpan<byte> content) =>
        content.Length >= LongestLine && !content[..LongestLine].Contains((byte)'\n');

    /// <summary>Whether a line opens an armored block.</summary>
    /// <param name="line">A line, with or without its end.</param>
    /// <param name="kind">What the block contains.</param>
    /// <returns>True if it does; only white space may follow the dashes.</returns>
    public static bool TryParseHeader(ReadOnlySpan<byte> line, out ArmorKind kind)
    {
        kind = default;
        if (!line.StartsWith("-----BEGIN PGP "u8))
            return false;
        var label = line["-----BEGIN PGP ".Length..];
        int end = label.IndexOf("-----"u8);
        if (end < 0 || !IsBlank(label[(end + 5)..]))
            return false;
        label = label[..end];
        if (label.SequenceEqual("PUBLIC KEY BLOCK"u8))
            kind = ArmorKind.PublicKey;
        else if (label.SequenceEqual("PRIVATE KEY BLOCK"u8) || label.SequenceEqual("SECRET KEY BLOCK"u8))
            kind = ArmorKind.PrivateKey;
        else if (label.SequenceEqual("SIGNATURE"u8))
            kind = ArmorKind.Signature;
        else if (label.SequenceEqual("MESSAGE"u8))
            kind = ArmorKind.Message;
        else if (label.SequenceEqual("SIGNED MESSAGE"u8))
            kind = ArmorKind.SignedMessage;
        else if (label.SequenceEqual("ARMORED FILE"u8))
            kind = ArmorKind.ArmoredFile;
        else
            return false;
        return true;
    }

    /// <summary>Whether GnuPG takes a line for a header of a block: a colon, and then a space or the line's end.</summary>
    /// <param name="line">A line with its end.</param>
    /// <returns>True if so.</returns>
    public static bool IsBlockHeader(ReadOnlySpan<byte> line)
    {
        int colon = line.IndexOfAny((byte)':', (byte)0);
        return colon >= 0 && line[colon] == (byte)':'
            && colon + 1 < line.Length && line[colon + 1] is (byte)' ' or (byte)'\r' or (byte)'\n';
    }

    /// <summary>Whether a line can be data of a block: nothing but the encoding's characters, padding and white space.</summary>
    /// <param name="line">A line.</param>
    /// <returns>True if so.</returns>
    public static bool IsData(ReadOnlySpan<byte> line)
    {
        foreach (byte octet in line)
        {
            if (Radix64.Value(octet) < 0 && octet != (byte)'=' && !Radix64.IsWhitespace(octet))
                return false;
        }

        return true;
    }

    /// <summary>Whether a line has nothing but white space.</summary>
    /// <param name="line">A line.</param>
    /// <returns>True if so.</returns>
    public static bool IsBlank(ReadOnlySpan<byte> line)
    {
        foreach (byte octet in line)
        {
            if (!Radix64.IsWhitespace(octet))
                return false;
        }

        return true;
    }
}
