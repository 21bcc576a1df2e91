using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Tests.Sigstore;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Tests.Verification;

/// <summary>A trusted root that the caller names: what is refused beside it, and what a result says of it.</summary>
public sealed class CallerCertificatesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("containertrust-certificates").FullName;
    private readonly SignerCertificates _signer;

    public CallerCertificatesTests()
    {
        File.WriteAllText($"{_directory}/trusted_root.json", new TestInstance().TrustedRoot());
        File.WriteAllText($"{_directory}/policy.json", """{"default":[{"type":"reject"}]}""");
        _signer = new SignerCertificates
        {
            TrustedRootPath = $"{_directory}/trusted_root.json", OidcIssuer = TestInstance.Issuer, SubjectEmail = TestInstance.Email,
        };
    }

    public void Dispose() => Directory.Delete(_directory, true);

    [Fact]
    public void The_requirement_names_no_file_that_podman_would_take_for_something_else()
    {
        TrustRequirement requirement = Assert.Single(CallerCertificates.ToRequirements(_signer, null));
        SigstoreSignedRequirement sigstore = Assert.IsType<SigstoreSignedRequirement>(requirement);
        Assert.Empty(sigstore.GetKeyMaterials());
        Assert.Null(sigstore.RekorPublicKeyPath);
        Assert.Equal("sigstoreSigned signer@example.com (https://issuer.example.com)", RequirementText.Describe(requirement));
        Assert.Equal("signer@example.com (https://issuer.example.com)", sigstore.Fulcio!.ToString());
        List<string> warnings = [];
        RequirementKeys keys = new(LocalHost.Instance, warnings.Add) { TrustedRootPath = _signer.TrustedRootPath };
        Assert.Equal("", keys.For(sigstore).Problem);
        Assert.Contains("ctlogs", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bundle_names_no_image_so_no_name_can_be_asked_for()
    {
        _signer.RequireUsable(null);
        Assert.Equal("ParametersNotTogether",
            Assert.Throws<TrustException>(() => _signer.RequireUsable(new MatchRepositoryIdentity())).ErrorId);
    }

    [Theory]
    [InlineData(TestInstance.Issuer, "signer@example.com ", "InvalidSubject")]
    [InlineData(" https://issuer.example.com", TestInstance.Email, "InvalidSubject")]
    [InlineData(TestInstance.Issuer, "", "InvalidSubject")]
    [InlineData(TestInstance.Issuer, "a\nb", "InvalidSubject")]
    [InlineData(null, TestInstance.Email, "IncompleteIdentity")]
    [InlineData(TestInstance.Issuer, null, "IncompleteIdentity")]
    public void What_no_certificate_says_is_refused(string? issuer, string? email, string errorId)
    {
        SignerCertificates signer = _signer with { OidcIssuer = issuer, SubjectEmail = email };
        Assert.Equal(errorId, Assert.Throws<TrustException>(() => signer.RequireUsable(null)).ErrorId);
    }

    [Theory]
    [InlineData("dir:/none")]
    [InlineData("oci:/none")]
    public async Task Bundles_are_in_registries_only(string image)
    {
        TrustStore store = TrustStore.Open(
            new TrustStoreOptions { PolicyPath = $"{_directory}/policy.json", RegistriesDirectory = _directory }, TrustMessages.None);
        using ImageVerifier verifier = new(store, new VerificationOptions { Signer = _signer }, TrustMessages.None);
        TrustException e = await Assert.ThrowsAsync<TrustException>(() => verifier.VerifyAsync(image, null, CancellationToken.None));
        Assert.Equal("TransportNotSupported", e.ErrorId);
    }
}
