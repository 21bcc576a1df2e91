using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ContainerTrust.Engine.Registry.Web;

/// <summary>Raised in a TLS handshake: why the server's certificate was refused, a clause without a full stop.</summary>
internal sealed class CertificateRefusedException(string reason) : AuthenticationException(reason);

/// <summary>
/// Decides whether a server's certificate is good: its name is always checked (subject alternative names only, RFC 9525, section 6), it
/// must be meant for servers, and its chain must end at an authority of the system or at a certificate of the profile. Revocation is not
/// looked up and nothing is downloaded, as in containers/image.
/// </summary>
internal static class ServerCertificateCheck
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>The policy for the chain that TLS itself builds, with the system's authorities.</summary>
    public static X509ChainPolicy SystemPolicy()
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        return policy;
    }

    /// <summary>Checks a certificate.</summary>
    /// <param name="authorities">What is trusted beside the system's authorities.</param>
    /// <param name="hostName">The name that was asked for.</param>
    /// <param name="certificate">The server's certificate.</param>
    /// <param name="chain">The chain that was built with the system's authorities.</param>
    /// <param name="errors">What is wrong with it.</param>
    /// <returns>True.</returns>
    /// <exception cref="CertificateRefusedException">The certificate is not good.</exception>
    public static bool Accept(IReadOnlyList<X509Certificate2> authorities, string hostName, X509Certificate? certificate, X509Chain? chain,
        SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 leaf || chain is null || (errors & SslPolicyErrors.RemoteCertificateNotAvailable) != 0)
            throw new CertificateRefusedException("it showed no certificate");
        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0
            || !leaf.MatchesHostname(hostName, allowWildcards: true, allowCommonName: false))
            throw new CertificateRefusedException("its certificate is not for this host name (no subject alternative name matches)");
        if (errors == SslPolicyErrors.None)
            return true;
        X509ChainStatusFlags systemStatus = Status(chain);
        if (authorities.Count == 0)
            throw new CertificateRefusedException(Explain(systemStatus));

        using var own = new X509Chain { ChainPolicy = SystemPolicy() };
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(authorities.ToArray());
        foreach (X509ChainElement element in chain.ChainElements)
            own.ChainPolicy.ExtraStore.Add(element.Certificate);
        own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        if (own.Build(leaf) || IsAnchored(own, authorities))
            return true;
        throw new CertificateRefusedException(Explain(Status(own)));
    }

    // containers/image takes any certificate of certs.d for an anchor, an intermediate one too: then all that the chain lacks is what
    // stands above it.
    private static bool IsAnchored(X509Chain chain, IReadOnlyList<X509Certificate2> authorities) =>
        Status(chain) == X509ChainStatusFlags.PartialChain &&
        chain.ChainElements is { Count: > 0 } elements &&
        authorities.Any(authority => authority.RawDataMemory.Span.SequenceEqual(elements[^1].Certificate.RawDataMemory.Span));

    private static X509ChainStatusFlags Status(X509Chain chain)
    {
        X509ChainStatusFlags flags = X509ChainStatusFlags.NoError;
        foreach (X509ChainStatus status in chain.ChainStatus)
            flags |= status.Status;
        return flags;
    }

    private static string Explain(X509ChainStatusFlags status) => status switch
    {
        _ when (status & X509ChainStatusFlags.NotSignatureValid) != 0 => "a signature in its certificate's chain is wrong",
        _ when (status & X509ChainStatusFlags.NotTimeValid) != 0 => "a certificate of its chain has expired or is not valid yet",
        _ when (status & (X509ChainStatusFlags.NotValidForUsage | X509ChainStatusFlags.InvalidExtension)) != 0 =>
            "its certificate is not meant for servers",
        _ when (status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0 =>
            "its certificate is not signed by an authority that is trusted here",
        _ => $"its certificate's chain is not valid ({status})",
    };
}
