using System.Text;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Armor;
using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;
using static ContainerTrust.Conformance.Tests.Verification.OpenPgpWriter;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>
/// A good certificate with one statement at its end that takes something away, cut into armored blocks and files in all ways that nobody
/// signs: what the blocks are called, what stands between them, how lengths are written, and whether the key stands with its private part.
/// </summary>
internal sealed class KeyFilings : IDisposable
{
    private const int SecretKeyTag = 5, SecretSubkeyTag = 7, TrustTag = 12;

    private readonly WriterKey[] _pool =
        [.. Enumerable.Range(0, 6).Select(static i => i == 2 ? new WriterKey() : WriterKey.EllipticCurve())];
    private readonly WriterKey _weak = new(bits: 768);
    private int _number;

    private static readonly string[] s_ends =
    [
        "nothing", "key revoked", "subkey revoked", "key ended", "user id revoked", "may only certify", "binding ended",
        "revoked by a weak key", "revoked by a missing key",
    ];

    public void Dispose()
    {
        foreach (WriterKey key in _pool)
            key.Dispose();
        _weak.Dispose();
    }

    /// <summary>All of them; each is about other keys.</summary>
    public IEnumerable<CertificateCase> All()
    {
        foreach (string end in s_ends)
        {
            int count = Filings(Make(end)).Count();
            for (int i = 0; i < count; i++)
            {
                Certificate certificate = Make(end);
                (string name, byte[][] files) = Filings(certificate).ElementAt(i);
                CertificateParts parts = certificate.Parts;
                yield return new CertificateCase($"{end}, {name}", files, [parts.Message(0), parts.Message(1)]);
            }
        }
    }

    private Certificate Make(string end)
    {
        CertificateParts parts = new(_pool, _number++);
        uint made = parts.Primary.Created;
        byte[] Own(byte type, int about, uint created, byte[] hashed) =>
            parts.Statement(parts.Primary, new SignatureSpec { Type = type, Created = created, MoreHashed = hashed }, about);
        byte[] sign = Subpacket(27, [3]), ended = Subpacket(9, UInt32(1000));
        bool isWeak = end == "revoked by a weak key";
        WriterKey revoker = isWeak ? _weak.MadeAt(made + 4) : parts.Revoker;
        byte[] designation = Own(0x1F, 0, made + 6, Subpacket(12, [0x80, revoker.Algorithm, .. revoker.FingerprintBytes]));
        byte[][] primary = end.StartsWith("revoked by", StringComparison.Ordinal) ? [parts.Packet(0), designation] : [parts.Packet(0)];
        byte[] last = end switch
        {
            "key revoked" => Own(0x20, 0, made + 12, []),
            "subkey revoked" => Own(0x28, 4, made + 12, []),
            "key ended" => Own(0x13, 1, made + 12, [.. sign, .. ended]),
            "user id revoked" => Own(0x30, 1, made + 12, []),
            "may only certify" => Own(0x1F, 0, made + 12, Subpacket(27, [1])),
            "binding ended" => Own(0x18, 4, made + 12, [.. sign, .. ended, .. parts.BackSignature(4, made + 12)]),
            "nothing" => [],
            _ => parts.Statement(revoker, new SignatureSpec { Type = 0x20, Created = made + 12 }, 0),
        };
        byte[] binding = Own(0x18, 4, made + 8, [.. Subpacket(27, [2]), .. parts.BackSignature(4, made + 8)]);
        byte[][] packets = [.. primary, parts.Packet(1), Own(0x13, 1, made + 8, sign), parts.Packet(4), binding];
        return new Certificate(parts, packets, last, isWeak ? revoker.Certificate() : []);
    }

    private static IEnumerable<(string Name, byte[][] Files)> Filings(Certificate certificate)
    {
        byte[][] packets = certificate.Last.Length == 0 ? certificate.Packets : [.. certificate.Packets, certificate.Last];
        byte[] start = Join(certificate.Packets), last = certificate.Last, whole = Join(packets), revoker = certificate.Revoker;
        byte[][] With(params byte[][] files) => revoker.Length == 0 ? files : [.. files, revoker];
        yield return ("one file", With(whole));
        yield return ("the revoker first", revoker.Length == 0 ? [whole] : [revoker, whole]);
        for (int i = 1; i < packets.Length; i++)
            yield return ($"two blocks, cut at packet {i}", With([.. Armor(Join(packets[..i])), .. Armor(Join(packets[i..]))]));
        yield return ("a block for every packet", With([.. packets.SelectMany(static p => Armor(p))]));
        foreach (string label in new[] { "PUBLIC KEY BLOCK", "PRIVATE KEY BLOCK", "SECRET KEY BLOCK", "SIGNATURE", "MESSAGE",
            "ARMORED FILE" })
        {
            yield return ($"the end in a block {label}", With([.. Armor(start), .. Armor(last, label)]));
            yield return ($"all in blocks, the second of them {label}", With([.. Armor(start), .. Armor(whole, label)]));
            yield return ($"the first block {label}", With([.. Armor(start, label), .. Armor(whole)]));
            yield return ($"a file {label}", With(Armor(start), Armor(last, label)));
        }

        byte[] text = "some text\n-----BEGIN\n: x\n"u8.ToArray(),
            foreign = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"u8.ToArray();
        yield return ("text before and between", With([.. text, .. Armor(start), .. text, .. Armor(last)]));
        yield return ("a certificate between", With([.. Armor(start), .. foreign, .. Armor(last)]));
        yield return ("armor headers",
            With([.. Armor(start, headers: "Version: 1\nComment: x\n"), .. Armor(last, headers: "Hash: SHA256\n")]));
        string armored = Encoding.ASCII.GetString([.. Armor(start), .. Armor(last)]);
        yield return ("line ends of DOS", With(Encoding.ASCII.GetBytes(armored.ReplaceLineEndings("\r\n"))));
        yield return ("no checksums", With([.. Armor(Padded(start), hasChecksum: false), .. Armor(Padded(last), hasChecksum: false)]));
        yield return ("no checksum and no padding",
            With([.. Armor(Padded(start), hasChecksum: false), .. Armor(Aligned(last), hasChecksum: false)]));
        yield return ("no checksum and no padding in the first block",
            With([.. Armor(Aligned(start), hasChecksum: false), .. Armor(last)]));
        yield return ("no checksum and no padding in a file", With(Armor(start), Armor(Aligned(last), hasChecksum: false)));
        yield return ("no checksum and no padding at all", With(Armor(Aligned(whole), hasChecksum: false)));
        yield return ("cut inside a packet", With([.. Armor(whole[..^20]), .. Armor(whole[^20..])]));
        yield return ("binary, then armored", With([.. start, .. Armor(last)]));
        yield return ("armored, then binary", With([.. Armor(start), .. last]));
        foreach (PacketFraming framing in new[] { PacketFraming.NewFiveOctets, PacketFraming.Old, PacketFraming.OldFourOctets })
            yield return ($"lengths {framing}", With(Join([.. packets.Select(p => Framed(p, framing))])));
        (int, byte[])[] ignored = [(MarkerTag, "PGP"u8.ToArray()), (TrustTag, [0, 0]), (PaddingTag, [1, 2, 3]), (60, [1]), (61, [])];
        foreach ((int tag, byte[] body) in ignored)
        {
            byte[] more = Packet(tag, body);
            yield return ($"packets {tag} between", With([.. packets.SelectMany(p => (byte[])[.. p, .. more])]));
            yield return ($"packet {tag} first", With([.. more, .. whole]));
            yield return ($"a block with packet {tag} between", With([.. Armor(start), .. Armor(more), .. Armor(last)]));
        }

        foreach ((string name, byte[][] secret) in Secrets(certificate))
        {
            byte[] one = Join(secret), revoked = [.. one, .. last];
            yield return ($"{name} alone", With(revoked));
            yield return ($"{name} after the key", With([.. start, .. revoked]));
            yield return ($"{name} before the key", With([.. revoked, .. start]));
            yield return ($"{name} before the revoked key", With([.. one, .. whole]));
            yield return ($"{name} in a private block", With([.. Armor(start), .. Armor(revoked, "PRIVATE KEY BLOCK")]));
            yield return ($"{name} in a private block before", With([.. Armor(revoked, "PRIVATE KEY BLOCK"), .. Armor(start)]));
            yield return ($"{name} in a file", With(start, revoked));
        }

        yield return ("two copies", With([.. start, .. whole]));
        yield return ("two copies, turned", With([.. whole, .. start]));
        yield return ("two files", With(start, [.. certificate.Packets[0], .. last]));
        yield return ("two files, turned", With([.. certificate.Packets[0], .. last], start));
        yield return ("the end alone in a file", With(start, last));
        yield return ("the end alone in a file before", With(last, start));
        yield return ("the end before the key", With([.. last, .. start]));
        yield return ("the end after another key", With([.. start, .. certificate.Parts.Stranger.Certificate(), .. last]));
    }

    private static IEnumerable<(string Name, byte[][] Packets)> Secrets(Certificate certificate)
    {
        byte[][] packets = certificate.Packets;
        int subkey = packets.Length - 2;
        byte[] key = Secret(SecretKeyTag, certificate.Parts.Primary), secretSubkey = Secret(SecretSubkeyTag, certificate.Parts.Signing);
        yield return ("private key", [key, .. packets[1..subkey], secretSubkey, packets[^1]]);
        yield return ("private key, public subkey", [key, .. packets[1..]]);
        yield return ("public key, private subkey", [.. packets[..subkey], secretSubkey, packets[^1]]);
    }

    // Not protected, with numbers that are none of the key's: what imports a key does not look.
    private static byte[] Secret(int tag, WriterKey key)
    {
        byte[] numbers = [.. Enumerable.Repeat(Mpi([7]), key.Algorithm == 1 ? 4 : 1).SelectMany(static m => m)];
        int sum = numbers.Sum(static n => n);
        return Packet(tag, [.. key.Body, 0, .. numbers, (byte)(sum >> 8), (byte)sum]);
    }

    // Where neither padding nor a checksum ends the data, gpg takes the line after it for data, too, and reads nothing of the file: that
    // hides nothing.
    private static byte[] Padded(byte[] data) => [.. data, .. Packet(60, new byte[(3 - (data.Length % 3)) % 3 + 2])];

    private static byte[] Aligned(byte[] data) => [.. data, .. Packet(60, new byte[(3 - (data.Length % 3)) % 3 + 1])];

    private static byte[] Framed(byte[] packet, PacketFraming framing)
    {
        PacketReader reader = new(packet, new PacketSource("test", 0), 1);
        Assert.True(reader.TryRead(out var read));
        return Packet((int)read.Tag, read.Body.ToArray(), framing);
    }

    private static byte[] Join(byte[][] packets) => [.. packets.SelectMany(static p => p)];

    private static byte[] Armor(byte[] data, string label = "PUBLIC KEY BLOCK", string headers = "", bool hasChecksum = true)
    {
        string base64 = string.Join('\n', Convert.ToBase64String(data).Chunk(64).Select(static c => new string(c)));
        string checksum = hasChecksum ? $"\n={Convert.ToBase64String(UInt32(Crc24.Compute(data)).AsSpan(1))}" : "";
        return Encoding.ASCII.GetBytes($"-----BEGIN PGP {label}-----\n{headers}\n{base64}{checksum}\n-----END PGP {label}-----\n");
    }

    private sealed record Certificate(CertificateParts Parts, byte[][] Packets, byte[] Last, byte[] Revoker);
}
