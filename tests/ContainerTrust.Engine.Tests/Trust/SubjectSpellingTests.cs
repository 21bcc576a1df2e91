using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Trust;

/// <summary>Subjects and issuers that no certificate can have, and odd ones that some can.</summary>
public sealed class SubjectSpellingTests
{
    [Theory]
    [InlineData("https://github.com/person/repo/.github/workflows/build.yml@refs/heads/main", "is a URI, and podman and skopeo compare")]
    [InlineData("https://x/y", "is a URI")]
    [InlineData("spiffe://example.com/ns/a@b", "is a URI")]
    [InlineData("mailto:dev@example.com", "is not an e-mail address")]
    [InlineData("nobody", "is not an e-mail address")]
    [InlineData("@example.com", "is not an e-mail address")]
    [InlineData("dev@", "is not an e-mail address")]
    [InlineData("dev @example.com", "is not an e-mail address")]
    [InlineData("dev@example.com ", "is not an e-mail address")]
    [InlineData(" dev@example.com", "is not an e-mail address")]
    [InlineData("Dev <dev@example.com>", "is not an e-mail address")]
    [InlineData("a@example.com, b@example.com", "is not an e-mail address")]
    [InlineData("dev@example.com/path", "is not an e-mail address")]
    [InlineData("dev@example.com:443", "is not an e-mail address")]
    [InlineData("dëv@example.com", "is not an e-mail address")]
    [InlineData("person/repo@refs/heads/main", "is not an e-mail address")]
    [InlineData("dev@example.com", null)]
    [InlineData("robot/ci+tag@sub.example.com", null)]
    [InlineData("\"a b\"@example.com", null)]
    [InlineData("123-compute@developer.gserviceaccount.com", null)]
    public void An_email_address(string email, string? problem)
    {
        Check(problem, Fulcio("https://accounts.google.com", email));
        Check(problem, new SigstoreSignedRequirement { Pki = new PkiIdentity { CaRootsPath = "/ca", SubjectEmail = email } });
    }

    [Theory]
    [InlineData("https://signer.example.com", "Leave out the scheme, the port and the path.")]
    [InlineData("signer.example.com:8443", "Leave out the scheme, the port and the path.")]
    [InlineData("signer.example.com/path", "is not a host name")]
    [InlineData("dev@signer.example.com", "is not a host name")]
    [InlineData("signer example.com", "is not a host name")]
    [InlineData("signer.example.com\n", "is not a host name")]
    [InlineData("sïgner.example.com", "is not a host name")]
    [InlineData("signer.example.com", null)]
    [InlineData("*.example.com", null)]
    [InlineData("192.0.2.1", null)]
    [InlineData("2001:db8::443", null)]
    [InlineData("[2001:db8::1]", null)]
    [InlineData("build_host", null)]
    public void A_host_name(string host, string? problem) =>
        Check(problem, new SigstoreSignedRequirement { Pki = new PkiIdentity { CaRootsPath = "/ca", SubjectHostname = host } });

    [Theory]
    [InlineData("accounts.google.com", "is not a URL")]
    [InlineData("mailto:a@example.com", "is not a URL")]
    [InlineData("ftp://issuer.example.com", "is not a URL")]
    [InlineData("https://issuer.example.com ", "has a blank")]
    [InlineData("https://issuer.example.com\n", "has a blank")]
    [InlineData("https://token.actions.githubusercontent.com", null)]
    [InlineData("https://oidc.example.com:8443/realms/x", null)]
    [InlineData("http://dex.example.com/", null)]
    public void An_issuer(string issuer, string? problem) =>
        Check(problem, Fulcio(issuer, "dev@example.com"));

    private static SigstoreSignedRequirement Fulcio(string issuer, string email) =>
        new() { Fulcio = new FulcioIdentity { CaPath = "/ca", OidcIssuer = issuer, SubjectEmail = email } };

    private static void Check(string? problem, SigstoreSignedRequirement requirement)
    {
        string? said = SubjectSpelling.Problem(requirement);
        if (problem is null)
            Assert.Null(said);
        else
            Assert.Contains(problem, said, StringComparison.Ordinal);
    }
}
