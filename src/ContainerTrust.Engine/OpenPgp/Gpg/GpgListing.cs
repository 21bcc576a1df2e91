using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ContainerTrust.Engine.OpenPgp.Armor;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Gpg;

/// <summary>
/// What <c>gpg2 --with-colons FILE</c> of GnuPG 2.2 prints as user ids, which is what <c>podman image trust show</c> shows. GnuPG reads
/// leniently and prints what it has, but podman takes nothing from it when it ends with a failure, and any error message makes it do so:
/// here the first such error gives an empty list.
/// </summary>
internal static class GpgListing
{
    private const int MaxMpiBits = 16384;
    private const int MaxKeyLength = 256 * 1024;
    private const int MaxUserIdLength = 2048;
    private const int MaxAreaLength = 10_000;

    private enum Outcome
    {
        Continue,

        /// <summary>GnuPG stops reading without a message and prints what it has.</summary>
        Stop,

        /// <summary>GnuPG reports an error: podman shows nothing.</summary>
        Fail,
    }

    /// <summary>Lists the user ids.</summary>
    /// <param name="content">A key file.</param>
    /// <returns>User ids with the escaping of <c>--with-colons</c>; empty where GnuPG fails.</returns>
    public static IReadOnlyList<string> ListUserIds(ReadOnlySpan<byte> content)
    {
        if (content.Length < 2)
            return [];
        scoped ReadOnlySpan<byte> data = content;
        if (!ArmorLines.IsBinary(content))
        {
            byte[]? decoded = GpgArmor.Decode(content);
            if (decoded is null)
                return [];
            data = decoded;
        }

        var userIds = new List<string>();
        var root = Root.None;
        int position = 0;
        while (position < data.Length)
        {
            var outcome = ReadPacket(data, ref position, ref root, userIds);
            if (outcome == Outcome.Fail)
                return [];
            if (outcome == Outcome.Stop)
                break;
        }

        return userIds;
    }

    private enum Root
    {
        None,
        PublicKey,
        SecretKey,
    }

    private static Outcome ReadPacket(ReadOnlySpan<byte> data, ref int position, ref Root root, List<string> userIds)
    {
        byte header = data[position++];
        if ((header & 0x80) == 0)
            return Outcome.Fail;
        bool isNewFormat = (header & 0x40) != 0;
        var tag = (PacketTag)(isNewFormat ? header & 0x3F : (header >> 2) & 0x0F);
        if (!TryReadLength(data, ref position, header, out uint length))
            return Outcome.Fail;

        // A body that is cut off is read as far as it goes: what then happens depends on the kind.
        int available = (int)Math.Min(length, (uint)(data.Length - position));
        var body = data.Slice(position, available);
        position += available;
        switch (tag)
        {
            case PacketTag.PublicKey or PacketTag.PublicSubkey:
                return ReadKey(tag, body, length, ref root);
            case PacketTag.UserId:
                return ReadUserId(body, length, root, userIds);
            case PacketTag.Signature:
                return root == Root.None ? Outcome.Fail : ReadSignature(body, length, isEmbedded: false);
            case PacketTag.UserAttribute:
                return root == Root.None ? Outcome.Fail : length > 16 * 1024 * 1024 ? Outcome.Fail : Outcome.Continue;
            case PacketTag.SecretKey:
                root = Root.SecretKey;
                return Outcome.Continue;
            case PacketTag.SecretSubkey:
                return root == Root.None ? Outcome.Fail : Outcome.Continue;
            case PacketTag.Marker:
                return length == 3 && body.SequenceEqual("PGP"u8) ? Outcome.Continue : Outcome.Fail;
            case PacketTag.OldComment or PacketTag.Comment:
                return length > 64 * 1024 ? Outcome.Fail : Outcome.Continue;

            // Messages, which GnuPG would begin to decrypt or unpack, and its own control packets.
            case PacketTag.PublicKeyEncryptedSessionKey or PacketTag.SymmetricKeyEncryptedSessionKey or PacketTag.OnePassSignature
                or PacketTag.CompressedData or PacketTag.SymmetricallyEncryptedData or PacketTag.LiteralData or PacketTag.GpgControl
                or PacketTag.IntegrityProtectedData or PacketTag.AeadEncryptedData or PacketTag.ModificationDetectionCode:
                return Outcome.Fail;
            default:
                return Outcome.Continue;
        }
    }

    private static bool TryReadLength(ReadOnlySpan<byte> data, ref int position, byte header, out uint length)
    {
        length = 0;
        int octets;
        if ((header & 0x40) != 0)
        {
            if (position >= data.Length)
                return false;
            byte first = data[position++];
            if (first < 192)
            {
                length = first;
                return true;
            }

            if (first < 224)
            {
                if (position >= data.Length)
                    return false;
                length = ((first - 192u) << 8) + data[position++] + 192u;
                return true;
            }

            if (first < 255)
                return false;
            octets = 4;
        }
        else
        {
            if ((header & 3) == 3)
                return false;
            octets = 1 << (header & 3);
        }

        if (octets > data.Length - position)
            return false;
        for (int i = 0; i < octets; i++)
            length = (length << 8) | data[position++];
        return true;
    }

    private static Outcome ReadKey(PacketTag tag, ReadOnlySpan<byte> body, uint length, ref Root root)
    {
        if (length == 0 || body.IsEmpty)
            return Outcome.Fail;
        byte version = body[0];
        if (tag == PacketTag.PublicSubkey && version == (byte)'#')
            return Outcome.Continue;
        if (version is 2 or 3)
        {
            // Not a message, and what follows belongs to the key before it.
            return Outcome.Continue;
        }

        if (version != 4 || length is < 12 or > MaxKeyLength + 1)
            return Outcome.Fail;
        var rest = body.Length > 6 ? body[6..] : [];
        uint restLength = length - 6;

        // Octets after the end of the file read as 0xFF, an unknown algorithm whose fields then are missing.
        var algorithm = body.Length > 5 ? (PublicKeyAlgorithm)body[5] : (PublicKeyAlgorithm)0xFF;
        int integers = algorithm switch
        {
            PublicKeyAlgorithm.Rsa or PublicKeyAlgorithm.RsaEncryptOnly or PublicKeyAlgorithm.RsaSignOnly => 2,
            PublicKeyAlgorithm.Elgamal or (PublicKeyAlgorithm)20 => 3,
            PublicKeyAlgorithm.Dsa => 4,
            PublicKeyAlgorithm.Ecdsa or PublicKeyAlgorithm.EddsaLegacy or PublicKeyAlgorithm.Ecdh => 1,
            _ => 0,
        };
        var outcome = Outcome.Continue;
        if (integers == 0)
            return (uint)rest.Length < restLength ? Outcome.Fail : Accept(tag, ref root);
        bool hasCurve = integers == 1;
        if (hasCurve && !TrySkipCounted(ref rest, ref restLength))
            return Outcome.Stop;
        for (int i = 0; i < integers && outcome == Outcome.Continue; i++)
            outcome = SkipInteger(ref rest, ref restLength);
        if (outcome != Outcome.Continue)
            return outcome;
        if (algorithm == PublicKeyAlgorithm.Ecdh && !TrySkipCounted(ref rest, ref restLength))
            return Outcome.Stop;
        return Accept(tag, ref root);
    }

    private static Outcome Accept(PacketTag tag, ref Root root)
    {
        if (tag == PacketTag.PublicKey)
            root = Root.PublicKey;
        return root == Root.None ? Outcome.Fail : Outcome.Continue;
    }

    private static bool TrySkipCounted(ref ReadOnlySpan<byte> rest, ref uint length)
    {
        if (length == 0 || rest.IsEmpty || rest[0] is < 2 or > 254 || rest[0] > length - 1 || rest[0] >= rest.Length)
            return false;
        int count = 1 + rest[0];
        rest = rest[count..];
        length -= (uint)count;
        return true;
    }

    private static Outcome SkipInteger(ref ReadOnlySpan<byte> rest, ref uint length)
    {
        if (length == 0)
            return Outcome.Fail;
        if (rest.IsEmpty)
            return Outcome.Stop;
        if (length == 1)
            return Outcome.Fail;
        if (rest.Length < 2)
            return Outcome.Stop;
        int bits = BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (bits > MaxMpiBits)
            return Outcome.Fail;
        int octets = (bits + 7) / 8;
        if (octets > length - 2)
            return rest.Length - 2 < length - 2 ? Outcome.Stop : Outcome.Fail;
        if (octets > rest.Length - 2)
            return Outcome.Stop;
        rest = rest[(2 + octets)..];
        length -= (uint)(2 + octets);
        return Outcome.Continue;
    }

    private static Outcome ReadUserId(ReadOnlySpan<byte> body, uint length, Root root, List<string> userIds)
    {
        // Too long is an error with a message; a user id before any key is one, too.
        if (length > MaxUserIdLength || root == Root.None)
            return Outcome.Fail;
        if (root == Root.PublicKey && length > 0)
            userIds.Add(Escape(body, (int)length));
        return Outcome.Continue;
    }

    private static Outcome ReadSignature(ReadOnlySpan<byte> body, uint length, bool isEmbedded)
    {
        if (length < 16 || body.IsEmpty || body[0] is not (2 or 3 or 4))
            return Outcome.Fail;
        byte Octet(ReadOnlySpan<byte> data, int index) => index < data.Length ? data[index] : (byte)0xFF;
        int position;
        byte algorithm;
        if (body[0] == 4)
        {
            algorithm = Octet(body, 2);
            position = 4;
            for (int area = 0; area < 2; area++)
            {
                if (length - position < 2)
                    return Outcome.Fail;
                int count = (Octet(body, position) << 8) | Octet(body, position + 1);
                position += 2;
                if (count > length - position || count > MaxAreaLength || position + count > body.Length)
                    return Outcome.Fail;
                if (!IsAreaQuiet(body.Slice(position, count), area == 0, isEmbedded))
                    return Outcome.Fail;
                position += count;
            }
        }
        else
        {
            algorithm = Octet(body, 15);
            position = 17;
        }

        if (length - position < 2)
            return Outcome.Fail;
        position += 2;
        int integers = algorithm switch
        {
            1 or 2 or 3 => 1,
            17 or 19 or 20 or 22 => 2,
            _ => 0,
        };
        var rest = position < body.Length ? body[position..] : [];
        uint restLength = length - (uint)position;
        if (integers == 0)
            return restLength > 5 * MaxMpiBits / 8 || (uint)rest.Length < restLength ? Outcome.Fail : Outcome.Continue;

        // All numbers are tried; a missing one stops the reading, one that is too long has a message as well.
        bool isWhole = true;
        for (int i = 0; i < integers; i++)
        {
            switch (SkipInteger(ref rest, ref restLength))
            {
                case Outcome.Fail:
                    return Outcome.Fail;
                case Outcome.Stop:
                    isWhole = false;
                    restLength -= (uint)Math.Min(rest.Length, restLength);
                    rest = [];
                    break;
            }
        }

        return isWhole ? Outcome.Continue : Outcome.Stop;
    }

    // Subpackets that GnuPG looks for in every signature, with the shortest content that it takes without a message.
    private static bool IsAreaQuiet(ReadOnlySpan<byte> area, bool isHashed, bool isEmbedded)
    {
        var reader = new SubpacketReader(area);
        ulong seen = 0;
        while (reader.TryRead(out var type, out _, out var value))
        {
            // Back-signatures are read in turn; what they have embedded themselves is not.
            bool isRead = type == SubpacketType.EmbeddedSignature && !isEmbedded && IsBackSignature(value);
            if (isRead && ReadSignature(value, (uint)value.Length, isEmbedded: true) == Outcome.Fail)
                return false;
            if ((int)type >= 64 || (seen & (1UL << (int)type)) != 0)
                continue;
            seen |= 1UL << (int)type;
            int least = type switch
            {
                SubpacketType.IssuerKeyId => 8,
                SubpacketType.ExportableCertification => 1,
                SubpacketType.SignatureCreationTime or SubpacketType.SignatureExpirationTime when isHashed => 4,
                SubpacketType.Revocable when isHashed => 1,
                _ => 0,
            };
            if (value.Length < least)
                return false;
            if (isHashed && type == SubpacketType.TrustSignature && value.Length != 2)
                return false;
            if (isHashed && type == SubpacketType.NotationData && (value.Length < 8 || 8
                + BinaryPrimitives.ReadUInt16BigEndian(value[4..]) + BinaryPrimitives.ReadUInt16BigEndian(value[6..]) != value.Length))
                return false;
        }

        return true;
    }

    private static bool IsBackSignature(ReadOnlySpan<byte> value) =>
        value.Length > 3 && value[0] is 3 or 4 && (SignatureType)(value[0] == 3 ? value[2] : value[1]) == SignatureType.PrimaryKeyBinding;

    private static string Escape(ReadOnlySpan<byte> octets, int length)
    {
        var text = new StringBuilder(length + 8);
        int missing = length - octets.Length;
        while (!octets.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(octets, out var rune, out int consumed) != System.Buffers.OperationStatus.Done)
            {
                // Go, in which podman is written, replaces octet by octet.
                text.Append('\uFFFD');
                octets = octets[1..];
                continue;
            }

            octets = octets[consumed..];
            AppendEscaped(text, rune);
        }

        // Octets after the end of the file read as 0xFF.
        return text.Append('\uFFFD', missing).ToString();
    }

    private static void AppendEscaped(StringBuilder text, Rune rune)
    {
        switch (rune.Value)
        {
            case '\n':
                text.Append("\\n");
                break;
            case '\r':
                text.Append("\\r");
                break;
            case '\f':
                text.Append("\\f");
                break;
            case '\v':
                text.Append("\\v");
                break;
            case '\b':
                text.Append("\\b");
                break;
            case 0:
                text.Append("\\0");
                break;
            case < 0x20 or 0x7F or ':' or '\\':
                text.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
                break;
            default:
                text.Append(rune.ToString());
                break;
        }
    }
}
