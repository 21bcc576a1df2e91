using System.Security.Cryptography.X509Certificates;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.TestKit;

/// <summary>
/// A path from a root over one CA to a signer, with names and constraints as <see cref="TestNames"/> writes them, and what a PKI policy
/// asks of it: an e-mail address (<c>e:</c>) or a host (<c>d:</c>). The same text always means the same case.
/// </summary>
internal sealed record NameConstraintCase(string RootConstraints, string Constraints, string AuthorityNames, string Names, string Asked)
{
    private TestCertificate? _root;
    private TestCertificate? _authority;
    private TestCertificate? _leaf;

    public TestCertificate Root => _root ??= Constrained("nc root", null, RootConstraints, "");

    public TestCertificate Authority => _authority ??= Constrained("nc CA", Root, Constraints, AuthorityNames);

    public TestCertificate Leaf => _leaf ??= MakeLeaf();

    public string? AskedEmail => Asked.StartsWith("e:", StringComparison.Ordinal) ? TestNames.Unescape(Asked[2..]) : null;

    public string? AskedHost => Asked.StartsWith("d:", StringComparison.Ordinal) ? TestNames.Unescape(Asked[2..]) : null;

    public static NameConstraintCase Parse(string text)
    {
        string[] parts = text.Split('|');
        return new NameConstraintCase(parts[0], parts[1], parts[2], parts[3], parts[4]);
    }

    public override string ToString() => string.Join('|', RootConstraints, Constraints, AuthorityNames, Names, Asked);

    /// <summary>What we say: of a signature that brings the CA, and of one for a policy that has it.</summary>
    public (bool IsAccepted, string Reason) Judge()
    {
        TestSignature signature = TestSignature.By(Leaf.Key).With(Leaf, Authority, Root);
        SigstoreVerification brought;
        try
        {
            brought = SigstoreTrust.FromPki(Root.Source, null, AskedEmail, AskedHost).Verify(signature.Make(), TestCertificate.Begin);
        }
        catch (TrustFormatException e)
        {
            // A root that cannot be read leaves a policy without any.
            Assert.Equal("NoUsableCertificate", e.ErrorId);
            return (false, e.Problem);
        }

        Assert.Equal(brought.IsGood, JudgeWithPolicysAuthority());
        return (brought.IsGood, brought.Reason);
    }

    private bool JudgeWithPolicysAuthority()
    {
        try
        {
            SigstoreTrust trust = SigstoreTrust.FromPki(Root.Source, Authority.Source, AskedEmail, AskedHost);
            return trust.Verify(TestSignature.By(Leaf.Key).With(Leaf).Make(), TestCertificate.Begin).IsGood;
        }
        catch (TrustFormatException e)
        {
            Assert.Equal("NoUsableCertificate", e.ErrorId);
            return false;
        }
    }

    private static TestCertificate Constrained(string name, TestCertificate? issuer, string constraints, string names)
    {
        TestCertificate authority = TestCertificate.Authority(name, issuer);
        Add(authority, TestNames.Constraints(constraints));
        Add(authority, TestNames.Names(names));
        return authority;
    }

    private TestCertificate MakeLeaf()
    {
        TestCertificate leaf = new() { Issuer = Authority };
        leaf.Extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        leaf.Extensions.Add(TestCertificate.CodeSigning);
        Add(leaf, TestNames.Names(Names));
        return leaf;
    }

    private static void Add(TestCertificate certificate, X509Extension? extension)
    {
        if (extension is not null)
            certificate.Extensions.Add(extension);
    }
}
