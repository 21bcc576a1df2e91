using System.Text;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.ImagePolicies;
using ContainerTrust.Engine.Sigstore.X509;
using ContainerTrust.Engine.Tests.OpenPgp;
using ContainerTrust.Engine.Tests.Sigstore;

namespace ContainerTrust.Engine.Tests.ImagePolicies;

/// <summary>Which keys and certificates get into a document.</summary>
public sealed class PolicySourcesTests : IDisposable
{
    private readonly PolicyHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_key_of_another_host_is_taken_only_if_it_is_known_to_be_the_same()
    {
        ImageTrust foreign = PolicyHost.Entry("quay.example.com") with { ComputerName = "web1.example.com" };
        TrustException unknown = _host.Refusal(foreign);
        Assert.Equal("FileOnAnotherHost", unknown.ErrorId);
        Assert.Contains("web1.example.com", unknown.Message, StringComparison.Ordinal);

        TrustKey key = Key(TestPemKeys.P256);
        Assert.Contains(_host.Data("/keys/cosign.pub"), _host.One(foreign with { Keys = [key] }).Yaml, StringComparison.Ordinal);
        Assert.Equal("KeyMismatch", _host.Refusal(foreign with { Keys = [Key(TestPemKeys.P384)] }).ErrorId);
        Assert.Equal("FileOnAnotherHost", _host.Refusal(foreign with { Keys = [key with { Path = "/keys/other.pub" }] }).ErrorId);

        _host.One(PolicyHost.Entry("quay.example.com", new SigstoreSignedRequirement
            { KeyData = _host.Data("/keys/cosign.pub") }) with { ComputerName = "web1.example.com" });
    }

    [Fact]
    public void A_key_that_changed_since_the_entry_was_read_is_refused_here_too()
    {
        ImageTrust entry = PolicyHost.Entry("quay.example.com") with { Keys = [Key(TestPemKeys.P256)] };
        _host.One(entry);
        _host.Write("/keys/cosign.pub", TestPemKeys.P521);
        TrustException error = _host.Refusal(entry);
        Assert.Equal("KeyMismatch", error.ErrorId);
        Assert.Contains("29C78D51E0A25F8B", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rekor_keys_and_certificates_of_another_host_are_refused()
    {
        ImageTrust rekor = PolicyHost.Entry("quay.example.com", PolicyHost.ByKey() with { RekorPublicKeyPath = "/keys/rekor.pub" });
        Assert.Equal("FileOnAnotherHost", _host.Refusal(rekor with { ComputerName = "web1", Keys = [Key(TestPemKeys.P256)] }).ErrorId);
        Assert.Equal("FileOnAnotherHost",
            _host.Refusal(PolicyHost.Entry("quay.example.com", PolicyHost.ByPki()) with { ComputerName = "web1" }).ErrorId);
        ImageTrust gone = PolicyHost.Entry("quay.example.com", new SigstoreSignedRequirement { KeyPath = "/keys/gone.pub" });
        Assert.Equal("FileOnAnotherHost", _host.Refusal(gone with { ComputerName = "web1" }).ErrorId);

        // An entry that was made by hand, and host names in capitals, are of this host.
        _host.One(PolicyHost.Entry("quay.example.com", PolicyHost.ByPki()) with { ComputerName = "web1", PolicyPath = null });
        _host.One(PolicyHost.Entry("quay.example.com", PolicyHost.ByPki()) with { ComputerName = "NODE.example.com" });
    }

    [SkippableTheory]
    [InlineData("comment\n", "")]
    [InlineData("", "\n\n")]
    [InlineData("", "\ntrailing words")]
    [InlineData("-----BEGIN DAMAGED-----\n****\n-----END DAMAGED-----\n", "\n")]
    [InlineData("\uFEFF\n", "\n")]
    [InlineData("", "\n" + TestPemKeys.P521 + "\n")]
    public void What_is_around_a_key_is_left_out(string before, string after)
    {
        _host.Write("/keys/cosign.pub", before + TestPemKeys.P256 + after);
        AssertKey(TestPemKeys.P256 + "\n");
    }

    [SkippableFact]
    public void Line_ends_that_the_schema_refuses_are_written_anew()
    {
        _host.Write("/keys/cosign.pub", TestPemKeys.P256.ReplaceLineEndings("\r\n") + "\r\n");
        AssertKey(TestPemKeys.P256 + "\n");
    }

    [SkippableFact]
    public void A_key_that_the_schema_takes_stays_byte_for_byte()
    {
        _host.Write("/keys/cosign.pub", TestPemKeys.P256);
        AssertKey(TestPemKeys.P256);
    }

    [SkippableFact]
    public void A_PKCS1_key_becomes_the_same_key_in_the_form_that_the_schema_takes()
    {
        _host.Write("/keys/cosign.pub", TestPemKeys.RsaPkcs1);
        AssertKey(TestPemKeys.Rsa + "\n");
    }

    [SkippableFact]
    public void Text_around_certificates_is_left_out()
    {
        string bundle = $"Certificate:\n    Data:\n        Version: 3 (0x2)\n{TestCertificates.Root}\n# " +
            $"next\n{TestCertificates.Intermediate.ReplaceLineEndings("\r\n")}\nend";
        Assert.Equal(TestCertificates.Root + TestCertificates.Intermediate, Roots(bundle));
        Assert.Equal(TestCertificates.Root + "\n" + TestCertificates.Intermediate,
            Roots(TestCertificates.Root + "\n" + TestCertificates.Intermediate));
    }

    [Theory]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "InvalidCertificate", 1)]
    [InlineData("x\n-----BEGIN TRUSTED CERTIFICATE-----\nAAAA\n-----END TRUSTED CERTIFICATE-----\n", "InvalidCertificate", 2)]
    [InlineData(" -----BEGIN CERTIFICATE-----\n", "InvalidCertificate", 1)]
    [InlineData("-----END CERTIFICATE-----\n", "InvalidCertificate", 1)]
    [InlineData("-----BEGIN CERTIFICATE-----\n\n", "InvalidCertificate", 1)]
    [InlineData("", "NoCertificate", 0)]
    [InlineData("../roots.pem", "NoCertificate", 0)]
    public void What_is_no_certificate_is_named_by_line(string text, string errorId, int line)
    {
        TrustException error = Assert.ThrowsAny<TrustException>(() => CertificateBundle.Read(Encoding.UTF8.GetBytes(text), "ca.pem"));
        Assert.Equal((errorId, "ca.pem"), (error.ErrorId, error.Target));
        Assert.Equal(line, (error as TrustFormatException)?.Line ?? 0);
    }

    [Fact]
    public void A_damaged_certificate_beside_a_good_one_is_refused_as_none_may_be_dropped_unseen()
    {
        string good = TestCertificates.Root;
        byte[] der = Convert.FromBase64String(string.Concat(good.Split('\n')[1..^2]));
        string[] damaged =
        [
            good.Replace("-----BEGIN CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n\n",
                StringComparison.Ordinal),
            $"-----BEGIN CERTIFICATE-----\n{Convert.ToBase64String([.. der, 0])}\n-----END CERTIFICATE-----\n",
            $"-----BEGIN CERTIFICATE-----\n{Convert.ToBase64String(der[..^1])}\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\n" + good,
        ];
        foreach (string bad in damaged)
        {
            Assert.Equal("InvalidCertificate",
                Assert.ThrowsAny<TrustException>(() => CertificateBundle.Read(Encoding.UTF8.GetBytes(good + bad), "ca.pem")).ErrorId);
            Assert.Equal("InvalidCertificate",
                Assert.ThrowsAny<TrustException>(() => CertificateBundle.Read(Encoding.UTF8.GetBytes(bad + good), "ca.pem")).ErrorId);
        }
    }

    [SkippableFact]
    public void Real_keys_and_certificates_give_valid_documents()
    {
        CrdSchema schema = CrdSchema.Of("ClusterImagePolicy");
        foreach (string name in (string[])["cosign.pub", "cosign2.pub", "some-rsa-key.pub", "fulcio_v1.crt.pem", "pki_root_crts.pem",
            "pki_intermediate_crts.pem"])
            _host.Write("/real/" + name, Encoding.Latin1.GetString(Corpus.Read("containers-image/" + name)));
        ImageTrust[] entries =
        [
            PolicyHost.Entry("a.example.com", new SigstoreSignedRequirement
                { KeyPath = "/real/cosign.pub", RekorPublicKeyPath = "/real/cosign2.pub" }),
            PolicyHost.Entry("b.example.com", new SigstoreSignedRequirement
                { KeyPath = "/real/some-rsa-key.pub", SignedIdentity = new MatchRepositoryIdentity() }),
            PolicyHost.Entry("c.example.com",
                PolicyHost.ByFulcio() with { Fulcio = PolicyHost.ByFulcio().Fulcio! with { CaPath = "/real/fulcio_v1.crt.pem" },
                RekorPublicKeyPath = "/real/cosign2.pub" }),
            PolicyHost.Entry("d.example.com",
                PolicyHost.ByPki() with { Pki = PolicyHost.ByPki().Pki! with { CaRootsPath = "/real/pki_root_crts.pem",
                CaIntermediatesPath = "/real/pki_intermediate_crts.pem" } }),
        ];
        ImagePolicyConversion conversion = _host.Convert(entries);
        Assert.Empty(conversion.Refusals);
        Assert.Equal(4, conversion.Documents.Count);
        foreach (ImagePolicyDocument document in conversion.Documents)
            Assert.Empty(schema.Faults(document.Yaml));
    }

    private static TrustKey Key(string pem) =>
        PemPublicKeyReader.Read(Encoding.ASCII.GetBytes(pem), "key").Keys[0] with { Path = "/keys/cosign.pub" };

    private void AssertKey(string pem)
    {
        ImagePolicyDocument document = _host.One(PolicyHost.Entry("quay.example.com"));
        string data = CrdSchema.Value(CrdSchema.Parse(document.Yaml), "spec.policy.rootOfTrust.publicKey.keyData")!;
        Assert.Equal(pem, Encoding.UTF8.GetString(Convert.FromBase64String(data)));
        Assert.Empty(CrdSchema.Of("ClusterImagePolicy").Faults(document.Yaml));
    }

    private string Roots(string bundle)
    {
        _host.Write("/keys/ca.pem", bundle);
        ImagePolicyDocument document = _host.One(PolicyHost.Entry("quay.example.com", PolicyHost.ByPki()));
        Assert.Empty(CrdSchema.Of("ClusterImagePolicy").Faults(document.Yaml));
        return Encoding.UTF8.GetString(Convert
            .FromBase64String(CrdSchema.Value(CrdSchema.Parse(document.Yaml), "spec.policy.rootOfTrust.pki.caRootsData")!));
    }
}
