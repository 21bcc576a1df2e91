using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>
/// A key that may revoke others: any primary key or subkey of the files. It may be shorter than a key that images are verified with,
/// because GnuPG takes a revocation by it, and what is too short to give may still take away. Prepared when it is first needed.
/// </summary>
/// <param name="component">The key's packet.</param>
/// <param name="judged">The key, if it is good for everything.</param>
internal sealed class RevokerKey(RawComponent component, VerificationKey? judged)
{
    private readonly Lazy<VerificationKey?> _key = new(() => judged ?? VerificationKey.Create(component.Key!, component.Body, out _,
        isForRevoking: true));

    /// <summary>What the packet says.</summary>
    public PublicKeyPacket Packet => component.Key!;

    /// <summary>The key. Null if it cannot verify signatures, so that nobody here can tell what it has revoked.</summary>
    public VerificationKey? Key => _key.Value;

    /// <summary>All keys of certificates.</summary>
    /// <param name="certificates">The certificates.</param>
    /// <returns>The keys by fingerprint.</returns>
    public static ILookup<string, RevokerKey> Of(IEnumerable<JudgedCertificate> certificates) =>
        certificates.SelectMany(static c => c.Raw.Subkeys.Where(static s => s.Key is not null).Select(static s => new RevokerKey(s, null))
            .Prepend(new RevokerKey(c.Raw.Primary, c.Primary.Key))).ToLookup(static k => k.Packet.Fingerprint, StringComparer.Ordinal);
}
