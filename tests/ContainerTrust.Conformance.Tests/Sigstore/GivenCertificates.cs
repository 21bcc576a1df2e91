using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Conformance.Tests.Sigstore;

/// <summary>The small inputs beside the repository that were judged wrongly once; no part of the project.</summary>
internal sealed class GivenCertificates
{
    private readonly string _directory;

    public GivenCertificates()
    {
        string? shared = Environment.GetEnvironmentVariable("CONTAINERTRUST_CASES_DIRECTORY") ?? Find();
        Skip.If(shared is null, "There are no shared cases beside the repository; set CONTAINERTRUST_CASES_DIRECTORY.");
        _directory = Path.Combine(shared, "certificates");
    }

    /// <summary>The names of all cases.</summary>
    public IEnumerable<string> Names =>
        Directory.EnumerateFiles(_directory, "*.sigstore").Select(static f => Path.GetFileNameWithoutExtension(f));

    /// <summary>What we say of a case, with the policy's intermediates or only with those that the signature brings.</summary>
    public (SigstoreProblem Problem, string Reason) Judge(string name, bool hasIntermediates, string? email, string? host)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(_directory, name + ".sigstore"));
        ReadOnlySpan<byte> document = file.AsSpan(file.AsSpan().IndexOf((byte)'\n') + 1);
        Assert.True(SigstoreSignature.TryParse(document, out SigstoreSignature? signature, out string problem), problem);
        try
        {
            SigstoreTrust trust = SigstoreTrust.FromPki(Source(name, "root"), hasIntermediates ? Source(name, "inter") : null, email, host);
            SigstoreVerification verification = trust.Verify(signature, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
            return (verification.Problem, verification.Reason);
        }
        catch (TrustFormatException e)
        {
            // A policy whose intermediates cannot be read is refused whole.
            return (SigstoreProblem.MalformedCertificate, e.Problem);
        }
    }

    private SigstoreKeySource Source(string name, string part) =>
        new(part, File.ReadAllBytes(Path.Combine(_directory, $"{name}-{part}.pem")));

    private static string? Find()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            string cases = Path.Combine(directory.FullName, "shared", "cases");
            if (Directory.Exists(cases))
                return cases;
        }

        return null;
    }
}
