using System.Globalization;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>
/// A judged certificate as the model shows it. <see cref="TrustKey.CanSignAt"/> of the result says of this moment what
/// <see cref="KeyValidity"/> says: what is shown and what is verified cannot differ.
/// </summary>
internal static class TrustKeyView
{
    /// <summary>The certificate as the model shows it.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="now">Seconds since 1970 UTC.</param>
    /// <returns>A new object.</returns>
    public static TrustKey Of(JudgedCertificate certificate, long now)
    {
        var packet = certificate.Primary.Packet;
        bool isValid = KeyValidity.IsPrimaryValid(certificate, now);
        bool canPrimarySign = isValid && KeyValidity.MayPrimarySign(certificate, now);
        TrustSubkey[] subkeys = [.. certificate.Subkeys.Select(s => Of(s, isValid, now))];
        return new TrustKey
        {
            Kind = TrustKeyKind.OpenPgp,
            Fingerprint = packet.Fingerprint,
            KeyId = packet.KeyId.ToString("X16", CultureInfo.InvariantCulture),
            UserIds = [.. UserIds(certificate)],
            Algorithm = packet.AlgorithmName,
            Size = packet.Size,
            Curve = packet.Curve?.Name,
            Created = DateTimeOffset.FromUnixTimeSeconds(packet.Created),
            Expires = Time(certificate.Refusal is null ? KeyValidity.PrimaryEnd(certificate, now) : null),
            IsRevoked = certificate.Primary.IsRevoked || certificate.Primary.MissingRevoker is not null,
            CanSign = canPrimarySign || subkeys.Any(static s => s is { CanSign: true, IsRevoked: false }),
            CanPrimarySign = canPrimarySign,
            Subkeys = subkeys,
        };
    }

    private static TrustSubkey Of(JudgedKey subkey, bool isPrimaryValid, long now) => new()
    {
        Fingerprint = subkey.Packet.Fingerprint,
        Algorithm = subkey.Packet.AlgorithmName,
        Size = subkey.Packet.Size,
        Curve = subkey.Packet.Curve?.Name,
        Created = DateTimeOffset.FromUnixTimeSeconds(subkey.Packet.Created),
        Expires = Time(KeyValidity.SubkeyEnd(subkey)),
        IsRevoked = subkey.IsRevoked,
        CanSign = isPrimaryValid && subkey.Refusal is null && KeyValidity.IsSubkeyValid(subkey, now) && KeyValidity.MaySubkeySign(subkey)
            && KeyValidity.HasAgreed(subkey),
    };

    // Of a key that is used, the user ids that gpg lists: the owner has signed for them. Of one that is not, and of version 6, where a
    // user id needs no signature, those that the file has.
    private static IEnumerable<string> UserIds(JudgedCertificate certificate) =>
        certificate.Refusal is null && certificate.Primary.Packet.Version == 4
            ? certificate.UserIds.Where(static u => !u.IsAttribute && u.IsProven).Select(static u => u.Text)
            : certificate.Raw.UserIds.Select(static u => UserIdText.Decode(u.Body));

    private static DateTimeOffset? Time(long? end) => end is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
