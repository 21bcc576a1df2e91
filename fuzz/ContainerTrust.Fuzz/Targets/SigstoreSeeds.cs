namespace ContainerTrust.Fuzz.Targets;

/// <summary>Certificates that several targets begin with.</summary>
internal static class SigstoreSeeds
{
    /// <summary>The signer's e-mail address.</summary>
    public const string Email = "signer@example.com";

    /// <summary>The issuer that has authenticated the signer.</summary>
    public const string Issuer = "https://issuer.example.com";

    /// <summary>The time at which signatures are judged.</summary>
    public static readonly DateTimeOffset Now = TestCertificate.Begin.AddMinutes(1);

    /// <summary>A root CA.</summary>
    /// <returns>It.</returns>
    public static TestCertificate Root() => TestCertificate.Authority("root");

    /// <summary>A signer's certificate.</summary>
    /// <param name="issuer">Its CA.</param>
    /// <returns>It.</returns>
    public static TestCertificate Leaf(TestCertificate issuer)
    {
        TestCertificate leaf = new() { Issuer = issuer };
        leaf.Extensions.Add(TestCertificate.CodeSigning);
        leaf.Extensions.Add(TestCertificate.Email(Email));
        leaf.Extensions.Add(TestCertificate.FulcioIssuer(Issuer));
        return leaf;
    }
}
