using System.Text;
using static ContainerTrust.TestKit.OpenPgpWriter;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>A key file and a message, as nobody's program writes them but somebody may.</summary>
internal sealed record CraftedCase(string Name, byte[] Key, byte[] Message);

/// <summary>Keys and messages that are right or wrong in one thing each.</summary>
internal sealed class CraftedCases : IDisposable
{
    private const uint Made = WriterKey.DefaultCreated, Later = Made + 86400, MuchLater = Made + 30 * 86400, Future = 2_500_000_000;

    private readonly WriterKey _key = new();
    private readonly WriterKey _other = new();
    private readonly WriterKey _sub = new(Later);
    private readonly WriterKey _second = new(Later);
    private readonly byte[] _good;
    private readonly byte[] _bySubkey;

    public CraftedCases()
    {
        _good = Message(_key, new SignatureSpec { Created = MuchLater }, Content);
        _bySubkey = Message(_sub, new SignatureSpec { Created = MuchLater }, Content);
    }

    /// <summary>What all messages say.</summary>
    public static byte[] Content { get; } = TestImage.Claim("registry.example.com/app:v1", "sha256:" + new string('a', 64));

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
        _sub.Dispose();
        _second.Dispose();
    }

    public IEnumerable<CraftedCase> All() => Keys().Concat(Subkeys()).Concat(Messages()).Concat(Signatures()).Concat(Structures());

    private static byte[] Flags(params byte[] flags) => Subpacket(27, flags);

    private static byte[] Expiry(uint seconds) => Subpacket(9, UInt32(seconds));

    private static SignatureSpec Certify(uint created = Made, byte type = 0x13, byte hash = 8) =>
        new() { Type = type, Created = created, Hash = hash };

    private static byte[] Broken(byte[] packet)
    {
        byte[] copy = [.. packet];
        copy[^1] ^= 1;
        return copy;
    }

    private IEnumerable<CraftedCase> Keys()
    {
        CraftedCase With(string name, params byte[][] key) => new("key: " + name, [.. key.SelectMany(static p => p)], _good);
        const string Uid = "Writer <writer@example.com>";
        byte[] bare = Packet(PublicKeyTag, _key.Body), uid = Packet(UserIdTag, Encoding.UTF8.GetBytes(Uid)), plain = _key.UserId(Uid);
        byte[] Certification(SignatureSpec spec, byte[]? hashed = null) =>
            Packet(SignatureTag, Signature(_key, spec with { MoreHashed = hashed ?? Flags(3) }, [.. _key.HashData, .. UserIdData(Uid)]));

        yield return With("plain", _key.Certificate());
        yield return With("no flags stated", _key.Certificate([]));
        foreach (byte flags in new byte[] { 0, 1, 2, 3, 4, 8, 0x0C, 0x10, 0x20, 0x23, 0x80 })
            yield return With($"flags {flags:x2}", _key.Certificate(Flags(flags)));
        yield return With("flags of no octet", _key.Certificate(Flags()));
        yield return With("flags of three octets", _key.Certificate(Flags(3, 0, 0)));
        yield return With("flags twice, 1 then 2", _key.Certificate([.. Flags(1), .. Flags(2)]));
        yield return With("flags twice, 2 then 1", _key.Certificate([.. Flags(2), .. Flags(1)]));
        yield return With("flags not hashed", bare, uid,
            Certification(Certify() with { Unhashed = [.. Flags(3), .. Subpacket(16, _key.KeyId)] }, []));
        yield return With("flags hashed 1, not hashed 2", bare, uid,
            Certification(Certify() with { Unhashed = [.. Flags(2), .. Subpacket(16, _key.KeyId)] }, Flags(1)));
        for (byte type = 0x10; type <= 0x13; type++)
            yield return With($"certification {type:x2}", _key.Certificate(null, Certify(type: type)));
        foreach (byte hash in new byte[] { 1, 2, 9, 10 })
            yield return With($"certification by hash {hash}", _key.Certificate(null, Certify(hash: hash)));
        yield return With("certification v3", bare, uid,
            Packet(SignatureTag, Signature(_key, Certify() with { Version = 3 }, [.. _key.HashData, .. Encoding.UTF8.GetBytes(Uid)])));
        yield return With("certified before it was made", _key.Certificate(null, Certify(Made - 100)));
        yield return With("certified in the future", _key.Certificate(null, Certify(Future)));
        yield return With("certification expired", _key.Certificate([.. Flags(3), .. Subpacket(3, UInt32(86400))]));
        yield return With("certification expires later", _key.Certificate([.. Flags(3), .. Subpacket(3, UInt32(2_000_000_000))]));
        yield return With("certification not exportable", _key.Certificate([.. Flags(3), .. Subpacket(4, [0])]));
        yield return With("expired", _key.Certificate([.. Flags(3), .. Expiry(86400)]));
        yield return With("expires later", _key.Certificate([.. Flags(3), .. Expiry(2_000_000_000)]));
        yield return With("expires never", _key.Certificate([.. Flags(3), .. Expiry(0)]));
        yield return With("expires at once", _key.Certificate([.. Flags(3), .. Expiry(1)]));
        yield return With("expiry not hashed", bare, uid,
            Certification(Certify() with { Unhashed = [.. Expiry(86400), .. Subpacket(16, _key.KeyId)] }));
        yield return With("expiry twice, past then none", _key.Certificate([.. Flags(3), .. Expiry(86400), .. Expiry(0)]));
        yield return With("expiry twice, none then past", _key.Certificate([.. Flags(3), .. Expiry(0), .. Expiry(86400)]));
        yield return With("expiry of two octets", _key.Certificate([.. Flags(3), .. Subpacket(9, [0, 1])]));
        byte[] expiredSelf = Certification(Certify(Made), [.. Flags(3), .. Expiry(86400)]),
            prolongedSelf = Certification(Certify(Later), [.. Flags(3), .. Expiry(2_000_000_000)]);
        yield return With("prolonged", bare, uid, expiredSelf, prolongedSelf);
        yield return With("prolonged, the newer first", bare, uid, prolongedSelf, expiredSelf);
        yield return With("shortened", bare, uid, Certification(Certify(Made), Flags(3)),
            Certification(Certify(Later), [.. Flags(3), .. Expiry(86400)]));
        yield return With("shortened, the newer first", bare, uid, Certification(Certify(Later), [.. Flags(3), .. Expiry(86400)]),
            Certification(Certify(Made), Flags(3)));
        yield return With("shortened by a broken signature", bare, uid, Certification(Certify(Made), Flags(3)),
            Broken(Certification(Certify(Later), [.. Flags(3), .. Expiry(86400)])));
        yield return With("prolonged by a broken signature", bare, uid, expiredSelf, Broken(prolongedSelf));
        yield return With("prolonged by another's signature", bare, uid, expiredSelf,
            Packet(SignatureTag, Signature(_other, Certify(Later) with { MoreHashed = Flags(3), Unhashed = Subpacket(16, _key.KeyId) },
                [.. _key.HashData, .. UserIdData(Uid)])));
        yield return With("prolonged in the future", bare, uid, expiredSelf, Certification(Certify(Future), Flags(3)));
        yield return With("prolonged by an expired signature", bare, uid, expiredSelf,
            Certification(Certify(Later), [.. Flags(3), .. Subpacket(3, UInt32(86400))]));
        yield return With("no signing any more", bare, uid, Certification(Certify(Made), Flags(3)),
            Certification(Certify(Later), Flags(1)));
        yield return With("signing since later", bare, uid, Certification(Certify(Made), Flags(1)),
            Certification(Certify(Later), Flags(3)));
        yield return With("equal times, flags 1 then 3", bare, uid, Certification(Certify(Made), Flags(1)),
            Certification(Certify(Made), Flags(3)));
        yield return With("equal times, flags 3 then 1", bare, uid, Certification(Certify(Made), Flags(3)),
            Certification(Certify(Made), Flags(1)));
        yield return With("two user ids, one expires", bare, plain, _key.UserId("Second <2@example.com>", [.. Flags(3), .. Expiry(86400)]));
        yield return With("two user ids, the newer expires", bare, plain,
            _key.UserId("Second <2@example.com>", [.. Flags(3), .. Expiry(86400)], Certify(Later)));
        yield return With("two user ids, the older expires", bare, _key.UserId(Uid, [.. Flags(3), .. Expiry(86400)]),
            _key.UserId("Second <2@example.com>", Flags(3), Certify(Later)));
        yield return With("two user ids, the primary one expires", bare,
            _key.UserId(Uid, [.. Flags(3), .. Expiry(86400), .. Subpacket(25, [1])]),
            _key.UserId("Second <2@example.com>", Flags(3), Certify(Later)));
        yield return With("two user ids, the primary one does not expire", bare, _key.UserId(Uid, [.. Flags(3), .. Subpacket(25, [1])]),
            _key.UserId("Second <2@example.com>", [.. Flags(3), .. Expiry(86400)], Certify(Later)));
        yield return With("two user ids, only one may sign", bare, _key.UserId(Uid, Flags(1)),
            _key.UserId("Second <2@example.com>", Flags(3), Certify(Later)));
        yield return With("two user ids, the newer may not sign", bare, _key.UserId(Uid, Flags(3)),
            _key.UserId("Second <2@example.com>", Flags(1), Certify(Later)));
        yield return With("no user id", bare);
        yield return With("no user id, direct signature", bare, _key.KeySignature(0x1F, Flags(3), Made));
        yield return With("user id without certification", bare, uid);
        yield return With("user id with a broken certification", bare, Broken(_key.UserId(Uid)));
        yield return With("user id certified by another", bare, uid,
            Packet(SignatureTag, Signature(_other, Certify() with { MoreHashed = Flags(3) }, [.. _key.HashData, .. UserIdData(Uid)])));
        yield return With("certification of another user id", bare, uid,
            _key.UserId("Else")[(Packet(UserIdTag, "Else"u8.ToArray()).Length)..]);
        yield return With("a good and an uncertified user id", bare, plain, Packet(UserIdTag, "Nobody"u8.ToArray()));
        yield return With("an uncertified and a good user id", bare, Packet(UserIdTag, "Nobody"u8.ToArray()), plain);
        yield return With("empty user id", _key.Certificate(userId: ""));
        foreach (int length in new int[] { 2000, 2038, 2039, 2048, 2049 })
            yield return With($"user id of {length} octets", _key.Certificate(userId: new string('x', length)));
        yield return With("direct signature with flags 1", bare, _key.KeySignature(0x1F, Flags(1), Made), plain);
        yield return With("direct signature with flags 1, newer", bare, _key.KeySignature(0x1F, Flags(1), Later), plain);
        yield return With("direct signature with flags 3, user id 1", bare, _key.KeySignature(0x1F, Flags(3), Made),
            _key.UserId(Uid, Flags(1)));
        yield return With("direct signature that expires", bare, _key.KeySignature(0x1F, Expiry(86400), Made), plain);
        yield return With("direct signature that expires, newer", bare, _key.KeySignature(0x1F, Expiry(86400), Later), plain);
        yield return With("direct signature that expires, user id without flags", bare, _key.KeySignature(0x1F, Expiry(86400), Made),
            _key.UserId(Uid, []));
        foreach (byte reason in new byte[] { 0, 1, 2, 3, 32 })
            yield return With($"revoked, reason {reason}", bare, _key.KeySignature(0x20, Subpacket(29, [reason]), Later), plain);
        yield return With("revoked without reason", bare, _key.KeySignature(0x20, [], Later), plain);
        yield return With("revoked after the signature", bare, _key.KeySignature(0x20, Subpacket(29, [1]), MuchLater + 86400), plain);
        yield return With("revoked in the future", bare, _key.KeySignature(0x20, Subpacket(29, [1]), Future), plain);
        yield return With("revoked before it was made", bare, _key.KeySignature(0x20, Subpacket(29, [1]), Made - 100), plain);
        yield return With("revocation expired", bare, _key.KeySignature(0x20, [.. Subpacket(29, [1]), .. Subpacket(3, UInt32(100))], Later),
            plain);
        yield return With("revocation broken", bare, Broken(_key.KeySignature(0x20, [], Later)), plain);
        yield return With("revocation by another", bare, _other.KeySignature(0x20, [], Later), plain);
        yield return With("revocation after the user ids", bare, plain, _key.KeySignature(0x20, [], Later));
        yield return With("revocation with an unknown critical subpacket", bare,
            _key.KeySignature(0x20, Subpacket(99, [1], isCritical: true), Later), plain);
        byte[] revoker = Subpacket(12, [0x80, 1, .. _other.FingerprintBytes]);
        byte[] designated = Packet(SignatureTag, Signature(_other, new SignatureSpec { Type = 0x20, Created = Later }, _key.HashData));
        yield return With("revoked by a designated revoker who is here", bare, designated, _key.KeySignature(0x1F, revoker, Made), plain,
            _other.Certificate());
        yield return With("revoked by a designated revoker who is not here", bare, designated,
            _key.KeySignature(0x1F, revoker, Made), plain);
        yield return With("a designated revoker who did not revoke", bare, _key.KeySignature(0x1F, revoker, Made), plain,
            _other.Certificate());
        yield return With("revoked by somebody not designated", bare, designated, plain, _other.Certificate());
        yield return With("user id revoked", bare, plain, _key.UserIdSignature(Uid, 0x30, [], Later));
        yield return With("user id revoked, another stays", bare, plain, _key.UserIdSignature(Uid, 0x30, [], Later),
            _key.UserId("Second <2@example.com>"));
        yield return With("user id revoked and certified again", bare, plain, _key.UserIdSignature(Uid, 0x30, [], Made + 10),
            Certification(Certify(Later)));
        yield return With("user id revocation broken", bare, plain, Broken(_key.UserIdSignature(Uid, 0x30, [], Later)));
        yield return With("unknown subpacket in the certification", _key.Certificate([.. Flags(3), .. Subpacket(99, [1])]));
        yield return With("unknown critical subpacket in the certification",
            _key.Certificate([.. Flags(3), .. Subpacket(99, [1], isCritical: true)]));
        yield return With("critical flags", _key.Certificate(Subpacket(27, [3], isCritical: true)));
        yield return With("critical notation in the certification",
            _key.Certificate([.. Flags(3), .. Subpacket(20, [0x80, 0, 0, 0, 0, 3, 0, 1, (byte)'a', (byte)'@', (byte)'b', (byte)'c'],
            isCritical: true)]));
        yield return With("certification without a time", bare, uid, Certification(Certify() with { Hashed = Flags(3) }));
        yield return With("certification with its time not hashed", bare, uid,
            Certification(Certify() with { Hashed = Flags(3), Unhashed = [.. Subpacket(2, UInt32(Made)), .. Subpacket(16, _key.KeyId)] }));
        yield return With("certification without an issuer", bare, uid, Certification(Certify() with { Unhashed = [] }));
        yield return With("certification with another issuer", bare, uid,
            Certification(Certify() with { Unhashed = Subpacket(16, _other.KeyId) }));
        yield return With("a marker before", Packet(MarkerTag, "PGP"u8.ToArray()), _key.Certificate());
        yield return With("a wrong marker before", Packet(MarkerTag, "PGQ"u8.ToArray()), _key.Certificate());
        yield return With("a wrong marker inside", bare, Packet(MarkerTag, "PGQ"u8.ToArray()), plain);
        yield return With("a wrong marker after", _key.Certificate(), Packet(MarkerTag, "PGQ"u8.ToArray()));
        yield return With("a signature of an unknown version after", _key.Certificate(), Packet(SignatureTag, [77, .. new byte[40]]));
        yield return With("a signature of an unknown version inside", bare, uid, Packet(SignatureTag, [77, .. new byte[40]]), plain);
        yield return With("a private packet inside", bare, Packet(60, [1, 2, 3]), plain);
        yield return With("an unknown packet inside", bare, Packet(30, [1, 2, 3]), plain);
        yield return With("a padding packet inside", bare, Packet(PaddingTag, [1, 2, 3]), plain);
        yield return With("a trust packet inside", bare, Packet(12, [1, 2]), plain);
        yield return With("old framing", Packet(PublicKeyTag, _key.Body, PacketFraming.Old), plain);
        yield return With("five octets of length", Packet(PublicKeyTag, _key.Body, PacketFraming.NewFiveOctets), plain);
        yield return With("partial lengths", Packet(PublicKeyTag, [.. _key.Body, .. new byte[600]], PacketFraming.NewPartial), plain);
        yield return With("a second key after it", _key.Certificate(), _other.Certificate(userId: "Other"));
        yield return With("after another key", _other.Certificate(userId: "Other"), _key.Certificate());
        yield return With("twice", _key.Certificate(), _key.Certificate());
        yield return With("twice, once revoked", _key.Certificate(), bare, _key.KeySignature(0x20, [], Later), plain);
        yield return With("twice, once revoked first", bare, _key.KeySignature(0x20, [], Later), plain, _key.Certificate());
        yield return With("twice, prolonged in the second", bare, uid, expiredSelf, bare, uid, prolongedSelf);
        yield return With("garbage after it", _key.Certificate(), [0xFF, 0xFE]);
        yield return With("a truncated key after it", _key.Certificate(), _other.Certificate()[..100]);
        yield return With("a zero octet before it", [0], _key.Certificate());
        foreach (byte algorithm in new byte[] { 2, 3, 17, 99 })
            yield return With($"algorithm {algorithm}", Packet(PublicKeyTag, [.. _key.Body[..5], algorithm, .. _key.Body[6..]]), plain);
        yield return With("more octets in its packet", Packet(PublicKeyTag, [.. _key.Body, 0]), plain);
        yield return With("another's key, this one's user id", Packet(PublicKeyTag, _other.Body), plain);
        using WriterKey future = new(Future), small = new(bits: 1024), tiny = new(bits: 512), old = new(100_000_000);
        yield return new("key: made in the future", future.Certificate(),
            Message(future, new SignatureSpec { Created = Future + 100 }, Content));
        yield return new("key: made in the future, signed now", future.Certificate(),
            Message(future, new SignatureSpec { Created = MuchLater }, Content));
        yield return new("key: 1024 bits", small.Certificate(), Message(small, new SignatureSpec { Created = MuchLater }, Content));
        yield return new("key: 512 bits", tiny.Certificate(), Message(tiny, new SignatureSpec { Created = MuchLater }, Content));
        yield return new("key: of 1973", old.Certificate(), Message(old, new SignatureSpec { Created = MuchLater }, Content));
    }

    private IEnumerable<CraftedCase> Subkeys()
    {
        CraftedCase With(string name, params byte[][] key) => new("subkey: " + name, [.. key.SelectMany(static p => p)], _bySubkey);
        byte[] cert = _key.Certificate(Flags(1)), packet = Packet(SubkeyTag, _sub.Body);
        SignatureSpec bind = new() { Type = 0x18, Created = Later };
        byte[] back = Subpacket(32,
            Signature(_sub, new SignatureSpec { Type = 0x19, Created = Later }, [.. _key.HashData, .. _sub.HashData]));
        byte[] Binding(SignatureSpec spec, params byte[][] hashed) =>
            Packet(SignatureTag, Signature(_key, spec with { MoreHashed = [.. hashed.SelectMany(static h => h)] },
                [.. _key.HashData, .. _sub.HashData]));

        yield return With("plain", cert, _key.Subkey(_sub, 2, true));
        yield return With("a primary key without signing or flags", _key.Certificate([]), _key.Subkey(_sub, 2, true));
        yield return With("no back-signature", cert, _key.Subkey(_sub, 2, false));
        yield return With("no flags, back-signature", cert, _key.Subkey(_sub, null, true));
        yield return With("no flags, no back-signature", cert, _key.Subkey(_sub, null, false));
        foreach (byte flags in new byte[] { 0, 1, 4, 0x0C, 0x20, 0x22 })
            yield return With($"flags {flags:x2}", cert, _key.Subkey(_sub, flags, true));
        yield return With("back-signature by another", cert, packet,
            Binding(bind, Flags(2), Subpacket(32,
            Signature(_other, new SignatureSpec { Type = 0x19, Created = Later }, [.. _key.HashData, .. _sub.HashData]))));
        yield return With("back-signature for another primary", cert, packet,
            Binding(bind, Flags(2), Subpacket(32,
            Signature(_sub, new SignatureSpec { Type = 0x19, Created = Later }, [.. _other.HashData, .. _sub.HashData]))));
        yield return With("back-signature of another type", cert, packet,
            Binding(bind, Flags(2), Subpacket(32,
            Signature(_sub, new SignatureSpec { Type = 0x18, Created = Later }, [.. _key.HashData, .. _sub.HashData]))));
        yield return With("back-signature broken", cert, packet, Binding(bind, Flags(2), Broken(back)));
        yield return With("back-signature expired", cert, packet,
            Binding(bind, Flags(2), Subpacket(32,
            Signature(_sub, new SignatureSpec { Type = 0x19, Created = Later, MoreHashed = Subpacket(3, UInt32(100)) },
            [.. _key.HashData, .. _sub.HashData]))));
        yield return With("back-signature in the future", cert, packet,
            Binding(bind, Flags(2), Subpacket(32,
            Signature(_sub, new SignatureSpec { Type = 0x19, Created = Future }, [.. _key.HashData, .. _sub.HashData]))));
        yield return With("back-signature by MD5", cert, packet,
            Binding(bind, Flags(2), Subpacket(32,
            Signature(_sub, new SignatureSpec { Type = 0x19, Created = Later, Hash = 1 }, [.. _key.HashData, .. _sub.HashData]))));
        yield return With("back-signature by SHA-1", cert, packet,
            Binding(bind, Flags(2), Subpacket(32,
            Signature(_sub, new SignatureSpec { Type = 0x19, Created = Later, Hash = 2 }, [.. _key.HashData, .. _sub.HashData]))));
        yield return With("back-signature not hashed", cert, packet,
            Binding(bind with { Unhashed = [.. back, .. Subpacket(16, _key.KeyId)] }, Flags(2)));
        yield return With("two back-signatures, the first broken", cert, packet, Binding(bind, Flags(2), Broken(back), back));
        yield return With("binding broken", cert, packet, Broken(Binding(bind, Flags(2), back)));
        yield return With("binding by another", cert, packet,
            Packet(SignatureTag, Signature(_other, bind with { MoreHashed = [.. Flags(2), .. back] },
            [.. _key.HashData, .. _sub.HashData])));
        yield return With("no binding", cert, packet);
        yield return With("binding by SHA-1", cert, _key.Subkey(_sub, 2, true, binding: bind with { Hash = 2 }));
        yield return With("binding by MD5", cert, _key.Subkey(_sub, 2, true, binding: bind with { Hash = 1 }));
        yield return With("binding in the future", cert, _key.Subkey(_sub, 2, true, binding: bind with { Created = Future }));
        yield return With("bound after the signature", cert,
            _key.Subkey(_sub, 2, true, binding: bind with { Created = MuchLater + 86400 }));
        yield return With("bound before it was made", cert, _key.Subkey(_sub, 2, true, binding: bind with { Created = Made }));
        yield return With("binding expired", cert, packet, Binding(bind, Flags(2), back, Subpacket(3, UInt32(100))));
        yield return With("expired", cert, _key.Subkey(_sub, 2, true, Expiry(86400)));
        yield return With("expired after the signature", cert, _key.Subkey(_sub, 2, true, Expiry(60 * 86400)));
        yield return With("expires later", cert, _key.Subkey(_sub, 2, true, Expiry(2_000_000_000)));
        yield return With("prolonged", cert, packet, Binding(bind, Flags(2), back, Expiry(86400)),
            Binding(bind with { Created = Later + 10 }, Flags(2), back));
        yield return With("shortened", cert, packet, Binding(bind with { Created = Later + 10 }, Flags(2), back, Expiry(86400)),
            Binding(bind, Flags(2), back));
        yield return With("no signing any more", cert, packet, Binding(bind, Flags(2), back),
            Binding(bind with { Created = Later + 10 }, Flags(0x20)));
        yield return With("revoked", cert, packet, _key.SubkeySignature(_sub, 0x28, [], MuchLater), Binding(bind, Flags(2), back));
        yield return With("revoked, after the binding", cert, packet, Binding(bind, Flags(2), back),
            _key.SubkeySignature(_sub, 0x28, [], MuchLater));
        yield return With("revoked after the signature", cert, packet, Binding(bind, Flags(2), back),
            _key.SubkeySignature(_sub, 0x28, Subpacket(29, [1]), MuchLater + 86400));
        yield return With("revoked and bound again", cert, packet, _key.SubkeySignature(_sub, 0x28, [], Later),
            Binding(bind with { Created = Later + 86400 }, Flags(2), back));
        yield return With("revocation broken", cert, packet, Binding(bind, Flags(2), back),
            Broken(_key.SubkeySignature(_sub, 0x28, [], MuchLater)));
        yield return With("revocation by itself", cert, packet, Binding(bind, Flags(2), back),
            Packet(SignatureTag, Signature(_sub, new SignatureSpec { Type = 0x28, Created = MuchLater },
            [.. _key.HashData, .. _sub.HashData])));
        yield return With("primary key revoked", Packet(PublicKeyTag, _key.Body), _key.KeySignature(0x20, [], MuchLater),
            _key.UserId("Writer"), _key.Subkey(_sub, 2, true));
        yield return With("primary key expired", _key.Certificate([.. Flags(1), .. Expiry(86400)]), _key.Subkey(_sub, 2, true));
        yield return With("primary key without user id", Packet(PublicKeyTag, _key.Body), _key.Subkey(_sub, 2, true));
        yield return With("primary key with an uncertified user id", Packet(PublicKeyTag, _key.Body),
            Packet(UserIdTag, "Nobody"u8.ToArray()), _key.Subkey(_sub, 2, true));
        yield return With("primary key certified by SHA-1",
            _key.Certificate(Flags(1), new SignatureSpec { Type = 0x13, Created = Made, Hash = 2 }), _key.Subkey(_sub, 2, true));
        yield return With("before the user id", Packet(PublicKeyTag, _key.Body), _key.Subkey(_sub, 2, true),
            _key.UserId("Writer", Flags(1)));
        yield return With("second of two", cert, _key.Subkey(_second, 2, true), _key.Subkey(_sub, 2, true));
        yield return With("first of two", cert, _key.Subkey(_sub, 2, true), _key.Subkey(_second, 2, true));
        yield return With("of two keys, the right one second", _other.Certificate(userId: "Other"), packet, Binding(bind, Flags(2), back),
            cert, _key.Subkey(_sub, 2, true));
        yield return With("also a primary key", cert, _key.Subkey(_sub, 2, true), _sub.Certificate(userId: "Sub"));
        yield return With("twice, once revoked", cert, _key.Subkey(_sub, 2, true), packet, _key.SubkeySignature(_sub, 0x28, [], MuchLater),
            Binding(bind, Flags(2), back));
        using WriterKey future = new(Future), older = new(Made - 86400);
        yield return new("subkey: made in the future", [.. cert, .. _key.Subkey(future, 2, true)],
            Message(future, new SignatureSpec { Created = Future + 100 }, Content));
        yield return new("subkey: older than its primary key", [.. cert, .. _key.Subkey(older, 2, true, binding: bind)],
            Message(older, new SignatureSpec { Created = MuchLater }, Content));
        yield return new("subkey: signature before the primary key was made", [.. cert, .. _key.Subkey(older, 2, true, binding: bind)],
            Message(older, new SignatureSpec { Created = Made - 100 }, Content));
        yield return new("subkey: signature before it was made", [.. cert, .. _key.Subkey(_sub, 2, true)],
            Message(_sub, new SignatureSpec { Created = Later - 100 }, Content));
        yield return new("subkey: names the primary key as issuer", [.. cert, .. _key.Subkey(_sub, 2, true)],
            Message(_sub, new SignatureSpec { Created = MuchLater, Unhashed = Subpacket(16, _key.KeyId) }, Content));
    }

    private IEnumerable<CraftedCase> Messages()
    {
        byte[] key = _key.Certificate();
        CraftedCase With(string name, params byte[][] message) => new("message: " + name, key, [.. message.SelectMany(static p => p)]);
        SignatureSpec spec = new() { Created = MuchLater };
        byte[] onePass = Packet(OnePassTag, OnePass(_key, spec)), literal = Packet(LiteralTag, Literal(Content)),
            signature = Packet(SignatureTag, Signature(_key, spec, Content));
        byte[] otherOnePass = Packet(OnePassTag, OnePass(_other, spec, isLast: false)),
            otherSignature = Packet(SignatureTag, Signature(_other, spec, Content));

        foreach (PacketFraming framing in Enum.GetValues<PacketFraming>())
            yield return With($"framing {framing}",
                Message(_key, spec, [.. Content, .. Encoding.UTF8.GetBytes(new string(' ', 1500))], framing));
        yield return With("signature first", signature, literal);
        yield return With("signature first, old framing", Packet(SignatureTag, Signature(_key, spec, Content), PacketFraming.Old),
            Packet(LiteralTag, Literal(Content), PacketFraming.Old));
        yield return With("signature first, literal of indeterminate length", signature,
            Packet(LiteralTag, Literal(Content), PacketFraming.OldIndeterminate));
        yield return With("literal first", literal, signature);
        yield return With("signature last without one-pass", literal, signature);
        yield return With("one-pass without signature", onePass, literal);
        yield return With("one-pass and signature without literal", onePass, signature);
        yield return With("only a signature", signature);
        yield return With("only a literal", literal);
        yield return With("only a one-pass", onePass);
        yield return With("nothing");
        yield return With("both ways", onePass, signature, literal, signature);
        yield return With("signature before and after", signature, literal, signature);
        yield return With("two signatures before", signature, signature, literal);
        yield return With("two signatures after one one-pass", onePass, literal, signature, signature);
        yield return With("two signatures of one key", Packet(OnePassTag, OnePass(_key, spec, isLast: false)), onePass, literal,
            signature, signature);
        yield return With("two signatures, one of an unknown key", otherOnePass, onePass, literal, signature, otherSignature);
        yield return With("two signatures, one of an unknown key, crossed", otherOnePass, onePass, literal, otherSignature, signature);
        yield return With("one-pass of two, one signature", otherOnePass, onePass, literal, signature);
        yield return With("one-pass not last", Packet(OnePassTag, OnePass(_key, spec, isLast: false)), literal, signature);
        yield return With("one-pass of another key id", Packet(OnePassTag, OnePass(_other, spec)), literal, signature);
        yield return With("one-pass of another hash", Packet(OnePassTag, OnePass(_key, spec with { Hash = 10 })), literal, signature);
        yield return With("one-pass of another type", Packet(OnePassTag, OnePass(_key, spec with { Type = 1 })), literal, signature);
        yield return With("one-pass of another algorithm", Packet(OnePassTag, [3, 0, 8, 17, .. _key.KeyId, 1]), literal, signature);
        yield return With("one-pass of another version", Packet(OnePassTag, [4, 0, 8, 1, .. _key.KeyId, 1]), literal, signature);
        yield return With("one-pass with more octets", Packet(OnePassTag, [.. OnePass(_key, spec), 0]), literal, signature);
        yield return With("one-pass too short", Packet(OnePassTag, OnePass(_key, spec)[..^1]), literal, signature);
        yield return With("two literals", onePass, literal, literal, signature);
        yield return With("a literal after it", onePass, literal, signature, literal);
        yield return With("a literal before it", literal, onePass, literal, signature);
        yield return With("a second message after it", _good, _good);
        yield return With("another's message after it", _good, Message(_other, spec, Content));
        yield return With("a marker before", Packet(MarkerTag, "PGP"u8.ToArray()), _good);
        yield return With("a marker inside", onePass, Packet(MarkerTag, "PGP"u8.ToArray()), literal, signature);
        yield return With("a marker after", _good, Packet(MarkerTag, "PGP"u8.ToArray()));
        yield return With("a wrong marker before", Packet(MarkerTag, "PGQ"u8.ToArray()), _good);
        foreach (int tag in new int[] { 0, PaddingTag, 30, 39, 40, 60, 63, 12, 13, 6, 1, 3, 9, 18, 19, 20 })
        {
            yield return With($"packet {tag} before", Packet(tag, [1, 2, 3, 4]), _good);
            yield return With($"packet {tag} inside", onePass, Packet(tag, [1, 2, 3, 4]), literal, signature);
            yield return With($"packet {tag} after the literal", onePass, literal, Packet(tag, [1, 2, 3, 4]), signature);
            yield return With($"packet {tag} after", _good, Packet(tag, [1, 2, 3, 4]));
        }

        yield return With("a zero octet after", _good, [0]);
        yield return With("text after", _good, "text"u8.ToArray());
        yield return With("a zero octet before", [0], _good);
        yield return With("the key before", key, _good);
        yield return With("the key after", _good, key);
        yield return With("truncated", _good[..^1]);
        foreach (char mode in "btul1m\0x")
            yield return With($"literal of mode {(int)mode:x2}", onePass, Packet(LiteralTag, Literal(Content, mode)), signature);
        yield return With("literal with a name", onePass, Packet(LiteralTag, [(byte)'b', 4, .. "name"u8, 1, 2, 3, 4, .. Content]),
            signature);
        yield return With("literal for your eyes only", onePass,
            Packet(LiteralTag, [(byte)'b', 8, .. "_CONSOLE"u8, 1, 2, 3, 4, .. Content]), signature);
        yield return With("literal with a name longer than it", onePass, Packet(LiteralTag, [(byte)'b', 255, 1, 2]), signature);
        yield return With("literal too short", onePass, Packet(LiteralTag, [(byte)'b', 0, 1]), signature);
        yield return With("empty literal", Message(_key, spec, []));
        yield return With("armored", Armor(_good, "PGP MESSAGE"));
        yield return With("armored as a signature", Armor(_good, "PGP SIGNATURE"));
        yield return With("armored as a key", Armor(_good, "PGP PUBLIC KEY BLOCK"));
        yield return With("armored twice", Armor(_good, "PGP MESSAGE"), Armor(_good, "PGP MESSAGE"));
        yield return With("armored after text", "text\n"u8.ToArray(), Armor(_good, "PGP MESSAGE"));
        yield return With("armored without a checksum", Armor(_good, "PGP MESSAGE", ""));
        for (int cut = 1; cut < 6; cut++)
        {
            byte[] armored = Armor(_good, "PGP MESSAGE", "");
            int end = armored.AsSpan().LastIndexOf("\n-----END"u8);
            yield return With($"armored, without a checksum and the last {cut} octets of text", armored[..(end - cut)], armored[end..]);
        }

        yield return With("armored without an end", Armor(_good, "PGP MESSAGE").AsSpan()[..^40].ToArray());
        yield return With("armored with a CRLF",
            Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(Armor(_good, "PGP MESSAGE")).ReplaceLineEndings("\r\n")));
        yield return With("armored with a header",
            Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(Armor(_good, "PGP MESSAGE"))
            .Replace("\n\n", "\nComment: x\n\n", StringComparison.Ordinal)));
        yield return With("armored with a text in the data",
            Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(Armor(_good, "PGP MESSAGE"))
            .Replace("\n\n", "\n\n!?\n", StringComparison.Ordinal)));
        yield return With("armored, then octets", Armor(_good, "PGP MESSAGE"), _good);
        yield return With("octets, then armored", _good, Armor(_good, "PGP MESSAGE"));
        yield return With("armored with a wrong checksum", Armor(_good, "PGP MESSAGE", "=AAAA\n"));
    }

    private IEnumerable<CraftedCase> Signatures()
    {
        byte[] key = _key.Certificate();
        CraftedCase Spec(string name, SignatureSpec spec) => new("signature: " + name, key, Message(_key, spec, Content));
        SignatureSpec plain = new() { Created = MuchLater };
        CraftedCase Body(string name, Func<byte[], byte[]> change) =>
            new("signature: " + name, key,
                [.. Packet(OnePassTag, OnePass(_key, plain)), .. Packet(LiteralTag, Literal(Content)),
                .. Packet(SignatureTag, change(Signature(_key, plain, Content)))]);

        yield return Spec("plain", plain);
        yield return Spec("v3", plain with { Version = 3 });
        yield return new("signature: v3 first", key,
            [.. Packet(SignatureTag, Signature(_key, plain with { Version = 3 }, Content)), .. Packet(LiteralTag, Literal(Content))]);
        yield return Spec("v3 before the key", plain with { Version = 3, Created = Made - 100 });
        yield return Spec("v3 in the future", plain with { Version = 3, Created = Future });
        yield return Spec("v5", plain with { Version = 5 });
        yield return Spec("v2", plain with { Version = 2 });
        foreach (byte type in new byte[] { 0x01, 0x02, 0x10, 0x13, 0x18, 0x1F, 0x20, 0x40, 0x50, 0x03, 0xFF })
            yield return Spec($"type {type:x2}", plain with { Type = type });
        byte[] lines = "one\ntwo  \nthree"u8.ToArray(), canonical = "one\r\ntwo\r\nthree"u8.ToArray(),
            kept = "one\r\ntwo  \r\nthree"u8.ToArray();
        SignatureSpec text = plain with { Type = 1 };
        foreach ((string name, byte[] hashed) in new[] { ("as it is", lines), ("canonical", canonical), ("canonical with blanks", kept) })
        {
            foreach (char mode in "bt")
                yield return new($"signature: text {name}, mode {mode}", key,
                    [.. Packet(OnePassTag, OnePass(_key, text)), .. Packet(LiteralTag, Literal(lines, mode)),
                    .. Packet(SignatureTag, Signature(_key, text, hashed))]);
        }

        foreach (byte hash in new byte[] { 1, 2, 9, 10 })
            yield return Spec($"hash {hash}", plain with { Hash = hash });
        yield return Body("unknown hash", static b => [.. b[..3], 77, .. b[4..]]);
        yield return Body("unknown algorithm", static b => [.. b[..2], 77, .. b[3..]]);
        yield return Body("algorithm 3", static b => [.. b[..2], 3, .. b[3..]]);
        yield return Spec("digest start wrong", plain with { WrongDigestStart = 1 });
        yield return Spec("no issuer", plain with { Unhashed = [] });
        yield return Spec("issuer hashed", plain with { Unhashed = [], MoreHashed = Subpacket(16, _key.KeyId) });
        yield return Spec("issuer fingerprint only",
            plain with { Unhashed = [], MoreHashed = Subpacket(33, [4, .. _key.FingerprintBytes]) });
        yield return Spec("issuer fingerprint only, not hashed", plain with { Unhashed = Subpacket(33, [4, .. _key.FingerprintBytes]) });
        yield return Spec("issuer and fingerprint", plain with { MoreHashed = Subpacket(33, [4, .. _key.FingerprintBytes]) });
        yield return Spec("another's fingerprint", plain with { MoreHashed = Subpacket(33, [4, .. _other.FingerprintBytes]) });
        yield return Spec("another's fingerprint, not hashed",
            plain with { Unhashed = [.. Subpacket(16, _key.KeyId), .. Subpacket(33, [4, .. _other.FingerprintBytes])] });
        yield return Spec("another's key id", plain with { Unhashed = Subpacket(16, _other.KeyId) });
        yield return Spec("another's key id first",
            plain with { Unhashed = [.. Subpacket(16, _other.KeyId), .. Subpacket(16, _key.KeyId)] });
        yield return Spec("another's key id second",
            plain with { Unhashed = [.. Subpacket(16, _key.KeyId), .. Subpacket(16, _other.KeyId)] });
        yield return Spec("another's key id hashed", plain with { MoreHashed = Subpacket(16, _other.KeyId) });
        yield return Spec("key id of zeros", plain with { Unhashed = Subpacket(16, new byte[8]) });
        yield return Spec("no time", plain with { Hashed = [] });
        yield return Spec("time not hashed",
            plain with { Hashed = [], Unhashed = [.. Subpacket(2, UInt32(MuchLater)), .. Subpacket(16, _key.KeyId)] });
        yield return Spec("time twice, good then before the key", plain with { MoreHashed = Subpacket(2, UInt32(Made - 100)) });
        yield return Spec("time twice, before the key then good",
            plain with { Hashed = [.. Subpacket(2, UInt32(Made - 100)), .. Subpacket(2, UInt32(MuchLater))] });
        yield return Spec("before the key", plain with { Created = Made - 1 });
        yield return Spec("with the key", plain with { Created = Made });
        yield return Spec("at 0", plain with { Created = 0 });
        yield return Spec("in the future", plain with { Created = Future });
        yield return Spec("in an hour", plain with { Created = (uint)DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds() });
        yield return Spec("in a day", plain with { Created = (uint)DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeSeconds() });
        yield return Spec("expired", plain with { MoreHashed = Subpacket(3, UInt32(100)) });
        yield return Spec("expires later", plain with { MoreHashed = Subpacket(3, UInt32(2_000_000_000)) });
        yield return Spec("expires never", plain with { MoreHashed = Subpacket(3, UInt32(0)) });
        yield return Spec("expiry beyond 32 bits", plain with { MoreHashed = Subpacket(3, UInt32(0xFFFFFFFF)) });
        yield return Spec("expired, not hashed", plain with { Unhashed = [.. Subpacket(3, UInt32(100)), .. Subpacket(16, _key.KeyId)] });
        yield return Spec("expiry twice, past then never",
            plain with { MoreHashed = [.. Subpacket(3, UInt32(100)), .. Subpacket(3, UInt32(0))] });
        yield return Spec("expiry twice, never then past",
            plain with { MoreHashed = [.. Subpacket(3, UInt32(0)), .. Subpacket(3, UInt32(100))] });
        yield return Spec("expiry of two octets", plain with { MoreHashed = Subpacket(3, [0, 1]) });
        foreach (int type in new int[] { 1, 4, 7, 9, 11, 12, 20, 21, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 37, 38, 39,
            99, 100, 110 })
        {
            yield return Spec($"subpacket {type}", plain with { MoreHashed = Subpacket(type, [1, 2, 3, 4, 5]) });
            yield return Spec($"critical subpacket {type}", plain with { MoreHashed = Subpacket(type, [1, 2, 3, 4, 5], isCritical: true) });
            yield return Spec($"critical subpacket {type}, not hashed",
                plain with { Unhashed = [.. Subpacket(type, [1, 2, 3, 4, 5], isCritical: true), .. Subpacket(16, _key.KeyId)] });
        }

        yield return Spec("critical time", plain with { Hashed = Subpacket(2, UInt32(MuchLater), isCritical: true) });
        yield return Spec("critical issuer", plain with { Unhashed = Subpacket(16, _key.KeyId, isCritical: true) });
        byte[] notation = [0x80, 0, 0, 0, 0, 3, 0, 1, (byte)'a', (byte)'@', (byte)'b', (byte)'c'];
        yield return Spec("notation", plain with { MoreHashed = Subpacket(20, notation) });
        yield return Spec("critical notation", plain with { MoreHashed = Subpacket(20, notation, isCritical: true) });
        yield return Spec("empty subpacket", plain with { MoreHashed = [0] });
        yield return Spec("subpacket longer than its area", plain with { MoreHashed = [200, 100, 1] });
        yield return Spec("unhashed subpacket longer than its area", plain with { Unhashed = [.. Subpacket(16, _key.KeyId), 200, 100, 1] });
        yield return Body("more octets after it", static b => [.. b, 0]);
        yield return Body("an octet less", static b => b[..^1]);
        yield return Body("a second number", static b => [.. b, 0, 8, 255]);
        yield return Body("number with leading zeros", static b => [.. b[..^258], 0x08, 0x08, 0, .. b[^256..]]);
        yield return Body("number of fewer bits", static b => [.. b[..^258], 0x07, 0xF9, .. b[^256..]]);
        yield return Body("number of more bits", static b => [.. b[..^258], 0x08, 0x00, .. b[^256..]]);
        yield return Body("number of too many bits", static b => [.. b[..^258], 0x40, 0x01, .. b[^256..]]);
        yield return Body("number zero", static b => [.. b[..^258], 0, 0]);
        yield return Body("number one", static b => [.. b[..^258], 0, 1, 1]);
        yield return Body("broken", Broken);
        yield return Body("number plus the modulus",
            b => [.. b[..^258], .. Mpi((new System.Numerics.BigInteger(b.AsSpan(b.Length - 256), true, true) + Modulus())
            .ToByteArray(true, true))]);

        // One signature in 256 is a byte shorter, and what is before it is then part of the number.
        yield return Body("modulus minus the number",
            b => [.. b[..^258], .. Mpi(System.Numerics.BigInteger.Abs(
                Modulus() - new System.Numerics.BigInteger(b.AsSpan(b.Length - 256), true, true)).ToByteArray(true, true))]);
    }

    private IEnumerable<CraftedCase> Structures()
    {
        byte[] key = _key.Certificate();
        CraftedCase With(string name, params byte[][] message) => new("structure: " + name, key, [.. message.SelectMany(static p => p)]);
        SignatureSpec spec = new() { Created = MuchLater };
        byte[] onePass = Packet(OnePassTag, OnePass(_key, spec)), literal = Packet(LiteralTag, Literal(Content)),
            signature = Packet(SignatureTag, Signature(_key, spec, Content));
        foreach (int algorithm in new int[] { 0, 1, 2 })
        {
            foreach (PacketFraming framing in new PacketFraming[] { PacketFraming.New, PacketFraming.OldIndeterminate,
                PacketFraming.NewPartial, PacketFraming.Old })
                yield return With($"compressed {algorithm}, {framing}", Compressed(algorithm, _good, framing));
            yield return With($"compressed {algorithm}, then a zero octet", Compressed(algorithm, _good, PacketFraming.New), [0]);
            yield return With($"compressed {algorithm}, then a literal", Compressed(algorithm, _good, PacketFraming.New), literal);
            yield return With($"compressed {algorithm}, then a message", Compressed(algorithm, _good, PacketFraming.New), _good);
            yield return With($"compressed {algorithm}, a zero octet inside", Compressed(algorithm, [.. _good, 0]));
            yield return With($"compressed {algorithm}, a literal inside after it", Compressed(algorithm, [.. _good, .. literal]));
            for (int cut = 1; cut < 12; cut += 3)
            {
                yield return With($"compressed {algorithm}, truncated by {cut}", Compressed(algorithm, _good)[..^cut]);
                yield return With($"compressed {algorithm}, truncated by {cut}, with a length",
                    Packet(CompressedTag, Compressed(algorithm, _good)[1..^cut]));
                yield return With($"compressed {algorithm}, {cut} octets more",
                    Packet(CompressedTag, [.. Compressed(algorithm, _good)[1..], .. new byte[cut]]));
            }

            yield return With($"compressed {algorithm}, the signature outside",
                Compressed(algorithm, [.. onePass, .. literal], PacketFraming.New), signature);
            yield return With($"compressed {algorithm}, literal only", onePass, Compressed(algorithm, literal, PacketFraming.New),
                signature);
            yield return With($"compressed {algorithm}, signature first, literal only", signature,
                Compressed(algorithm, literal, PacketFraming.New));
            yield return With($"compressed {algorithm}, one-pass outside", onePass,
                Compressed(algorithm, [.. literal, .. signature], PacketFraming.New));
            yield return With($"compressed {algorithm}, empty", Compressed(algorithm, [], PacketFraming.New));
        }

        foreach (int depth in new int[] { 2, 3, 5, 10, 31, 32, 33, 64 })
        {
            byte[] nested = _good;
            for (int i = 0; i < depth; i++)
                nested = Compressed(1, nested, PacketFraming.New);
            yield return With($"compressed {depth} times", nested);
        }

        byte[] zip = Compressed(1, _good, PacketFraming.New), zlib = Compressed(2, _good, PacketFraming.New);
        yield return With("ZIP called ZLIB", Packet(CompressedTag, [2, .. zip[(zip.Length - _good.Length > 0 ? 0 : 3)..]]));
        yield return With("ZLIB with a wrong checksum", Broken(zlib));
        yield return With("a signature over a compressed packet's octets", onePass, Compressed(1, literal, PacketFraming.New),
            Packet(SignatureTag, Signature(_key, spec, Compressed(1, literal, PacketFraming.New))));
        yield return With("a signature over a literal packet's octets", onePass, literal,
            Packet(SignatureTag, Signature(_key, spec, literal)));
        yield return With("a signed message in a literal", Message(_key, spec, _good));
        yield return With("a signed message inside a signature", onePass, _good, signature);
        yield return With("a signed message with two one-passes of one key, one signature", onePass, onePass, literal, signature);
        yield return With("a key in a compressed packet before", Compressed(1, key, PacketFraming.New), _good);
        yield return With("a marker in the compressed packet", Compressed(1, [.. Packet(MarkerTag, "PGP"u8.ToArray()), .. _good]));
    }

    private System.Numerics.BigInteger Modulus() => new(_key.Rsa.ExportParameters(false).Modulus, isUnsigned: true, isBigEndian: true);

    private static byte[] Armor(byte[] content, string what, string? checksum = null)
    {
        uint crc = 0xB704CE;
        foreach (byte octet in content)
        {
            crc ^= (uint)octet << 16;
            for (int i = 0; i < 8; i++)
                crc = (crc & 0x800000) != 0 ? (crc << 1) ^ 0x1864CFB : crc << 1;
        }

        string text = Convert.ToBase64String(content, Base64FormattingOptions.InsertLineBreaks).ReplaceLineEndings("\n");
        checksum ??= "=" + Convert.ToBase64String([(byte)(crc >> 16), (byte)(crc >> 8), (byte)crc]) + "\n";
        return Encoding.ASCII.GetBytes($"-----BEGIN {what}-----\n\n{text}\n{checksum}-----END {what}-----\n");
    }
}
