using System.Text;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>Every sigstore fixture of the reference, with the verdicts of its own tests.</summary>
public sealed class SigstoreCorpusTests
{
    private const string Issuer = "https://github.com/login/oauth";
    private const string Email = "mitr@redhat.com";

    // The log took the Fulcio fixture in within its certificate's ten minutes.
    private static SigstoreTrust Fulcio(string issuer = Issuer, string email = Email, SigstoreKeySource? ca = null,
        params SigstoreKeySource[] rekor) =>
        SigstoreTrust.FromFulcio(ca ?? SigstoreCorpus.Source("fulcio_v1.crt.pem"), issuer, email,
            rekor.Length > 0 ? rekor : [SigstoreCorpus.Rekor]);

    private static SigstoreTrust Pki(bool intermediates = true, string? email = "qiwan@redhat.com", string? host = "myhost.example.com") =>
        SigstoreTrust.FromPki(SigstoreCorpus.Source("pki_root_crts.pem"), intermediates ? SigstoreCorpus.Source("pki_intermediate_crts.pem")
            : null, email, host);

    [SkippableTheory]
    [InlineData("dir-img-cosign-valid/signature-1", "192.168.64.2:5000/cosign-signed-single-sample")]
    [InlineData("dir-img-cosign-valid-2/signature-1", "192.168.64.2:5000/cosign-signed-single-sample")]
    [InlineData("dir-img-cosign-valid-2/signature-2", "192.168.64.2:5000/cosign-signed-single-sample")]
    [InlineData("dir-img-cosign-valid-with-tag/signature-1", "192.168.64.2:5000/skopeo-signed:tag")]
    [InlineData("dir-img-cosign-mixed/signature-2", "192.168.64.2:5000/cosign-signed-single-sample")]
    [InlineData("dir-img-cosign-no-manifest/signature-1", "192.168.64.2:5000/cosign-signed-single-sample")]
    [InlineData("dir-img-cosign-modified-manifest/signature-1", "192.168.64.2:5000/cosign-signed-single-sample")]
    [InlineData("dir-img-cosign-manifest-digest-error/signature-1", "192.168.64.2:5000/cosign-signed-single-sample")]
    public void Good_signatures_by_a_key(string name, string reference)
    {
        foreach (string[] keys in (string[][])[["cosign.pub"], ["cosign.pub", "cosign2.pub"], ["cosign2.pub", "cosign.pub"]])
        {
            var verification = SigstoreTrust.FromPublicKeys([.. keys.Select(SigstoreCorpus.Source)], null)
                .Verify(SigstoreCorpus.Signature(name));
            Assert.Equal((SigstoreProblem.None, reference), (verification.Problem, verification.Payload?.DockerReference));
            Assert.Equal("sha256:634a8f35b5f16dcf4aaa0822adc0b1964bb786fca12f6831de8ddc45e5986a00", verification.Payload!.ManifestDigest);
            Assert.Equal(PemPublicKeyReader.Read(SigstoreCorpus.Read("cosign.pub"), "cosign.pub").Keys[0].Fingerprint,
                verification.KeyFingerprint);
        }
    }

    [SkippableFact]
    public void What_skopeo_adds_to_the_claim_is_read()
    {
        var payload = SigstoreTrust.FromPublicKeys([SigstoreCorpus.Source("cosign.pub")], null)
            .Verify(SigstoreCorpus.Signature("dir-img-cosign-valid-with-tag/signature-1")).Payload!;
        Assert.Equal(("containers/image 5.21.2-dev", DateTimeOffset.FromUnixTimeSeconds(1657296609)), (payload.Creator, payload.Timestamp));
    }

    [SkippableTheory]
    [InlineData("dir-img-cosign-mixed/signature-1", nameof(SigstoreProblem.WrongSignature))]
    [InlineData("unknown-cosign-key.signature", nameof(SigstoreProblem.WrongSignature))]
    [InlineData("dir-img-cosign-key-rekor-valid/signature-1", nameof(SigstoreProblem.WrongSignature))]
    [InlineData("dir-img-cosign-pki-valid/signature-1", nameof(SigstoreProblem.WrongSignature))]
    [InlineData("dir-img-cosign-other-attachment/signature-1", nameof(SigstoreProblem.OtherMediaType))]
    public void Signatures_that_the_key_did_not_make(string name, string problem)
    {
        var verification = SigstoreTrust.FromPublicKeys([SigstoreCorpus.Source("cosign.pub")], null).Verify(SigstoreCorpus.Signature(name));
        Assert.Equal((problem, null, null), (verification.Problem.ToString(), verification.Payload, verification.KeyFingerprint));
    }

    [SkippableFact]
    public void A_key_and_a_log()
    {
        var signature = SigstoreCorpus.Signature("dir-img-cosign-key-rekor-valid/signature-1");
        foreach (string[] keys in (string[][])[["cosign2.pub"], ["cosign2.pub", "cosign.pub"], ["cosign.pub", "cosign2.pub"]])
        {
            SigstoreKeySource[] sources = [.. keys.Select(SigstoreCorpus.Source)];
            foreach (SigstoreKeySource[] logs in (SigstoreKeySource[][])[[SigstoreCorpus.Rekor], [SigstoreCorpus.Rekor, sources[0]],
                [sources[0], SigstoreCorpus.Rekor]])
            {
                var verification = SigstoreTrust.FromPublicKeys(sources, logs).Verify(signature);
                Assert.Equal((SigstoreProblem.None, "192.168.64.2:5000/cosign-signed/key-1"),
                    (verification.Problem, verification.Payload?.DockerReference));
                Assert.NotNull(verification.LogIndex);
                Assert.Equal(2023, verification.IntegratedTime!.Value.Year);
            }

            Assert.Equal(SigstoreProblem.LogEntryNotSigned, SigstoreTrust.FromPublicKeys(sources, [SigstoreCorpus.Source("cosign.pub")])
                .Verify(signature).Problem);
        }

        SigstoreTrust trust = SigstoreTrust.FromPublicKeys([SigstoreCorpus.Source("cosign.pub"), SigstoreCorpus.Source("cosign2.pub")],
            [SigstoreCorpus.Rekor]);
        Assert.Equal(SigstoreProblem.MissingLogEntry,
            trust.Verify(SigstoreCorpus.With(signature, SigstoreSignature.BundleAnnotation, null)).Problem);
        Assert.Equal(SigstoreProblem.MalformedLogEntry,
            trust.Verify(SigstoreCorpus.With(signature, SigstoreSignature.BundleAnnotation, "this is not a valid SET")).Problem);

        // The entry of a signature by one accepted key, under a signature by another.
        var other = SigstoreCorpus.With(
            SigstoreCorpus.Signature("dir-img-cosign-valid/signature-1"), SigstoreSignature.BundleAnnotation,
            signature.UntrustedAnnotations[SigstoreSignature.BundleAnnotation]);
        Assert.Equal(SigstoreProblem.LogEntryOtherSignature, trust.Verify(other).Problem);
    }

    [SkippableFact]
    public void Certificates_of_Fulcio()
    {
        var signature = SigstoreCorpus.Signature("dir-img-cosign-fulcio-rekor-valid/signature-1");
        var cosign = SigstoreCorpus.Source("cosign.pub");
        foreach (SigstoreKeySource[] logs in (SigstoreKeySource[][])[[SigstoreCorpus.Rekor], [SigstoreCorpus.Rekor, cosign],
            [cosign, SigstoreCorpus.Rekor]])
        {
            var verification = Fulcio(rekor: logs).Verify(signature);
            Assert.Equal((SigstoreProblem.None, "192.168.64.2:5000/cosign-signed/fulcio-rekor-1"),
                (verification.Problem, verification.Payload?.DockerReference));
            Assert.Equal((Email, Issuer), (verification.CertificateSubject, verification.CertificateIssuer));
        }

        string chain = signature.UntrustedAnnotations[SigstoreSignature.ChainAnnotation];
        var withoutChain = SigstoreCorpus.With(signature, SigstoreSignature.ChainAnnotation, null);
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, Fulcio().Verify(withoutChain).Problem);

        // Trusting the intermediate CA itself is as good as a chain.
        Assert.True(Fulcio(ca: new SigstoreKeySource("chain", Encoding.ASCII.GetBytes(chain))).Verify(withoutChain).IsGood);
        string intermediate = chain[..(chain.IndexOf("-----END CERTIFICATE-----", StringComparison.Ordinal) + 26)];
        Assert.True(Fulcio(ca: new SigstoreKeySource("intermediate", Encoding.ASCII.GetBytes(intermediate))).Verify(withoutChain).IsGood);

        Assert.Equal(SigstoreProblem.MissingLogEntry,
            Fulcio().Verify(SigstoreCorpus.With(signature, SigstoreSignature.BundleAnnotation, null)).Problem);
        Assert.Equal(SigstoreProblem.MissingCertificate,
            Fulcio().Verify(SigstoreCorpus.With(signature, SigstoreSignature.CertificateAnnotation, null)).Problem);
        Assert.Equal(SigstoreProblem.MalformedCertificate,
            Fulcio().Verify(SigstoreCorpus.With(signature, SigstoreSignature.CertificateAnnotation,
            "this is not a valid certificate")).Problem);
        Assert.Equal(SigstoreProblem.MalformedCertificate,
            Fulcio().Verify(SigstoreCorpus.With(signature, SigstoreSignature.ChainAnnotation, "this is not a valid chain")).Problem);
        Assert.Equal(SigstoreProblem.MalformedLogEntry,
            Fulcio().Verify(SigstoreCorpus.With(signature, SigstoreSignature.BundleAnnotation, "this is not a valid SET")).Problem);
        Assert.Equal(SigstoreProblem.CertificateSubject, Fulcio(email: "this-does-not-match@example.com").Verify(signature).Problem);
        Assert.Equal(SigstoreProblem.CertificateIssuer, Fulcio(issuer: "https://example.com").Verify(signature).Problem);
        Assert.Equal(SigstoreProblem.LogEntryNotSigned, Fulcio(rekor: cosign).Verify(signature).Problem);
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, Fulcio(ca: SigstoreCorpus.Source("pki_root_crts.pem"))
            .Verify(signature).Problem);
    }

    [SkippableTheory]
    [InlineData(1670870899, null)]
    [InlineData(1670870898, null)]
    [InlineData(1670871498, null)]
    [InlineData(1670870897, nameof(SigstoreProblem.CertificateNotTimely))]
    [InlineData(1670871499, nameof(SigstoreProblem.CertificateNotTimely))]
    public void A_Fulcio_certificate_counts_at_its_time_only(long time, string? problem)
    {
        FulcioTrust trust = new(PemCertificates.ReadPool(SigstoreCorpus.Source("fulcio_v1.crt.pem"), []), Issuer, Email);
        SigstoreCertificate leaf = UntrustedCertificates.ReadLeaf(Encoding.ASCII.GetString(SigstoreCorpus.Read("fulcio-cert")));
        var chain = UntrustedCertificates.ReadIntermediates(Encoding.ASCII.GetString(SigstoreCorpus.Read("fulcio-chain")));
        var at = DateTimeOffset.FromUnixTimeSeconds(time);
        if (problem is null)
            trust.Verify(leaf, chain, at);
        else
            Assert.Equal(problem, Assert.Throws<SigstoreRefusal>(() => trust.Verify(leaf, chain, at)).Problem.ToString());
    }

    [SkippableFact]
    public void Certificates_of_an_own_PKI()
    {
        var signature = SigstoreCorpus.Signature("dir-img-cosign-pki-valid/signature-1");
        var withoutChain = SigstoreCorpus.With(signature, SigstoreSignature.ChainAnnotation, null);
        foreach (var (trust, given) in new[] { (Pki(), signature), (Pki(), withoutChain), (Pki(intermediates: false), signature),
            (Pki(email: null), signature), (Pki(host: null), signature) })
        {
            var verification = trust.Verify(given);
            Assert.Equal((SigstoreProblem.None, "localhost:5000/test"), (verification.Problem, verification.Payload?.DockerReference));
            Assert.Contains("Linuxera Root", verification.CertificateIssuer, StringComparison.Ordinal);
            Assert.Null(verification.IntegratedTime);
        }

        Assert.Equal(SigstoreProblem.CertificateNotTrusted, Pki(intermediates: false).Verify(withoutChain).Problem);
        Assert.Equal(SigstoreProblem.MissingCertificate,
            Pki().Verify(SigstoreCorpus.With(signature, SigstoreSignature.CertificateAnnotation, null)).Problem);
        Assert.Equal(SigstoreProblem.MalformedCertificate,
            Pki().Verify(SigstoreCorpus.With(signature, SigstoreSignature.ChainAnnotation, "not a certificate")).Problem);
        Assert.Equal(SigstoreProblem.MalformedCertificate,
            Pki().Verify(SigstoreCorpus.With(signature, SigstoreSignature.CertificateAnnotation, "not a certificate")).Problem);
        Assert.Equal(SigstoreProblem.CertificateSubject, Pki(email: "other@redhat.com").Verify(signature).Problem);
        Assert.Equal(SigstoreProblem.CertificateSubject, Pki(host: "other.example.com").Verify(signature).Problem);
        Assert.Equal(SigstoreProblem.CertificateNotTimely,
            Pki().Verify(signature, new DateTimeOffset(2052, 2, 16, 14, 28, 44, TimeSpan.Zero)).Problem);
        Assert.True(Pki().Verify(signature, new DateTimeOffset(2052, 2, 16, 14, 28, 0, TimeSpan.Zero)).IsGood);
    }

    [SkippableFact]
    public void What_the_reference_refuses_as_trust_is_refused()
    {
        var key = SigstoreCorpus.Source("cosign.pub");
        var noKey = SigstoreCorpus.Source("image.signature");
        Assert.Equal("NoUsableKey", Assert.Throws<TrustFormatException>(() => SigstoreTrust.FromPublicKeys([noKey, key], null)).ErrorId);
        Assert.Equal("NoUsableKey", Assert.Throws<TrustFormatException>(() => SigstoreTrust.FromPublicKeys([key, noKey], null)).ErrorId);
        Assert.Equal("NoUsableKey",
            Assert.Throws<TrustFormatException>(() => SigstoreTrust.FromPublicKeys([key], [SigstoreCorpus.Rekor, noKey])).ErrorId);
        var rsa = Assert.Throws<TrustFormatException>(() =>
            SigstoreTrust.FromPublicKeys([key], [SigstoreCorpus.Source("some-rsa-key.pub")]));
        Assert.Contains("ECDSA", rsa.Message, StringComparison.Ordinal);
        Assert.Equal("NoUsableCertificate", Assert.Throws<TrustFormatException>(() => Fulcio(ca: noKey)).ErrorId);
        Assert.Equal("NoUsableCertificate",
            Assert.Throws<TrustFormatException>(() => SigstoreTrust.FromPki(noKey, null, "a@example.com", null)).ErrorId);
        Assert.Equal("NoUsableCertificate",
            Assert.Throws<TrustFormatException>(() =>
            SigstoreTrust.FromPki(SigstoreCorpus.Source("pki_root_crts.pem"), noKey, "a@example.com", null)).ErrorId);
        Assert.Equal("InvalidIdentity", Assert.Throws<TrustException>(() => Pki(email: null, host: "")).ErrorId);
        Assert.Equal("InvalidIdentity", Assert.Throws<TrustException>(() => Fulcio(issuer: "")).ErrorId);
        Assert.Equal("InvalidIdentity", Assert.Throws<TrustException>(() => Fulcio(email: "")).ErrorId);
        Assert.Equal("NoUsableKey", Assert.Throws<TrustException>(() => SigstoreTrust.FromPublicKeys([], null)).ErrorId);
        Assert.Equal("NoUsableKey", Assert.Throws<TrustException>(() => SigstoreTrust.FromPublicKeys([key], [])).ErrorId);
        Assert.Equal("NoUsableKey",
            Assert.Throws<TrustException>(() => SigstoreTrust.FromFulcio(SigstoreCorpus.Source("fulcio_v1.crt.pem"), Issuer, Email,
            [])).ErrorId);
    }
}
