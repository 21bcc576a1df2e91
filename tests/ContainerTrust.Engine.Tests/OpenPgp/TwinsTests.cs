using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>Signatures that have the same numbers, and to GnuPG are one: where one of them is not as good, none gives anything.</summary>
public sealed class TwinsTests
{
    private const uint Created = TestPackets.Created;
    private const string UserId = "signer <s@example.com>";
    private const string Twin = "another signature has the same numbers and is not as good, and gpg keeps one of them";
    private static readonly byte[] Sign = TestPackets.Flags(3);
    private static readonly byte[] Local = TestPackets.Subpacket(SubpacketType.ExportableCertification, [0]);
    private static readonly TestSigner Ecdsa = TestSigner.EcdsaP256();
    private static readonly TestSigner Rsa = TestSigner.Rsa();

    [Fact]
    public void Two_signatures_are_enough()
    {
        byte[] good = Good(Ecdsa), local = TestSigner.WithUnhashed(good, static area => [.. area, .. Local]);
        foreach (byte[] both in new byte[][] { [.. good, .. local], [.. local, .. good] })
        {
            var certificate = Judge(Ecdsa, both);
            Assert.NotNull(certificate.Refusal);
            Assert.Equal(["it is for local use", Twin], certificate.Statements.Select(static s => s.Reason)
                .Order(StringComparer.Ordinal).Reverse());
        }
    }

    [Fact]
    public void One_signature_has_no_twin()
    {
        Assert.Equal((StatementOutcome.Counts, ""), Of(Judge(Ecdsa, Good(Ecdsa)).Statements[0]));
        byte[] local = TestSigner.WithUnhashed(Good(Ecdsa), static area => [.. area, .. Local]);
        Assert.Equal((StatementOutcome.Doubtful, "it is for local use"), Of(Judge(Ecdsa, local).Statements[0]));
    }

    /// <summary>GnuPG reads as many numbers as the algorithm has, and leaves out what follows.</summary>
    [Fact]
    public void What_follows_the_numbers_makes_no_other_ones()
    {
        foreach (var signer in new[] { Ecdsa, Rsa, TestSigner.Ed25519Key(isLegacy: true) })
        {
            byte[] good = Good(signer);
            foreach (byte[] after in new byte[][] { [0], [0, 0], [0, 8, 1], [0, 8, 1, 0, 8, 1] })
            {
                byte[] longer = TestSigner.WithNumbers(good, m => [.. m, .. after]);
                Assert.Equal((StatementOutcome.Doubtful, Twin), Of(Judge(signer, [.. good, .. longer]).Statements[0]));
            }
        }
    }

    /// <summary>The algorithms for RSA (1 to 3) share one form; what a signature calls itself is forged here, and its numbers are
    /// not.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RSA_has_one_number_whatever_it_is_called(byte algorithm)
    {
        byte[] good = Good(Rsa), forged = TestSigner.WithNumbers(good, static m => [.. m, 0, 8, 1]);
        int start = forged.AsSpan().IndexOf((byte[])[4, (byte)SignatureType.PositiveCertification, 1, 8]);
        forged[start + 2] = algorithm;
        var statements = Judge(Rsa, [.. good, .. forged]).Statements;
        Assert.Equal((StatementOutcome.Doubtful, Twin), Of(statements[0]));
    }

    [Fact]
    public void Each_number_and_the_hash_algorithm_tell_signatures_apart()
    {
        byte[] good = Good(Ecdsa);
        Differs(good, TestSigner.WithNumbers(good, static m => Changed(m, 10)));
        Differs(good, TestSigner.WithNumbers(good, static m => Changed(m, m.Length - 1)));
        byte[] rsa = Good(Rsa);
        Differs(rsa, TestSigner.WithNumbers(rsa, static m => Changed(m, m.Length - 1)), Rsa);
        byte[] newer = Good(TestSigner.Ed25519Key());
        int hash = good.AsSpan().IndexOf((byte[])[4, (byte)SignatureType.PositiveCertification, 19, 8]) + 3;
        byte[] otherHash = [.. good];
        otherHash[hash] = 10;
        Differs(good, otherHash);
        Differs(good, newer);

        static void Differs(byte[] good, byte[] other, TestSigner? signer = null) =>
            Assert.Equal((StatementOutcome.Counts, ""), Of(Judge(signer ?? Ecdsa, [.. good, .. other]).Statements[0]));
    }

    /// <summary>Nobody knows where the numbers of an unknown algorithm end: they are read as far as they go.</summary>
    [Fact]
    public void Numbers_of_an_unknown_algorithm_do_no_harm()
    {
        foreach (byte[] numbers in new byte[][] { [], [1], [0xFF, 0xFF, 1], [0, 8, 1, 0, 9], [0, 8, 1, 2] })
        {
            byte[] unknown = TestSigner.WithNumbers(Good(Ecdsa), _ => []);
            int start = unknown.AsSpan().IndexOf((byte[])[4, (byte)SignatureType.PositiveCertification, 19, 8]);
            unknown[start + 2] = 99;
            var statements = Judge(Ecdsa, [.. Good(Ecdsa), .. TestSigner.WithNumbers(unknown, _ => numbers)]).Statements;
            Assert.Equal((StatementOutcome.Counts, ""), Of(statements[0]));
        }
    }

    private static byte[] Good(TestSigner signer) => signer.Certify(UserId, Created + 9, Sign);

    private static byte[] Changed(byte[] material, int index)
    {
        material[index] ^= 1;
        return material;
    }

    private static (StatementOutcome Outcome, string Reason) Of(JudgedStatement statement) => (statement.Outcome, statement.Reason);

    private static JudgedCertificate Judge(TestSigner signer, byte[] statements) =>
        Assert.Single(JudgedKeyFiles
            .Read("key", (byte[])[.. signer.KeyPacket(), .. TestPackets.UserId(UserId), .. statements]).Certificates);
}
