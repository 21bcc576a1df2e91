using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>Signatures by public keys, without a log.</summary>
public sealed class SigstoreKeyTests
{
    private static readonly TestKey Key = TestKey.Get("P-256");
    private static readonly SigstoreTrust Trust = SigstoreTrust.FromPublicKeys([Key.Source], null);

    [Theory]
    [InlineData("P-224")]
    [InlineData("P-256")]
    [InlineData("P-384")]
    [InlineData("P-521")]
    [InlineData("RSA-2048")]
    [InlineData("RSA-4096")]
    [InlineData("Ed25519")]
    public void Every_algorithm_verifies_its_own_signatures_only(string kind)
    {
        TestKey key = TestKey.Get(kind);
        SigstoreTrust trust = SigstoreTrust.FromPublicKeys([key.Source], null);
        TestSignature signature = TestSignature.By(key);
        var verification = trust.Verify(signature.Make());
        Assert.Equal((SigstoreProblem.None, true, key.Fingerprint),
            (verification.Problem, verification.IsGood, verification.KeyFingerprint));
        Assert.Equal((TestSignature.Digest, null, null, null, null),
            (verification.Payload!.ManifestDigest, verification.CertificateSubject, verification.CertificateIssuer, verification.LogIndex,
            verification.IntegratedTime));

        // Another payload, another key of the same kind, a damaged signature, a longer and a shorter one.
        TestSignature other = TestSignature.By(key);
        other.Payload = Encoding.UTF8.GetBytes(TestSignature.DefaultPayload.Replace("b:1", "b:2", StringComparison.Ordinal));
        AssertWrong(trust, other);
        if (kind != "RSA-4096")
            AssertWrong(SigstoreTrust.FromPublicKeys([TestKey.Get(kind, "other").Source], null), signature);
        byte[] raw = signature.Raw;
        for (int i = 0; i < raw.Length; i += 7)
        {
            byte[] damaged = [.. raw];
            damaged[i] ^= 0x10;
            AssertWrong(trust, With(damaged));
        }

        AssertWrong(trust, With([.. raw, 0]));
        AssertWrong(trust, With(raw[..^1]));
        AssertWrong(trust, With([.. raw, .. raw]));
        AssertWrong(trust, With([]));
    }

    [Fact]
    public void One_of_several_keys_is_enough()
    {
        string[] kinds = ["P-256", "P-384", "RSA-2048", "Ed25519"];
        SigstoreTrust trust = SigstoreTrust.FromPublicKeys([.. kinds.Select(k => TestKey.Get(k).Source)], null);
        foreach (string kind in kinds)
            Assert.Equal(TestKey.Get(kind).Fingerprint, trust.Verify(TestSignature.By(TestKey.Get(kind)).Make()).KeyFingerprint);
        AssertWrong(trust, TestSignature.By(TestKey.Get("P-521")));
    }

    [Theory]
    [InlineData("P-256", 64)]
    [InlineData("P-521", 132)]
    public void ECDSA_signatures_of_fixed_length_are_taken_too(string kind, int length)
    {
        TestKey key = TestKey.Get(kind);
        byte[] raw = TestSignature.By(key).Raw;
        AsnReader pair = new AsnReader(raw, AsnEncodingRules.DER).ReadSequence();
        byte[] fixedLength = [.. Pad(pair.ReadInteger().ToByteArray(true, true), length / 2),
            .. Pad(pair.ReadInteger().ToByteArray(true, true), length / 2)];
        SigstoreTrust trust = SigstoreTrust.FromPublicKeys([key.Source], null);
        Assert.True(trust.Verify(With(fixedLength).Make()).IsGood);
        AssertWrong(trust, With([.. fixedLength, 0]));
        AssertWrong(trust, With([.. fixedLength, 0, 0]));
        AssertWrong(trust, With(new byte[length]));
    }

    [Fact]
    public void Pairs_of_zeros_and_negative_numbers_are_no_signatures()
    {
        foreach (string hex in (string[])["3006020100020100", "3006020101020100", "30060201FF0201FF", "3000", "3003020101",
            "30060201010201", "300702020001020101", "3080020101020101" + "0000", "0500"])
            AssertWrong(Trust, With(Convert.FromHexString(hex)));
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        TestSignature signature = TestSignature.By(Key);
        signature[SigstoreSignature.SignatureAnnotation] = null;
        Assert.Equal(SigstoreProblem.MissingSignature, Trust.Verify(signature.Make()).Problem);
        foreach (string text in (string[])["&", "AAA", "AA=A", "A A==", "====",
            TestSignature.By(Key)[SigstoreSignature.SignatureAnnotation] + "=", "-_-_"])
        {
            signature[SigstoreSignature.SignatureAnnotation] = text;
            Assert.Equal(SigstoreProblem.MalformedSignature, Trust.Verify(signature.Make()).Problem);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("application/json")]
    [InlineData("Application/vnd.dev.cosign.simplesigning.v1+json")]
    public void Attachments_of_other_types_are_no_signatures(string mimeType)
    {
        TestSignature signature = TestSignature.By(Key);
        signature.MimeType = mimeType;
        Assert.Equal(SigstoreProblem.OtherMediaType, Trust.Verify(signature.Make()).Problem);
    }

    [Fact]
    public void Line_ends_in_base64_do_not_matter()
    {
        TestSignature signature = TestSignature.By(Key);
        signature[SigstoreSignature.SignatureAnnotation] = signature[SigstoreSignature.SignatureAnnotation]!.Insert(10, "\r\n") + "\n";
        Assert.True(Trust.Verify(signature.Make()).IsGood);
    }

    [Theory]
    [InlineData(TestPemKeys.Secp256k1)]
    [InlineData(TestPemKeys.BrainpoolP256r1)]
    [InlineData(TestPemKeys.Ed448)]
    [InlineData(TestPemKeys.X25519)]
    [InlineData("no key")]
    public void Keys_that_cannot_be_used_are_refused_beforehand(string pem)
    {
        var error = Assert.Throws<TrustFormatException>(() =>
            SigstoreTrust.FromPublicKeys([Key.Source, new SigstoreKeySource("bad.pub", Encoding.ASCII.GetBytes(pem))], null));
        Assert.Equal(("NoUsableKey", "bad.pub"), (error.ErrorId, error.Target));
    }

    [Fact]
    public void Keys_that_would_accept_anything_are_refused_beforehand()
    {
        byte[] offCurve = [.. Key.SubjectPublicKeyInfo];
        offCurve[^1] ^= 1;
        byte[] infinity = [.. Key.SubjectPublicKeyInfo];
        infinity.AsSpan()[^64..].Clear();
        byte[] modulus = RSA.Create(2048).ExportParameters(false).Modulus!;
        byte[][] bad = [offCurve, infinity, Rsa(modulus, [1]), Rsa(modulus, [2]), Rsa(modulus[..64], [1, 0, 1]),
            Rsa([1, .. new byte[2100]], [3])];
        foreach (byte[] key in bad)
        {
            SigstoreKeySource source = new("bad.pub", Encoding.ASCII.GetBytes(PemEncoding.WriteString("PUBLIC KEY", key)));
            Assert.Equal("NoUsableKey", Assert.Throws<TrustFormatException>(() => SigstoreTrust.FromPublicKeys([source], null)).ErrorId);
        }
    }

    [Fact]
    public void Reasons_repeat_nothing_that_is_not_verified()
    {
        TestSignature signature = TestSignature
            .By(TestKey.Get("P-384"), TestSignature.DefaultPayload.Replace("maker", "EVIL", StringComparison.Ordinal));
        signature["dev.example/EVIL"] = "EVIL";
        signature[SigstoreSignature.BundleAnnotation] = """{"EVIL":1}""";
        signature[SigstoreSignature.CertificateAnnotation] = "-----BEGIN EVIL-----\nAAAA\n-----END EVIL-----\n";
        TestCertificate root = TestCertificate.Authority("root");
        foreach (SigstoreTrust trust in (SigstoreTrust[])[Trust, SigstoreTrust.FromPublicKeys([Key.Source], [Key.Source]),
            SigstoreTrust.FromFulcio(root.Source, "i", "e", [Key.Source]), SigstoreTrust.FromPki(root.Source, null, "e", null)])
        {
            var verification = trust.Verify(signature.Make());
            Assert.False(verification.IsGood);
            Assert.DoesNotContain("EVIL", verification.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void One_trust_serves_many_threads()
    {
        SigstoreTrust trust = SigstoreTrust.FromPublicKeys([TestKey.Get("RSA-2048").Source, Key.Source, TestKey.Get("Ed25519").Source],
            null);
        SigstoreSignature good = TestSignature.By(Key).Make();
        SigstoreSignature bad = TestSignature.By(TestKey.Get("P-384")).Make();
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 8 },
            i => Assert.Equal(i % 2 == 0, trust.Verify(i % 2 == 0 ? good : bad).IsGood));
    }

    private static byte[] Rsa(byte[] modulus, byte[] exponent)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.1.1");
                writer.WriteNull();
            }

            AsnWriter key = new(AsnEncodingRules.DER);
            using (key.PushSequence())
            {
                key.WriteIntegerUnsigned(modulus);
                key.WriteIntegerUnsigned(exponent);
            }

            writer.WriteBitString(key.Encode());
        }

        return writer.Encode();
    }

    private static byte[] Pad(byte[] number, int length) => [.. new byte[length - number.Length], .. number];

    private static TestSignature With(byte[] raw)
    {
        TestSignature signature = new();
        signature[SigstoreSignature.SignatureAnnotation] = Convert.ToBase64String(raw);
        return signature;
    }

    private static void AssertWrong(SigstoreTrust trust, TestSignature signature)
    {
        var verification = trust.Verify(signature.Make());
        Assert.Equal((SigstoreProblem.WrongSignature, false, null, null),
            (verification.Problem, verification.IsGood, verification.Payload, verification.KeyFingerprint));
    }
}
