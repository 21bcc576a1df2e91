using System.Security.Cryptography;
using ContainerTrust.Engine.Tests.Sigstore;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Trust;

/// <summary>Certificates of CAs that the verifier accepts nothing by are found before a policy names them.</summary>
public sealed class SetCertificateTests : IDisposable
{
    private static readonly TestCertificate Root = TestCertificate.Authority("Good root");

    private static readonly RequirementOptions Pki = new() { CARootsPath = "/k/roots.pem", SubjectEmail = "dev@example.com" };

    private static readonly RequirementOptions Fulcio = new()
    {
        FulcioCAPath = "/k/roots.pem",
        OidcIssuer = "https://issuer.example.com",
        SubjectEmail = "dev@example.com",
        RekorPublicKeyPaths = ["/k/rekor.pub"],
    };

    private readonly ScratchRoot _root = new();

    public SetCertificateTests() => _root.Write("/k/rekor.pub", TestPemKeys.P256);

    public static TheoryData<string, string, bool> Kinds => UnusableAuthority.Kinds;

    // By path and inside the policy.
    private static IEnumerable<RequirementOptions> Roots => [Pki, Pki with { InlineKey = true }, Fulcio, Fulcio with { InlineKey = true }];

    public void Dispose() => _root.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_root_that_nothing_is_accepted_by_is_refused(string kind, string reason, bool isUnreadable)
    {
        TestCertificate root = UnusableAuthority.Make(kind);
        Assert.False(UnusableAuthority.IsAccepted(UnusableAuthority.SignerOf(root), root.Pem));
        _root.Write("/k/roots.pem", root.Pem);
        foreach (RequirementOptions options in Roots)
        {
            TrustException e = Assert.ThrowsAny<TrustException>(() => Check(options));
            Assert.Equal(isUnreadable ? "NoCertificate" : "NoValidCertificate", e.ErrorId);
            Assert.Contains($"CN=Unusable {kind}", e.Message, StringComparison.Ordinal);
            Assert.Contains(reason, e.Message, StringComparison.Ordinal);
            _root.Warnings.Clear();
            Check(options, force: true);
            Assert.Contains(e.Message, _root.Warnings);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Beside_a_good_root_it_is_named(string kind, string reason, bool isUnreadable)
    {
        TestCertificate root = UnusableAuthority.Make(kind);
        Assert.True(UnusableAuthority.IsAccepted(UnusableAuthority.SignerOf(Root), root.Pem + Root.Pem));
        _root.Write("/k/roots.pem", root.Pem + Root.Pem);
        foreach (RequirementOptions options in Roots)
        {
            _root.Warnings.Clear();
            Check(options);
            string warning = Assert.Single(_root.Warnings);
            Assert.Contains($"CN=Unusable {kind}", warning, StringComparison.Ordinal);
            Assert.Contains(reason, warning, StringComparison.Ordinal);
            Assert.Contains(isUnreadable ? "the other certificates are used" : "No signature that depends on it is accepted", warning,
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_intermediate_refuses_its_file_or_is_named(string kind, string reason, bool isUnreadable)
    {
        TestCertificate middle = TestCertificate.Authority("Good middle", Root);
        TestCertificate unusable = UnusableAuthority.Make(kind, Root);
        bool isRefused = isUnreadable || reason.StartsWith("has no key", StringComparison.Ordinal);
        string file = middle.Pem + unusable.Pem;
        Assert.False(UnusableAuthority.IsAccepted(UnusableAuthority.SignerOf(unusable), Root.Pem, file));
        Assert.Equal(!isRefused, UnusableAuthority.IsAccepted(UnusableAuthority.SignerOf(middle), Root.Pem, file));
        _root.Write("/k/roots.pem", Root.Pem);
        _root.Write("/k/middle.pem", file);
        RequirementOptions byPath = Pki with { CAIntermediatesPath = "/k/middle.pem" };
        foreach (RequirementOptions options in (RequirementOptions[])[byPath, byPath with { InlineKey = true }])
        {
            _root.Warnings.Clear();
            string message = "";
            if (isRefused)
            {
                TrustException e = Assert.ThrowsAny<TrustException>(() => Check(options));
                Assert.Equal("NoCertificate", e.ErrorId);
                message = e.Message;
            }
            else
            {
                Check(options);
                message = Assert.Single(_root.Warnings);
            }

            Assert.Contains($"CN=Unusable {kind}", message, StringComparison.Ordinal);
            Assert.Contains(reason, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_intermediate_that_is_signed_with_SHA_1_is_named_and_a_root_is_not()
    {
        TestCertificate root = TestCertificate.Authority("Old root");
        root.Hash = HashAlgorithmName.SHA1;
        TestCertificate middle = TestCertificate.Authority("Old middle", root);
        middle.Hash = HashAlgorithmName.SHA1;
        Assert.True(UnusableAuthority.IsAccepted(UnusableAuthority.SignerOf(root), root.Pem));
        Assert.False(UnusableAuthority.IsAccepted(UnusableAuthority.SignerOf(middle), root.Pem, middle.Pem));
        _root.Write("/k/roots.pem", root.Pem);
        _root.Write("/k/middle.pem", middle.Pem);
        Check(Pki with { CAIntermediatesPath = "/k/middle.pem" });
        string warning = Assert.Single(_root.Warnings);
        Assert.Contains("CN=Old middle", warning, StringComparison.Ordinal);
        Assert.Contains("an algorithm that is broken or not known", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void The_signers_own_certificate_among_the_roots_is_only_named()
    {
        TestCertificate signer = UnusableAuthority.SignerOf(Root);
        signer.NotAfter = TestCertificate.Begin.AddYears(20);
        Assert.True(UnusableAuthority.IsAccepted(signer, signer.Pem));
        _root.Write("/k/roots.pem", signer.Pem);
        Check(Pki);
        string warning = Assert.Single(_root.Warnings);
        Assert.EndsWith("CN=signer is not a CA certificate, so no signer's certificate can come from it.", warning,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Roots_of_which_each_has_another_fault_are_refused_with_all_of_them()
    {
        TestCertificate ended = TestCertificate.Authority("Ended");
        ended.NotAfter = TestCertificate.Begin;
        _root.Write("/k/roots.pem", ended.Pem + UnusableAuthority.Make("P-192").Pem);
        TrustException e = Assert.ThrowsAny<TrustException>(() => Check(Pki));
        Assert.Equal("NoValidCertificate", e.ErrorId);
        Assert.Contains("can be used now", e.Message, StringComparison.Ordinal);
        Assert.Contains("CN=Ended ended on 2024-03-01; ", e.Message, StringComparison.Ordinal);
        Assert.Contains("CN=Unusable P-192 has no key", e.Message, StringComparison.Ordinal);

        // Signatures of its time count for a Fulcio CA.
        Check(Fulcio);
        Assert.Equal(2, _root.Warnings.Count);
    }

    [Fact]
    public void A_root_with_header_lines_is_passed_over_as_the_verifier_does()
    {
        string headers = Root.Pem.Replace("CERTIFICATE-----\nMI", "CERTIFICATE-----\nName: x\n\nMI", StringComparison.Ordinal);
        Assert.False(UnusableAuthority.IsAccepted(UnusableAuthority.SignerOf(Root), headers));
        _root.Write("/k/roots.pem", headers);
        Assert.Equal("NoCertificate", Assert.ThrowsAny<TrustException>(() => Check(Pki)).ErrorId);
    }

    private void Check(RequirementOptions options, bool force = false)
    {
        TrustStore store = _root.Open();
        store.CheckKeys(store.Requirements.Build(options), force);
    }
}
