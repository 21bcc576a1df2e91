using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Registry;

/// <summary>A registry as it was found to be reachable.</summary>
/// <param name="Domain">Its name in images, <c>host[:port]</c>.</param>
/// <param name="Server">Scheme, host and port.</param>
/// <param name="IsInsecure">Whether it may be reached by http and unverified TLS.</param>
/// <param name="Tls">How TLS is spoken with it.</param>
/// <param name="SupportsSignatures">Whether it has the extension for signatures.</param>
internal sealed record RegistryEndpoint(string Domain, Uri Server, bool IsInsecure, TlsProfile Tls, bool SupportsSignatures)
{
    private volatile IReadOnlyList<Challenge> _challenges = [];

    /// <summary>
    /// The ways of authentication that it offers. Usually those of its first answer; some registries offer them with the first refusal
    /// only.
    /// </summary>
    public IReadOnlyList<Challenge> Challenges
    {
        get => _challenges;
        set => _challenges = value;
    }
}
