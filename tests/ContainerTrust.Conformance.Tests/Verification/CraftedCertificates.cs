using static ContainerTrust.Conformance.Tests.Verification.OpenPgpWriter;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>
/// A good certificate with one more statement: of every type, saying one thing, older, as old or newer than what is there, at every place,
/// written in every way, in the same file or in another one.
/// </summary>
internal sealed class CraftedCertificates(WriterKey[] pool)
{
    private static readonly (string Name, Func<CertificateParts, byte[]> Part)[] s_says =
    [
        ("nothing", static _ => []),
        ("sign", static _ => Subpacket(27, [3])),
        ("certify", static _ => Subpacket(27, [1])),
        ("key ended", static _ => [.. Subpacket(27, [3]), .. Subpacket(9, UInt32(1000))]),
        ("ended", static _ => [.. Subpacket(27, [3]), .. Subpacket(3, UInt32(1000))]),
        ("ended, certify", static _ => [.. Subpacket(27, [1]), .. Subpacket(3, UInt32(1000))]),
        ("local, certify", static _ => [.. Subpacket(27, [1]), .. Subpacket(4, [0])]),
        ("exportable, key ended", static _ => [.. Subpacket(4, [1]), .. Subpacket(9, UInt32(1000))]),
        ("critical, certify", static _ => [.. Subpacket(27, [1]), .. Subpacket(99, [1], isCritical: true)]),
        ("revoker", static p => Subpacket(12, [0x80, p.Revoker.Algorithm, .. p.Revoker.FingerprintBytes])),
    ];

    private static readonly (string Name, Func<CertificateParts, SignatureSpec, SignatureSpec> Change)[] s_ways =
    [
        ("plainly", static (_, s) => s),
        ("an octet more", static (_, s) => s with { Numbers = static m => [.. m, 0] }),
        ("a number more", static (_, s) => s with { Numbers = static m => [.. m, 0, 8, 0xFF] }),
        ("leading zeros", static (_, s) =>
            s with { Numbers = static m => [(byte)((((m[0] << 8) | m[1]) + 8) >> 8), (byte)(((m[0] << 8) | m[1]) + 8), 0, .. m[2..]] }),
        ("broken", static (_, s) => s with { Numbers = static m => [.. m[..^1], (byte)(m[^1] ^ 1)] }),
        ("local outside", static (p, s) => s with { Unhashed = [.. Subpacket(16, p.Primary.KeyId), .. Subpacket(4, [0])] }),
        ("padded", static (p, s) => s with { Unhashed = [.. Subpacket(16, p.Primary.KeyId), .. Subpacket(26, new byte[10_000])] }),
        ("critical outside", static (p, s) =>
            s with { Unhashed = [.. Subpacket(16, p.Primary.KeyId), .. Subpacket(99, [], isCritical: true)] }),
        ("unlabelled", static (_, s) => s with { Unhashed = [] }),
        ("mislabelled", static (p, s) => s with { Unhashed = Subpacket(16, p.Stranger.KeyId) }),
        ("torn outside", static (p, s) => s with { Unhashed = [.. Subpacket(16, p.Primary.KeyId), 200, 100, 1] }),
        ("wrong digest start", static (_, s) => s with { WrongDigestStart = 1 }),
        ("another algorithm", static (p, s) => s with { Algorithm = (byte)(p.Primary.Algorithm == 1 ? 3 : 17) }),
        ("SHA-1", static (_, s) => s with { Hash = 2 }),
        ("MD5", static (_, s) => s with { Hash = 1 }),
    ];

    private static readonly (byte Type, int Component)[] s_types =
    [
        (0x10, 1), (0x13, 1), (0x13, 2), (0x13, 3), (0x30, 1), (0x30, 2), (0x18, 4), (0x18, 5), (0x28, 4), (0x1F, 0), (0x20, 0), (0x19, 0),
    ];

    /// <summary>How many there are.</summary>
    public static int Count => s_types.Length * s_says.Length * s_ways.Length * 3 * 5;

    /// <summary>Makes one.</summary>
    /// <param name="index">Below <see cref="Count"/>.</param>
    /// <param name="number">Differs for every certificate of a run.</param>
    public CertificateCase Make(int index, int number)
    {
        CertificateParts parts = new(pool, number);
        int rest = index;
        int Next(int choices)
        {
            (rest, int choice) = Math.DivRem(rest, choices);
            return choice;
        }

        (byte type, int component) = s_types[Next(s_types.Length)];
        (string says, Func<CertificateParts, byte[]> part) = s_says[Next(s_says.Length)];
        (string way, Func<CertificateParts, SignatureSpec, SignatureSpec> change) = s_ways[Next(s_ways.Length)];
        uint created = parts.Primary.Created + new uint[] { 6, 8, 12 }[Next(3)];
        int place = Next(5);
        byte[] back = type == 0x18 ? parts.BackSignature(component, created) : [];
        byte[] more = parts.Statement(parts.Primary,
            change(parts, new SignatureSpec { Type = type, Created = created, MoreHashed = [.. part(parts), .. back] }), component);
        byte[] Own(byte kind, int about, byte[] hashed) =>
            parts.Statement(parts.Primary, new SignatureSpec { Type = kind, Created = parts.Primary.Created + 8, MoreHashed = hashed },
            about);
        byte[] one = [.. parts.Packet(1), .. Own(0x13, 1, Subpacket(27, [3]))], two = [.. parts.Packet(2), .. Own(0x13, 2, [])],
            picture = [.. parts.Packet(3), .. Own(0x13, 3, [])];
        byte[] signing = [.. parts.Packet(4),
            .. Own(0x18, 4, [.. Subpacket(27, [2]), .. parts.BackSignature(4, parts.Primary.Created + 8)])];
        byte[] second = [.. parts.Packet(5),
            .. Own(0x18, 5, [.. Subpacket(27, [2]), .. parts.BackSignature(5, parts.Primary.Created + 8)])];
        byte[] revoked = parts.Statement(parts.Revoker, new SignatureSpec { Type = 0x20, Created = parts.Primary.Created + 20 }, 0);
        byte[] primary = [.. parts.Packet(0), .. says == "revoker" ? revoked : []],
            whole = [.. primary, .. one, .. two, .. picture, .. signing, .. second];
        byte[][] files = place switch
        {
            0 => [[.. primary, .. more, .. one, .. two, .. picture, .. signing, .. second]],
            1 => [[.. primary, .. one, .. more, .. two, .. picture, .. signing, .. second]],
            2 => [[.. primary, .. one, .. two, .. picture, .. signing, .. more, .. second]],
            3 => [[.. whole, .. more]],
            _ => [whole, [.. primary, .. parts.Packet(component is 0 ? 1 : component), .. more]],
        };
        string name = $"0x{type:x2} about {component}, {says}, {way}, at {created - parts.Primary.Created}, place {place}";
        return new CertificateCase(name, says == "revoker" ? [.. files, parts.Revoker.Certificate()] : files,
            [parts.Message(0), parts.Message(1), parts.Message(2)]);
    }
}
