using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>
/// .NET's X.509 chain engine, asked about one path: it may trust the path's last certificate and nothing else of this machine, fetch
/// nothing, and know no other certificates.
/// </summary>
internal static class ChainEngine
{
    /// <summary>Asks whether a path holds.</summary>
    /// <param name="path">The signer's certificate first, the trusted one last.</param>
    /// <param name="time">The time at which it must be valid.</param>
    /// <param name="refusal">Why it does not.</param>
    /// <returns>Whether it does, with exactly these certificates.</returns>
    public static bool Accepts(IReadOnlyList<SigstoreCertificate> path, DateTimeOffset time,
        [NotNullWhen(false)] out SigstoreRefusal? refusal)
    {
        List<X509Certificate2> loaded = [];
        using X509Chain chain = new();
        try
        {
            foreach (SigstoreCertificate certificate in path)
                loaded.Add(X509CertificateLoader.LoadCertificate(certificate.Raw.Span));
            X509ChainPolicy policy = chain.ChainPolicy;
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.RevocationMode = X509RevocationMode.NoCheck;
            policy.DisableCertificateDownloads = true;
            policy.VerificationTime = InsideValidity(path, time).UtcDateTime;
            policy.CustomTrustStore.Add(loaded[^1]);
            for (int i = 1; i < loaded.Count - 1; i++)
                policy.ExtraStore.Add(loaded[i]);
            chain.Build(loaded[0]);
            refusal = Judge(chain, path);
            return refusal is null;
        }
        catch (Exception e) when (e is CryptographicException or InvalidOperationException or ArgumentException)
        {
            refusal = new SigstoreRefusal(SigstoreProblem.MalformedCertificate, "A certificate on the path to the CA cannot be read.");
            return false;
        }
        finally
        {
            foreach (X509ChainElement element in chain.ChainElements)
                element.Certificate.Dispose();
            loaded.ForEach(static c => c.Dispose());
        }
    }

    /// <summary>Whether the engine can read a certificate; no path holds that has one it cannot read.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <returns>Whether it can.</returns>
    public static bool CanRead(SigstoreCertificate certificate)
    {
        try
        {
            X509CertificateLoader.LoadCertificate(certificate.Raw.Span).Dispose();
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    // RFC 5280 section 4.1.2.5 and Go count the last second; OpenSSL does not.
    private static DateTimeOffset InsideValidity(IReadOnlyList<SigstoreCertificate> path, DateTimeOffset time)
    {
        DateTimeOffset end = path.Min(static c => c.NotAfter);
        return time == end ? end.AddSeconds(-1) : time;
    }

    private static SigstoreRefusal? Judge(X509Chain chain, IReadOnlyList<SigstoreCertificate> path)
    {
        X509ChainStatusFlags flags = X509ChainStatusFlags.NoError;
        foreach (X509ChainStatus status in chain.ChainStatus)
            flags |= status.Status;

        // The policy may trust an intermediate CA itself. The engine has no word for that; the path is complete all the same.
        if (!path[^1].IsSelfIssued)
            flags &= ~X509ChainStatusFlags.PartialChain;
        const X509ChainStatusFlags NameConstraints =
            X509ChainStatusFlags.HasExcludedNameConstraint | X509ChainStatusFlags.HasNotDefinedNameConstraint
            | X509ChainStatusFlags.HasNotPermittedNameConstraint | X509ChainStatusFlags.HasNotSupportedNameConstraint
            | X509ChainStatusFlags.InvalidNameConstraints;
        if ((flags & NameConstraints) != 0)
            return new SigstoreRefusal(
                SigstoreProblem.CertificateNotTrusted,
                "A CA on the path may not issue certificates for the signer's names.");
        if ((flags & X509ChainStatusFlags.NotTimeValid) != 0)
            return new SigstoreRefusal(
                SigstoreProblem.CertificateNotTimely,
                "A certificate on the path is not valid at the time of the signature.");
        if ((flags & X509ChainStatusFlags.NotSignatureValid) != 0)
            return new SigstoreRefusal(
                SigstoreProblem.CertificateNotTrusted,
                "A certificate on the path to the CA is not signed by the one above it.");
        if (flags != X509ChainStatusFlags.NoError)
            return new SigstoreRefusal(
                SigstoreProblem.CertificateNotTrusted,
                $"The path from the signer's certificate to the CA does not hold ({flags}).");

        bool isSame = chain.ChainElements.Count == path.Count
            && path.Zip(chain.ChainElements)
                .All(static pair => pair.First.Raw.Span.SequenceEqual(pair.Second.Certificate.RawDataMemory.Span));
        return isSame ? null : new SigstoreRefusal(SigstoreProblem.CertificateNotTrusted,
            "The path from the signer's certificate to the CA is not unique on this machine.");
    }
}
