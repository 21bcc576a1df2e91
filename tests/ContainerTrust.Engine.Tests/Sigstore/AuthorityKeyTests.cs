using System.Formats.Asn1;
using System.Security.Cryptography;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>Keys of CAs, which are held to what a signer's key must be, wherever on the path they are.</summary>
public sealed class AuthorityKeyTests
{
    private const string Email = "user@example.com";

    private static readonly TestCertificate Root = TestCertificate.Authority("key root");

    [Theory]
    [InlineData("P-192")]
    [InlineData("secp256k1")]
    public void N7_CAs_on_curves_that_Go_does_not_know(string kind) => AssertRefused(kind, "on the curve");

    [Theory]
    [InlineData("RSA-512")]
    [InlineData("RSA-768")]
    [InlineData("RSA-1016")]
    public void N8_CAs_with_RSA_keys_that_can_be_factored(string kind) => AssertRefused(kind, $"its RSA key has {kind[4..]} bits");

    [Theory]
    [InlineData("RSA-1024")]
    [InlineData("RSA-2048")]
    [InlineData("RSA-2056")]
    [InlineData("P-224")]
    [InlineData("Ed25519")]
    public void Keys_that_the_reference_takes_are_taken(string kind)
    {
        TestCertificate root = TestCertificate.Authority("key root " + kind, null, kind);
        TestCertificate ca = TestCertificate.Authority("key CA " + kind, root, kind);
        foreach (SigstoreVerification verification in (SigstoreVerification[])[Judge(ca, root, ca, root), Judge(root, root)])
            Assert.True(verification.IsGood, verification.Reason);
    }

    [Fact]
    public void An_RSA_exponent_of_one_is_no_key()
    {
        using var rsa = RSA.Create(2048);
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(rsa.ExportParameters(false).Modulus);
            writer.WriteInteger(1);
        }

        TestKey odd = TestKey.Public("RSA-2048", PublicKeyInfo(writer.Encode()));
        TestCertificate ca = new() { Name = "exponent", Key = odd, Issuer = Root, NotBefore = Root.NotBefore, NotAfter = Root.NotAfter };
        ca.Extensions.AddRange(Root.Extensions);
        SigstoreVerification verification = JudgeLeaf(Leaf(ca, TestKey.Get("RSA-2048")), Root, ca, Root);
        Assert.Equal(SigstoreProblem.CertificateKey, verification.Problem);
    }

    [Fact]
    public void A_point_that_is_not_on_its_curve_is_no_key()
    {
        byte[] info = [.. TestKey.Get("P-256", "off").SubjectPublicKeyInfo];
        info[^1] ^= 1;
        TestKey off = TestKey.Public("P-256", info);
        TestCertificate ca = new() { Name = "off", Key = off, Issuer = Root, NotBefore = Root.NotBefore, NotAfter = Root.NotAfter };
        ca.Extensions.AddRange(Root.Extensions);
        SigstoreVerification verification = JudgeLeaf(Leaf(ca, TestKey.Get("P-256", "off")), Root, ca, Root);
        Assert.Equal(SigstoreProblem.CertificateKey, verification.Problem);
    }

    [Fact]
    public void Another_path_is_tried_where_a_CA_has_a_broken_key()
    {
        TestCertificate weak = TestCertificate.Authority("twin", Root, "RSA-512");
        TestCertificate strong = TestCertificate.Authority("twin", Root);
        TestSignature signature = TestSignature.By(TestKey.Get("P-256")).With(Leaf(strong), weak, strong, Root);
        Assert.True(SigstoreTrust.FromPki(Root.Source, null, Email, null).Verify(signature.Make(), TestCertificate.Begin).IsGood);
    }

    [Theory]
    [InlineData("P-192", false)]
    [InlineData("secp256k1", false)]
    [InlineData("RSA-512", true)]
    public void A_CA_that_no_path_needs_is_refused_where_Go_cannot_read_it(string kind, bool isRead)
    {
        TestCertificate ca = TestCertificate.Authority("needed", Root),
        unused = TestCertificate.Authority("not needed " + kind, Root, kind);
        TestCertificate unusedRoot = TestCertificate.Authority("not needed root " + kind, null, kind);
        foreach (TestCertificate[] chain in (TestCertificate[][])[[unused, ca, Root], [ca, unused, Root], [ca, unusedRoot]])
        {
            SigstoreVerification verification = Judge(ca, Root, chain);
            Assert.Equal(isRead ? SigstoreProblem.None : SigstoreProblem.CertificateKey, verification.Problem);
        }
    }

    // As an intermediate of the signature, as the policy's root, and above a CA that is sound. As an intermediate of the policy it
    // refuses the whole file.
    private static void AssertRefused(string kind, string reason)
    {
        TestCertificate weakRoot = TestCertificate.Authority("weak root " + kind, null, kind);
        TestCertificate weak = TestCertificate.Authority("weak " + kind, Root, kind);
        TestCertificate below = TestCertificate.Authority("below " + kind, weakRoot);
        SigstoreVerification[] verifications =
        [
            Judge(weak, Root, weak, Root),
            Judge(weakRoot, weakRoot),
            Judge(below, weakRoot, below, weakRoot),
        ];
        TestCertificate unused = TestCertificate.Authority("unused " + kind, Root);
        foreach (string file in (string[])[weak.Pem, unused.Pem + weak.Pem])
        {
            var e = Assert.Throws<TrustFormatException>(() =>
                SigstoreTrust.FromPki(Root.Source, TestCertificate.SourceOf(file), Email, null));
            Assert.Equal("NoUsableCertificate", e.ErrorId);
            Assert.Contains($"CN=weak {kind}) has no key that can be used", e.Problem, StringComparison.Ordinal);
            Assert.Contains(reason, e.Problem, StringComparison.Ordinal);
        }

        foreach (SigstoreVerification verification in verifications)
        {
            Assert.Equal(SigstoreProblem.CertificateKey, verification.Problem);
            Assert.Contains("A CA's certificate has no key that can be used", verification.Reason, StringComparison.Ordinal);
            Assert.Contains(reason, verification.Reason, StringComparison.Ordinal);
        }
    }

    private static byte[] PublicKeyInfo(byte[] rsaKey)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.1.1");
                writer.WriteNull();
            }

            writer.WriteBitString(rsaKey);
        }

        return writer.Encode();
    }

    private static SigstoreVerification Judge(TestCertificate issuer, TestCertificate root, params TestCertificate[] chain) =>
        JudgeLeaf(Leaf(issuer), root, chain);

    private static SigstoreVerification JudgeLeaf(TestCertificate leaf, TestCertificate root, params TestCertificate[] chain) =>
        SigstoreTrust.FromPki(root.Source, null, Email, null)
            .Verify(TestSignature.By(leaf.Key).With(leaf, chain).Make(), TestCertificate.Begin);

    private static TestCertificate Leaf(TestCertificate issuer, TestKey? signer = null)
    {
        TestCertificate leaf = new() { Issuer = issuer, Signer = signer };
        leaf.Extensions.Add(TestCertificate.CodeSigning);
        leaf.Extensions.Add(TestCertificate.Email(Email));
        return leaf;
    }
}
