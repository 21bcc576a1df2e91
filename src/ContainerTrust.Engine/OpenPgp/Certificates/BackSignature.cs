using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>
/// Whether a subkey has agreed to be bound to its primary key (RFC 9580 section 5.2.1.9): a signature of type 0x19, embedded in the
/// binding.
/// </summary>
internal static class BackSignature
{
    /// <summary>
    /// Looks at the newest one alone, as GnuPG does, and at the unhashed area, too: it protects itself. Of several of one second all must
    /// be good.
    /// </summary>
    /// <param name="rules">The rules.</param>
    /// <param name="binding">The binding.</param>
    /// <param name="primary">The primary key.</param>
    /// <param name="subkey">The subkey.</param>
    /// <param name="key">The same, ready to verify.</param>
    /// <param name="attempts">How many signatures were looked at.</param>
    /// <returns>True if it has agreed.</returns>
    public static bool IsIn(OpenPgpRules rules, in SignaturePacket binding, RawComponent primary, RawComponent subkey, VerificationKey key,
        out int attempts)
    {
        attempts = 0;
        uint newest = 0;
        bool isGood = false;
        for (int i = 0; i < 2; i++)
        {
            var reader = new SubpacketReader(i == 0 ? binding.HashedArea : binding.UnhashedArea);
            while (reader.TryRead(out var type, out _, out var value))
            {
                if (type != SubpacketType.EmbeddedSignature)
                    continue;
                var outcome = SignaturePacket.Parse(value, out var signature);
                if (outcome is SignatureParse.Malformed or SignatureParse.UnknownVersion
                    || signature.Type != SignatureType.PrimaryKeyBinding || signature.Created < newest)
                    continue;
                attempts++;
                isGood = (signature.Created > newest || isGood) && outcome == SignatureParse.Read && !signature.HasUnknownCritical
                    && rules.IsTimely(signature.Created, subkey.Key!.Created)
                    && SignatureVerifier.IsMadeBy(signature, subkey.Key, key, primary.HashedFor(signature.Version),
                        subkey.HashedFor(signature.Version));
                newest = signature.Created;
            }
        }

        return isGood;
    }
}
