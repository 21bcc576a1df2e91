using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.OpenPgp.Armor;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Keys;

/// <summary>Finds private keys in a file that is to be made public.</summary>
internal static class SecretKeys
{
    private const int MaxPackets = 100_000;

    /// <summary>Whether a file holds a private key: a PEM or armored block of one, or an OpenPGP packet of one.</summary>
    public static bool AreIn(ReadOnlySpan<byte> content)
    {
        if (content.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            content = content[3..];
        if (content.IndexOf("PRIVATE KEY"u8) >= 0 || content.IndexOf("SECRET KEY"u8) >= 0 || IsDerPrivateKey(content))
            return true;
        return !content.IsEmpty && (content[0] & 0x80) != 0 ? HasSecretPackets(content, inDoubt: true) : HasSecretPacketsInArmor(content);
    }

    // PKCS#8, PKCS#1 and SEC 1 private keys are all a SEQUENCE that begins with a version, the INTEGER 0 or 1; public keys and
    // certificates are not.
    private static bool IsDerPrivateKey(ReadOnlySpan<byte> content)
    {
        if (content.Length < 2 || content[0] != 0x30)
            return false;
        int start = content[1] < 0x80 ? 2 : 2 + (content[1] & 0x7F);
        return content.Length >= start + 3 && content[start] == 2 && content[start + 1] == 1 && content[start + 2] <= 1;
    }

    /// <summary>Refuses requirements that carry a private key in their key data, wherever they come from.</summary>
    /// <exception cref="TrustException">One does (<c>PrivateKey</c>), or key data is not base64 (<c>InvalidKeyData</c>).</exception>
    public static void RequireNone(IReadOnlyList<TrustRequirement> requirements)
    {
        foreach (string data in requirements.SelectMany(static r => r.GetKeyMaterials()).Select(static m => m.Data).OfType<string>())
        {
            if (AreIn(KeyData.Require(data)))
            {
                throw new TrustException("PrivateKey", TrustErrorKind.InvalidArgument,
                    "The key data of a requirement holds a private key, which must never be in a policy that everybody can " +
                        "read. Store the public key alone.");
            }
        }
    }

    // A label says nothing about the packets in its block.
    private static bool HasSecretPacketsInArmor(ReadOnlySpan<byte> content)
    {
        ArmorReader armor = new(content, "", static _ => true);
        try
        {
            while (armor.TryReadNext(out ArmorBlock block))
            {
                if (HasSecretPackets(block.Data, inDoubt: false))
                    return true;
            }
        }
        catch (TrustException)
        {
            // Damaged armor is refused by whoever reads keys from it; the blocks before it had no private key.
            return false;
        }

        return false;
    }

    private static bool HasSecretPackets(ReadOnlySpan<byte> content, bool inDoubt)
    {
        PacketReader reader = new(content, new PacketSource("", 0), MaxPackets);
        try
        {
            while (reader.TryRead(out Packet packet))
            {
                if (packet.Tag is PacketTag.SecretKey or PacketTag.SecretSubkey)
                    return true;
            }
        }
        catch (TrustException)
        {
            // Binary data that cannot be read to its end cannot be said to be harmless.
            return inDoubt;
        }

        return false;
    }
}
