using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Engine.Trust;

/// <summary>Finds private keys in a file that is to be made public.</summary>
internal static class SecretKeys
{
    private const int MaxPackets = 100_000;

    /// <summary>Whether a file holds a private key: a PEM or armored block of one, or an OpenPGP packet of one.</summary>
    public static bool AreIn(ReadOnlySpan<byte> content)
    {
        if (content.IndexOf("PRIVATE KEY"u8) >= 0)
            return true;
        return !content.IsEmpty && (content[0] & 0x80) != 0 && HasSecretPackets(content);
    }

    // Armor around a public key can hide secret packets too, but gpg never writes that, and the reader of the policy skips it.
    private static bool HasSecretPackets(ReadOnlySpan<byte> content)
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
            // What cannot be read to its end cannot be said to be harmless.
            return true;
        }

        return false;
    }
}
