using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>
/// What judging all certificates of key files may cost, counted: on P-256 making a key costs 40, a statement 41, and a back-signature 40.
/// </summary>
public sealed class KeyFileWorkTests
{
    private const uint Created = TestPackets.Created;
    private const int Making = 40;
    private const int Statement = 41;
    private const int Plain = Making + Statement;
    private const string TooMany = "it is one of so many keys and signatures that it takes too long to verify them all";
    private static readonly TestSigner A = TestSigner.EcdsaP256();
    private static readonly TestSigner B = TestSigner.EcdsaP256();
    private static readonly TestSigner Other = TestSigner.EcdsaP256();
    private static readonly TestSigner Sub = TestSigner.EcdsaP256(Created + 5);
    private static readonly byte[] Sign = TestPackets.Flags(3);

    [Fact]
    public void Keys_are_judged_as_far_as_the_work_goes()
    {
        byte[] file = [.. Enumerable.Range(0, 5).SelectMany(static i => A.MadeAt(Created + (uint)i).Certificate())];
        for (int limit = 0; limit <= (5 * Plain) + 1; limit++)
        {
            int used = Math.Min(limit / Plain, 5);
            var (judge, certificates) = Judge(limit, file);
            Assert.Equal(Enumerable.Range(0, 5).Select(i => i < used ? null : TooMany), certificates.Select(static c => c.Refusal));
            Assert.Equal(Math.Min(used + 1, 5) * Plain, judge.Work);
        }
    }

    [Fact]
    public void Subkeys_and_their_agreement_are_work()
    {
        byte[] bound = A.Bind(Sub, Created + 6, hashed: Sign);
        Works(Plain + Making + Statement + Making, [.. A.Certificate(), .. bound]);
        byte[] notAgreed = A.Bind(Sub, Created + 6, hasBackSignature: false, hashed: Sign);
        Works(Plain + Making + Statement, [.. A.Certificate(), .. notAgreed]);

        // A subkey that cannot sign is not made, and one without a binding is.
        Works(Plain, [.. A.Certificate(), .. TestPackets.Key(tag: PacketTag.PublicSubkey, algorithm: 2)]);
        Works(Plain + Making, [.. A.Certificate(), .. Sub.KeyPacket(PacketTag.PublicSubkey)]);

        static void Works(int work, byte[] file)
        {
            var (judge, certificates) = Judge(work, file);
            Assert.Equal((work, null), (judge.Work, Assert.Single(certificates).Refusal));
            certificates = Judge(work - 1, file).Certificates;
            Assert.Equal(TooMany, Assert.Single(certificates).Refusal);
            Assert.Equal(Plain > work - 1 ? 0 : certificates[0].Subkeys.Count, certificates[0].Subkeys.Count);
            Assert.All(certificates[0].Statements, static s => Assert.Equal(StatementOutcome.NotUsed, s.Outcome));
        }
    }

    [Fact]
    public void Back_signatures_are_not_tried_without_end()
    {
        byte[] data = [.. A.Hashed, .. Sub.Hashed];
        byte[] back = TestSigner.LongSubpacket(SubpacketType.EmbeddedSignature,
            Other.SignBody(SignatureType.PrimaryKeyBinding, data, Created + 6));
        byte[] Binding(byte seed) =>
            A.Sign(SignatureType.SubkeyBinding, data, Created + 6,
            [Sign, TestPackets.Subpacket((SubpacketType)101, [seed]), back, back, back]);
        byte[] file = [.. A.Certificate(), .. Sub.KeyPacket(PacketTag.PublicSubkey), .. Enumerable.Range(0, 9)
            .SelectMany(i => Binding((byte)i))];
        int before = Plain + Making + (9 * Statement);
        var (judge, certificates) = Judge(before + 1, file);
        Assert.Equal((before + (3 * Making), TooMany), (judge.Work, Assert.Single(certificates).Refusal));
        (judge, certificates) = Judge(before + (27 * Making), file);
        Assert.Equal((before + (27 * Making), null), (judge.Work, Assert.Single(certificates).Refusal));
    }

    [Fact]
    public void A_key_that_is_not_judged_still_revokes_and_is_not_used()
    {
        byte[] revoker = TestPackets.Subpacket(SubpacketType.RevocationKey, [0x80, 19, .. Convert.FromHexString(Other.Fingerprint)]);
        byte[] designates = A.Sign(SignatureType.DirectKey, A.Hashed, Created + 1, revoker);
        byte[] first = [.. A.Certificate(), .. designates, .. Other.Sign(SignatureType.KeyRevocation, A.Hashed, Created + 50)];

        // The revocation does not stand with the key itself, so it is tried twice: as one whose hash fits, and as one of all.
        var rules = Rules(Plain + Statement + (2 * Statement));
        var (_, certificates) = Judge(rules.MaxWorkInAll, [.. first, .. Other.Certificate()]);
        Assert.Equal([null, TooMany], certificates.Select(static c => c.Refusal));
        Assert.Empty(new RevocationJudge(rules, certificates, new WarningList()).Apply([]));
        Assert.True(certificates[0].Primary.IsRevoked);
        Assert.Equal(OpenPgpProblem.KeyNotValid, KeyValidity.Judge(certificates[1], certificates[1].Primary, Created + 100, out _));
    }

    [Fact]
    public void Revocations_by_others_are_tried_as_far_as_the_work_goes()
    {
        byte[] revoker = TestPackets.Subpacket(SubpacketType.RevocationKey, [0x80, 19, .. Convert.FromHexString(Other.Fingerprint)]);
        byte[] Designating(TestSigner key) =>
            [.. key.Certificate(), .. key.Sign(SignatureType.DirectKey, key.Hashed, Created + 1, revoker),
                .. B.Sign(SignatureType.KeyRevocation, A.Hashed, Created + 50)];
        byte[] file = [.. Other.Certificate(), .. Designating(A), .. Designating(A.MadeAt(Created + 1)),
            .. Designating(A.MadeAt(Created + 2))];
        foreach (var (limit, revoked) in new[] { (0, 2), (Making - 1, 2), (Making, 1), ((2 * Making) - 1, 1), (2 * Making, 0) })
        {
            var certificates = Judge(OpenPgpRules.Current.MaxWorkInAll, file).Certificates;
            new RevocationJudge(Rules(limit), certificates, new WarningList()).Apply([]);
            Assert.Equal(revoked, certificates.Count(static c => c.Primary.IsRevoked));
            Assert.Equal(revoked, certificates.SelectMany(static c => c.Statements)
                .Count(static s => s.Reason == "too many revocations to check"));
        }
    }

    /// <summary>About how many RSA signatures of 4,096 bits could be verified in the time that one takes.</summary>
    [Fact]
    public void A_verification_costs_what_its_arithmetic_takes()
    {
        Assert.Equal([2, 2, 6, 1, 1],
            Costs(A, TestSigner.Ed25519Key(), TestSigner.Ed448Key(), TestSigner.Rsa(), TestSigner.Rsa(bits: 1024)));
        (int Bits, int Order, int Cost)[] dsa = [(512, 20, 10), (1024, 20, 15), (2048, 28, 85), (2048, 32, 97), (3072, 32, 219),
            (4096, 64, 780)];
        Assert.Equal(dsa.Select(static d => d.Cost),
            dsa.Select(static d => IntegerPairKey.FromDsa(static (_, _, _) => false, d.Bits, d.Order)!.Cost));
        (int Octets, int Cost)[] ecdsa = [(20, 10), (32, 12), (48, 42), (64, 100)];
        Assert.Equal(ecdsa.Select(static e => e.Cost),
            ecdsa.Select(static e => IntegerPairKey.FromEcdsa(static (_, _, _) => false, e.Octets, e.Octets)!.Cost));

        foreach (var (curve, cost) in new[] { (EllipticCurve.NistP256, 2), (EllipticCurve.NistP384, 10), (EllipticCurve.NistP521, 10),
            (EllipticCurve.BrainpoolP384r1, 42) })
            Assert.Equal(cost, EcdsaVerificationKey.TryCreate(curve, PointOn(curve))!.Cost);

        static IEnumerable<int> Costs(params TestSigner[] signers) =>
            signers.Select(static s => VerificationKey.Create(s.Packet, s.Body, out _)!.Cost);

        static byte[] PointOn(EllipticCurve curve)
        {
            string name = curve.Name.StartsWith("nist", StringComparison.Ordinal) ? $"nistP{curve.Size}" : curve.Name;
            using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.CreateFromFriendlyName(name));
            var q = key.ExportParameters(false).Q;
            return [4, .. q.X!, .. q.Y!];
        }
    }

    private static OpenPgpRules Rules(int limit) => OpenPgpRules.Current with { MaxWorkInAll = limit };

    private static (CertificateJudge Judge, List<JudgedCertificate> Certificates) Judge(int limit, byte[] file)
    {
        var rules = Rules(limit);
        var parser = new KeyFileParser(rules);
        parser.Read("key", TestPackets.Armor(file));
        var judge = new CertificateJudge(rules);
        return (judge, parser.Certificates.ConvertAll(judge.Judge));
    }
}
