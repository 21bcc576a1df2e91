using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>Each reason for which a key, a subkey or a statement does not count, told from all others by its sentence, and its
/// edge.</summary>
public sealed class JudgeSentenceTests
{
    private const uint Created = TestPackets.Created;
    private const long Now = Created + 1_000_000;
    private const string UserId = "signer <s@example.com>";
    private static readonly TestSigner Signer = TestSigner.EcdsaP256();
    private static readonly TestSigner Other = TestSigner.EcdsaP256();
    private static readonly TestSigner Sub = TestSigner.EcdsaP256(Created + 5);
    private static readonly byte[] SubData = [.. Signer.Hashed, .. Sub.Hashed];
    private static readonly byte[] SubPacket = Sub.KeyPacket(PacketTag.PublicSubkey);
    private static readonly byte[] Certify = TestPackets.Flags(1);
    private static readonly byte[] Sign = TestPackets.Flags(3);
    private static readonly byte[] Local = TestPackets.Subpacket(SubpacketType.ExportableCertification, [0]);
    private static readonly byte[] Critical = TestPackets.Subpacket((SubpacketType)100, [1], isCritical: true);
    private static readonly byte[] SoonOver = TestPackets.Subpacket(SubpacketType.SignatureExpirationTime, TestPackets.BigEndian(1000u));
    private static readonly byte[] Unreadable = TestPackets.Subpacket(SubpacketType.KeyExpirationTime, [1]);

    [Fact]
    public void A_primary_key_says_why_it_cannot_sign()
    {
        string key = $"Key {Signer.Fingerprint}";
        byte[] whole = Signer.Certificate();
        Judges(OpenPgpProblem.None, "", whole);
        Judges(OpenPgpProblem.KeyRevoked, $"{key} is revoked.",
            [.. whole, .. Signer.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50)]);
        byte[] revoker = TestPackets.Subpacket(SubpacketType.RevocationKey, [0x80, 19, .. Convert.FromHexString(Other.Fingerprint)]);
        byte[] designated = [.. whole, .. Direct(1, revoker, Sign),
            .. Other.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50)];
        Judges(OpenPgpProblem.KeyRevoked,
            $"{key} may be revoked by its designated revoker {Other.Fingerprint}, whose key is not among the keys that can be used.",
            designated);
        Judges(OpenPgpProblem.KeyNotValid,
            $"{key} is not used: it has no user id with a valid self-signature; gpg does not accept such a key.", Signer.KeyPacket());
        Judges(OpenPgpProblem.KeyNotValid, $"{key} has a self-signature that cannot be read in full.", [.. whole, .. Cert(9, Unreadable)]);
        Judges(OpenPgpProblem.KeyNotValid, $"{key} has a self-signature that cannot be read in full.",
            [.. whole, .. Direct(9, Unreadable)]);
        Judges(OpenPgpProblem.KeyNotValid, $"{key} is from the future; look at the clock.", whole, Created - 1);
        Judges(OpenPgpProblem.None, "", whole, Created);
        Judges(OpenPgpProblem.KeyNotValid, $"{key} has no self-signature that is valid now.", [.. whole, .. Cert(9, Sign, SoonOver)]);
        Judges(OpenPgpProblem.None, "", [.. whole, .. Direct(1, Sign), .. Cert(9, Sign, SoonOver)]);
        Judges(OpenPgpProblem.KeyNotForSigning, $"{key} is not meant for signing.", Signer.Certificate(hashed: [Certify]));
        Judges(OpenPgpProblem.KeyExpired, null, Signer.Certificate(hashed: [Sign, TestPackets.Lifetime(1_000_000)]));
        Judges(OpenPgpProblem.None, "", Signer.Certificate(hashed: [Sign, TestPackets.Lifetime(1_000_001)]));
        Judges(OpenPgpProblem.KeyExpired, null, Signer.Certificate(hashed: [Sign, TestPackets.Lifetime(uint.MaxValue)]));

        // A revocation goes before all else, and what is not used before what is not readable.
        Judges(OpenPgpProblem.KeyRevoked, $"{key} is revoked.",
            [.. Signer.KeyPacket(), .. Signer.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50)]);
    }

    [Fact]
    public void A_subkey_says_why_it_cannot_sign()
    {
        string key = $"Subkey {Sub.Fingerprint}";
        byte[] whole = Signer.Certificate();
        JudgesSubkey(OpenPgpProblem.None, "", [.. whole, .. Bound(6, Sign)]);
        JudgesSubkey(OpenPgpProblem.KeyRevoked, $"{key} is revoked.",
            [.. whole, .. Bound(6, Sign), .. Signer.Sign(SignatureType.SubkeyRevocation, SubData, Created + 50)]);
        JudgesSubkey(OpenPgpProblem.KeyNotValid, $"{key} has no valid binding signature and is skipped.", [.. whole, .. SubPacket]);
        JudgesSubkey(OpenPgpProblem.KeyNotValid, $"{key} has no binding signature that is valid now.",
            [.. whole, .. Bound(6, Sign), .. Binding(9, Sign, SoonOver)]);
        JudgesSubkey(OpenPgpProblem.KeyNotValid, $"{key} has no binding signature that is valid now.",
            [.. whole, .. Bound(6, Sign), .. Binding(9, Sign, Local)]);
        JudgesSubkey(OpenPgpProblem.KeyNotValid, $"{key} has no binding signature that is valid now.",
            [.. whole, .. Bound(6, Sign), .. Binding(9, Sign, Unreadable)]);
        JudgesSubkey(OpenPgpProblem.KeyNotValid, $"{key} is from the future; look at the clock.",
            [.. whole, .. Bound(6, Sign)], Created + 4);
        JudgesSubkey(OpenPgpProblem.None, "", [.. whole, .. Bound(6, Sign)], Created + 5);
        JudgesSubkey(OpenPgpProblem.KeyNotForSigning, $"{key} is not meant for signing.", [.. whole, .. Bound(6, TestPackets.Flags(0x0C))]);
        JudgesSubkey(OpenPgpProblem.KeyExpired, null, [.. whole, .. Bound(6, Sign, TestPackets.Lifetime(999_995))]);
        JudgesSubkey(OpenPgpProblem.None, "", [.. whole, .. Bound(6, Sign, TestPackets.Lifetime(999_996))]);
        JudgesSubkey(OpenPgpProblem.KeyExpired, null,
            [.. whole, .. Bound(6, Sign, TestPackets.Lifetime(1000)), .. Binding(6, Sign, TestPackets.Lifetime(2_000_000))]);
        JudgesSubkey(OpenPgpProblem.KeyExpired, null, [.. whole, .. Bound(6, Sign), .. Binding(6, Sign, TestPackets.Lifetime(1000))]);

        // A subkey that cannot sign need not agree; what ends the primary key ends it.
        byte[] notAgreed = Signer.Sign(SignatureType.SubkeyBinding, SubData, Created + 6, TestPackets.Flags(0x0C));
        JudgesSubkey(OpenPgpProblem.KeyNotForSigning, $"{key} is not meant for signing.", [.. whole, .. SubPacket, .. notAgreed]);
        JudgesSubkey(OpenPgpProblem.KeyExpired, null,
            [.. Signer.Certificate(hashed: [Sign, TestPackets.Lifetime(1000)]), .. Bound(6, Sign)], expired: "Key ");
        JudgesSubkey(OpenPgpProblem.None, "", [.. Signer.Certificate(hashed: [Certify]), .. Bound(6, Sign)]);
    }

    [Fact]
    public void A_certificate_that_is_not_used_says_why()
    {
        Refuses("it has no user id with a valid self-signature; gpg does not accept such a key",
            [.. Signer.KeyPacket(), .. TestPackets.UserId(UserId)]);
        Refuses("it has no user id with a valid self-signature; gpg does not accept such a key",
            [.. Signer.KeyPacket(), .. Direct(1, Sign)]);
        byte[] misplaced = [.. Signer.KeyPacket(), .. Cert(1, Sign), .. TestPackets.UserId(UserId)];
        Refuses("it has a signature about a user id before any user id; gpg does not accept such a key", misplaced);
        Refuses("it has no user id with a valid self-signature; gpg does not accept such a key", [.. misplaced, .. Signer.KeyPacket()]);
        Refuses(null, [.. misplaced, .. Signer.Certificate()]);

        // Of any kind and however often, whatever stands after it.
        byte[] generic = Signer.Certify(SignatureType.GenericCertification, UserId, Created + 1, Sign);
        byte[] revocation = Signer.Certify(SignatureType.CertificationRevocation, "x", Created + 1);
        foreach (byte[] first in new byte[][] { generic, revocation, [.. generic, .. Cert(1, Sign)], [.. generic, .. generic] })
        {
            Refuses("it has a signature about a user id before any user id; gpg does not accept such a key",
                [.. Signer.KeyPacket(), .. first, .. TestPackets.UserId(UserId), .. Cert(2, Sign)]);
        }

        // By somebody else it may stand anywhere, and so may a direct-key signature.
        byte[] by = Other.Sign(SignatureType.GenericCertification, Signer.Hashed, Created + 1);
        Refuses(null, [.. Signer.KeyPacket(), .. by, .. Direct(1, Sign), .. TestPackets.UserId(UserId), .. Cert(2, Sign)]);
        var newer = TestSigner.Ed25519Key(version: 6);
        Refuses("it has no valid direct-key signature", [.. newer.KeyPacket(), .. TestPackets.UserId(UserId)]);
        Refuses(null, newer.Certificate());
        var weak = TestSigner.Rsa(bits: 512);
        var certificate = Assert.Single(JudgedKeyFiles.Read("key", weak.Certificate()).Certificates);
        Assert.NotNull(certificate.Refusal);
        Assert.Equal(StatementOutcome.NotUsed, Assert.Single(certificate.Statements).Outcome);
        Assert.Equal($"the key is not used, because {certificate.Refusal}", certificate.Statements[0].Reason);
    }

    [Fact]
    public void What_is_shown_of_a_key_is_what_is_judged()
    {
        byte[] whole = Signer.Certificate();
        Shows((true, true, false), [.. whole]);
        Shows((false, false, false), [.. whole, .. Direct(9, Sign, Unreadable)]);
        Shows((false, false, false), [.. whole, .. Cert(9, Sign, SoonOver)]);
        Shows((true, true, true), [.. whole, .. Signer.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50)]);
        Shows((false, false, false), Signer.Certificate(hashed: [Certify]));
        Shows((true, false, false), [.. Signer.Certificate(hashed: [Certify]), .. Bound(6, Sign)], isSubkey: true);
        Shows((false, false, false), [.. Signer.Certificate(hashed: [Certify]), .. Bound(6, Sign), .. Binding(9, Sign, SoonOver)],
            isSubkey: false);
        Shows((false, false, false), [.. Signer.Certificate(hashed: [Certify]), .. SubPacket], isSubkey: false);
        Shows((false, false, false), [.. Signer.Certificate(hashed: [Certify]), .. Bound(6, TestPackets.Flags(0x0C))], isSubkey: false);
        byte[] notAgreed = Signer.Sign(SignatureType.SubkeyBinding, SubData, Created + 6, Sign);
        Shows((false, false, false), [.. Signer.Certificate(hashed: [Certify]), .. SubPacket, .. notAgreed], isSubkey: false);
        Shows((false, false, false), [.. Signer.KeyPacket(), .. Bound(6, Sign)], isSubkey: false);

        // A subkey that is revoked makes no key that can sign.
        var revoked = TrustKeyView
            .Of(Read([.. Signer.Certificate(hashed: [Certify]), .. Bound(6, Sign),
            .. Signer.Sign(SignatureType.SubkeyRevocation, SubData, Created + 50)]), Now);
        Assert.Equal((false, true, true), (revoked.CanSign, revoked.Subkeys[0].IsRevoked, revoked.Subkeys[0].CanSign));

        byte[] revoker = TestPackets.Subpacket(SubpacketType.RevocationKey, [0x80, 19, .. Convert.FromHexString(Other.Fingerprint)]);
        Shows((true, true, true),
            [.. whole, .. Direct(1, revoker, Sign), .. Other.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50)]);

        var view = TrustKeyView.Of(Read([.. Signer.Certificate(hashed: [Sign, TestPackets.Lifetime(1000)]),
            .. Bound(6, Sign, TestPackets.Lifetime(2000))]), Now);
        Assert.Equal((Created + 1000, Created + 2005),
            (view.Expires!.Value.ToUnixTimeSeconds(), view.Subkeys[0].Expires!.Value.ToUnixTimeSeconds()));
        Assert.Equal((Created, Created + 5), (view.Created!.Value.ToUnixTimeSeconds(), view.Subkeys[0].Created.ToUnixTimeSeconds()));
        Assert.Equal((Signer.Fingerprint, Signer.Packet.KeyId.ToString("X16"), Sub.Fingerprint),
            (view.Fingerprint, view.KeyId, view.Subkeys[0].Fingerprint));
        Assert.Null(TrustKeyView.Of(Read(whole), Now).Expires);

        static void Shows((bool CanSign, bool CanPrimarySign, bool IsRevoked) expected, byte[] file, bool? isSubkey = null)
        {
            var key = TrustKeyView.Of(Read(file), Now);
            Assert.Equal(expected, (key.CanSign, key.CanPrimarySign, key.IsRevoked));
            Assert.Equal(isSubkey, key.Subkeys.Count == 0 ? null : key.Subkeys[0].CanSign);
        }
    }

    [Fact]
    public void A_thousand_statements_are_read_and_no_more()
    {
        byte[] many = [.. Enumerable.Range(1, 999).SelectMany(static i => Cert((uint)i, Sign))];
        Refuses(null, [.. Signer.Certificate(), .. many]);
        Refuses("it has more than 1,000 self-signatures", [.. Signer.Certificate(), .. many, .. Cert(1000, Sign)]);

        // Other people's count for nothing.
        byte[] by = Other.Sign(SignatureType.GenericCertification, [.. Signer.Hashed, .. SignatureDigest.HashedUserId(4, "x"u8.ToArray())],
            Created + 9);
        Refuses(null, [.. Signer.Certificate(), .. many, .. by]);
    }

    [Fact]
    public void A_statement_that_gives_nothing_says_why()
    {
        byte[] start = [.. Signer.KeyPacket(), .. TestPackets.UserId(UserId), .. Cert(1, Sign)];
        Doubts(null, start, Cert(9, Sign));
        Doubts("it does not name the key that made it", start, TestSigner.WithUnhashed(Cert(9, Sign), static _ => []));
        Doubts("it names another key than the one that made it", start,
            TestSigner.WithUnhashed(Cert(9, Sign),
                static _ => TestPackets.Subpacket(SubpacketType.IssuerKeyId, TestPackets.BigEndian(Other.Packet.KeyId))));
        Doubts("it has a critical part that this release does not know", start, Cert(9, Sign, Critical));
        Doubts("it is for local use", start, Cert(9, Sign, Local));
        Doubts("its numbers are not written plainly", start, TestSigner.WithNumbers(Cert(9, Sign), static m => [.. m, 0]));
        byte[] data = [.. Signer.Hashed, .. SignatureDigest.HashedUserId(4, System.Text.Encoding.UTF8.GetBytes(UserId))];
        byte[] shortHash = TestPackets.Packet(PacketTag.Signature,
            Signer.SignBody(SignatureType.PositiveCertification, data, Created + 9, HashAlgorithms.Sha224, [Sign]));
        Doubts("its hash is too short for the key", start, shortHash);
        byte[] after = [.. Bound(6, Sign), .. TestPackets.UserId("B")];
        Doubts("its user id stands after a subkey", [.. start, .. after], Signer.Certify("B", Created + 9, Sign));
        Doubts("its user id stands after a subkey", [.. start, .. after, .. SubPacket, .. TestPackets.UserId("B")],
            Signer.Certify("B", Created + 9, Sign));
        Doubts("its user id stands after a subkey", [.. start, .. after, .. start, .. after], Signer.Certify("B", Created + 9, Sign));
        Doubts("it is in a copy of the key that gpg does not import", [.. start, .. Signer.KeyPacket()], Direct(9, Sign));

        var rsa = TestSigner.Rsa();
        byte[] rsaData = [.. rsa.Hashed, .. SignatureDigest.HashedUserId(4, System.Text.Encoding.UTF8.GetBytes(UserId))];
        Doubts("its hash MD5 is broken", rsa.Certificate(),
            TestPackets.Packet(PacketTag.Signature,
                rsa.SignBody(SignatureType.PositiveCertification, rsaData, Created + 9, HashAlgorithms.Md5, [Sign])));
        Doubts(null, rsa.Certificate(),
            TestPackets.Packet(PacketTag.Signature,
                rsa.SignBody(SignatureType.PositiveCertification, rsaData, Created + 9, HashAlgorithms.Sha1, [Sign])));
        Doubts("it names another algorithm than the key's", rsa.Certificate(),
            TestPackets.Packet(PacketTag.Signature, rsa.SignBody(SignatureType.PositiveCertification, rsaData, Created + 9, hashed: [Sign],
                algorithm: 2)));

        // Where a statement stands in several copies, one that gpg imports is enough.
        byte[] direct = Direct(9, Sign);
        var twice = Read([.. Signer.KeyPacket(), .. direct, .. Signer.KeyPacket(), .. direct, .. TestPackets.UserId(UserId),
            .. Cert(1, Sign)]);
        Assert.Equal((StatementOutcome.Counts, ""), (twice.Statements[0].Outcome, twice.Statements[0].Reason));

        // It is older than the key by a second, and as old as the key.
        byte[] before = Signer.Certify(UserId, Created - 1, Sign);
        var old = Assert.Single(JudgedKeyFiles.Read("key", (byte[])[.. start, .. before]).Certificates);
        Assert.Equal((StatementOutcome.Superseded, "it is older than the key"), (old.Statements[1].Outcome, old.Statements[1].Reason));
        Doubts(null, [.. Signer.KeyPacket(), .. TestPackets.UserId(UserId)], Cert(0, Sign));
    }

    [Fact]
    public void A_fingerprint_alone_is_no_name_to_gpg()
    {
        byte[] fingerprint = TestPackets.Subpacket(SubpacketType.IssuerFingerprint, [4, .. Convert.FromHexString(Signer.Fingerprint)]);
        byte[] of = TestPackets.Subpacket(SubpacketType.IssuerFingerprint, [4, .. Convert.FromHexString(Other.Fingerprint)]);
        byte[] id = TestPackets.Subpacket(SubpacketType.IssuerKeyId, TestPackets.BigEndian(Signer.Packet.KeyId));
        byte[] start = Signer.Certificate();
        Doubts("it does not name the key that made it", start, TestSigner.WithUnhashed(Cert(9, Sign), _ => fingerprint));
        Doubts("it names another key than the one that made it", start, TestSigner.WithUnhashed(Cert(9, Sign), _ => of));
        Doubts(null, start, TestSigner.WithUnhashed(Cert(9, Sign), _ => [.. of, .. id]));
    }

    [Fact]
    public void A_twin_that_is_not_as_good_takes_the_proof_away()
    {
        const string Twin = "another signature has the same numbers and is not as good, and gpg keeps one of them";
        byte[] good = Cert(9, Sign), local = TestSigner.WithUnhashed(good, static area => [.. area, .. Local]);
        byte[] start = Signer.Certificate();
        foreach (byte[] file in new byte[][] { [.. start, .. good, .. local], [.. start, .. local, .. good] })
        {
            var statements = Assert.Single(JudgedKeyFiles.Read("key", file).Certificates).Statements;
            Assert.Equal([Twin, "it is for local use"], statements.Skip(1).Select(static s => s.Reason).Order(StringComparer.Ordinal));
            Assert.All(statements.Skip(1), static s => Assert.Equal(StatementOutcome.Doubtful, s.Outcome));
        }

        // Also one that the key did not make.
        byte[] forged = Forge(good);
        var judged = Assert.Single(JudgedKeyFiles.Read("key", (byte[])[.. start, .. good, .. forged]).Certificates).Statements;
        Assert.Equal([(StatementOutcome.Counts, ""), (StatementOutcome.Doubtful, Twin), (StatementOutcome.NotMade, "")],
            judged.Select(static s => (s.Outcome, s.Reason)));

        // Both good: the same numbers with another part that nobody signs.
        byte[] comment = TestSigner.WithUnhashed(good, static area => [.. area, .. TestPackets.Subpacket((SubpacketType)101, [1])]);
        judged = Assert.Single(JudgedKeyFiles.Read("key", (byte[])[.. start, .. good, .. comment]).Certificates).Statements;
        Assert.Equal([StatementOutcome.Superseded, StatementOutcome.Counts, StatementOutcome.Counts], judged.Select(static s => s.Outcome));

        // Leading zeros do not make other numbers; other numbers do.
        byte[] zeros = TestSigner.WithNumbers(local, static m =>
        {
            int bits = ((m[0] << 8) | m[1]) + 8;
            return [(byte)(bits >> 8), (byte)bits, 0, .. m[2..]];
        });
        judged = Assert.Single(JudgedKeyFiles.Read("key", (byte[])[.. start, .. good, .. zeros]).Certificates).Statements;
        Assert.Equal(Twin, judged[1].Reason);
        byte[] another = TestSigner.WithUnhashed(Cert(9, Sign), static area => [.. area, .. Local]);
        judged = Assert.Single(JudgedKeyFiles.Read("key", (byte[])[.. start, .. good, .. another]).Certificates).Statements;
        Assert.Equal("", judged[1].Reason);
    }

    [Fact]
    public void Twins_of_every_kind_of_key_are_found()
    {
        foreach (var signer in new[] { TestSigner.Rsa(), TestSigner.Ed25519Key(), TestSigner.Ed25519Key(isLegacy: true) })
        {
            byte[] good = signer.Certify(UserId, Created + 9, Sign),
            local = TestSigner.WithUnhashed(good, static area => [.. area, .. Local]);
            byte[] another = TestSigner.WithUnhashed(signer.Certify(UserId, Created + 10, Sign), static area => [.. area, .. Local]);
            var judged = Assert.Single(JudgedKeyFiles
                .Read("key", (byte[])[.. signer.Certificate(), .. good, .. local]).Certificates).Statements;
            Assert.NotEqual("", judged[1].Reason);
            judged = Assert.Single(JudgedKeyFiles
                .Read("key", (byte[])[.. signer.Certificate(), .. good, .. another]).Certificates).Statements;
            Assert.Equal("", judged[1].Reason);
        }
    }

    [Fact]
    public void A_sentence_about_a_statement_names_all_that_is_known()
    {
        JudgedStatement statement = new("f", "K", SignatureType.SubkeyBinding, 0, "", StatementOutcome.Counts, "");
        Assert.Equal("f: key K, subkey binding (0x18) without a time counts.", statement.ToString());
        Assert.Equal("f: key K, subkey binding (0x18) without a time on subkey S counts: why.",
            (statement with { About = "subkey S", Reason = "why" }).ToString());
        Assert.StartsWith("f: key K, subkey binding (0x18) of 20", (statement with { Created = Created }).ToString(),
            StringComparison.Ordinal);
        (SignatureType Type, string Name)[] names =
        [
            (SignatureType.Binary, "signature (0x00)"), ((SignatureType)0x0F, "signature (0x0f)"),
            (SignatureType.GenericCertification, "certification (0x10)"),
            (SignatureType.PositiveCertification, "certification (0x13)"), ((SignatureType)0x14, "signature (0x14)"),
            (SignatureType.PrimaryKeyBinding, "primary key binding (0x19)"), (SignatureType.DirectKey, "direct-key signature (0x1f)"),
            (SignatureType.KeyRevocation, "key revocation (0x20)"), (SignatureType.SubkeyRevocation, "subkey revocation (0x28)"),
            (SignatureType.CertificationRevocation, "certification revocation (0x30)"),
        ];
        foreach (var (type, name) in names)
            Assert.StartsWith($"f: key K, {name} ", (statement with { Type = type }).ToString(), StringComparison.Ordinal);
    }

    private static byte[] Cert(uint after, params byte[][] hashed) => Signer.Certify(UserId, Created + after, hashed);

    private static byte[] Direct(uint after, params byte[][] hashed) =>
        Signer.Sign(SignatureType.DirectKey, Signer.Hashed, Created + after, hashed);

    private static byte[] Bound(uint after, params byte[][] hashed) => Signer.Bind(Sub, Created + after, hashed: hashed);

    private static byte[] Binding(uint after, params byte[][] hashed) => Bound(after, hashed)[SubPacket.Length..];

    // The same numbers over other hashed octets: the date is another one.
    private static byte[] Forge(byte[] packet)
    {
        byte[] forged = [.. packet];
        byte[] date = TestPackets.BigEndian(Created + 9);
        TestPackets.BigEndian(Created + 8).CopyTo(forged.AsSpan(forged.AsSpan().IndexOf(date)));
        return forged;
    }

    private static JudgedCertificate Read(byte[] file) => Assert.Single(JudgedKeyFiles.Read("key", file).Certificates);

    private static void Judges(OpenPgpProblem problem, string? reason, byte[] file, long now = Now)
    {
        var certificate = Read(file);
        var found = KeyValidity.Judge(certificate, certificate.Primary, now, out string sentence);
        Check(problem, reason, found, sentence, $"Key {Signer.Fingerprint} expired ");
    }

    private static void JudgesSubkey(OpenPgpProblem problem, string? reason, byte[] file, long now = Now, string? expired = null)
    {
        var certificate = Read(file);
        var found = KeyValidity.Judge(certificate, Assert.Single(certificate.Subkeys), now, out string sentence);
        Check(problem, reason, found, sentence, expired ?? $"Subkey {Sub.Fingerprint} expired ");
    }

    private static void Check(OpenPgpProblem problem, string? reason, OpenPgpProblem found, string sentence, string expired)
    {
        Assert.Equal((problem, reason ?? sentence), (found, sentence));
        if (reason is null)
            Assert.StartsWith(expired, sentence, StringComparison.Ordinal);
        Assert.Equal(problem == OpenPgpProblem.None, sentence.Length == 0);
    }

    private static void Refuses(string? reason, byte[] file) => Assert.Equal(reason, Read(file).Refusal);

    private static void Doubts(string? reason, byte[] file, byte[] statement)
    {
        var last = Read([.. file, .. statement]).Statements[^1];
        Assert.Equal((reason is null ? StatementOutcome.Counts : StatementOutcome.Doubtful, reason ?? ""), (last.Outcome, last.Reason));
    }
}
