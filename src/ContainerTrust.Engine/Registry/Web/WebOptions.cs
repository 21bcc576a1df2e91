using System.Net;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Registry.Web;

/// <summary>
/// How registries and signature stores are reached. Every default is what podman and skopeo do, but where a comment says otherwise.
/// </summary>
public sealed record WebOptions
{
    /// <summary>The name that stands for the auth files in <see cref="CredentialHelpers"/> (containers-registries.conf(5)).</summary>
    public const string AuthFilesHelper = "containers-auth.json";

    /// <summary>
    /// How long an attempt may go on without any progress: to connect and to get an answer's header, then between two pieces of its body.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often a request is made again after a time-out, a broken connection, status 429 or a server's error (500, 502, 503, 504).
    /// </summary>
    public int Retries { get; init; } = 3;

    /// <summary>
    /// The delay before the first retry, which doubles each time; up to a quarter is added at random, so that many callers do not come
    /// back at once.
    /// </summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest delay before a retry, even if the server's <c>Retry-After</c> asks for more.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many requests to one host run at the same time.</summary>
    public int ConcurrencyPerHost { get; init; } = 16;

    /// <summary>Whether answers are kept, for a run that asks the same for many hosts and takes a registry as it was once.</summary>
    internal bool RemembersAnswers { get; init; }

    /// <summary>
    /// The file with the registries' credentials (containers-auth.json(5)), which then is the only one. Null: <c>REGISTRY_AUTH_FILE</c>,
    /// else the files that podman and docker keep.
    /// </summary>
    public string? AuthFile { get; init; }

    /// <summary>
    /// A directory with <c>*.crt</c> (further certificate authorities) and <c>*.cert</c> with <c>*.key</c> (client certificates), for
    /// every registry; of signature stores only the authorities. Null: <c>certs.d/HOST[:PORT]</c> of the user and of the system
    /// (containers-certs.d(5)).
    /// </summary>
    public string? CertificateDirectory { get; init; }

    /// <summary>
    /// Whether the servers' certificates are verified, whatever registries.conf says. False also allows http where https fails. Null: as
    /// registries.conf says, and always for signature stores.
    /// </summary>
    public bool? VerifyTls { get; init; }

    /// <summary>
    /// The credential for the registries, in place of those of the auth files and helpers. It is never sent to a mirror, and if its
    /// <see cref="NetworkCredential.Domain"/> is not empty, to that <c>host[:port]</c> alone.
    /// </summary>
    public NetworkCredential? Credential { get; init; }

    /// <summary>The credential helpers of registries.conf in order; <see cref="AuthFilesHelper"/> stands for the auth files.</summary>
    public IReadOnlyList<string> CredentialHelpers { get; init; } = [AuthFilesHelper];

    /// <summary>The proxies. Null: those of this process's environment, when a client is created.</summary>
    internal ProxyEnvironment? Proxies { get; init; }

    /// <summary>By which release's rules <c>certs.d</c> is looked for. Null to find out.</summary>
    internal ContainersRelease? Release { get; init; }

    /// <summary>Refuses values that make no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    internal void Validate()
    {
        // CancellationTokenSource and Task.Delay take no more than 2^32 - 2 milliseconds.
        TimeSpan longest = TimeSpan.FromDays(1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Timeout, longest);
        ArgumentOutOfRangeException.ThrowIfNegative(Retries);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Retries, 100);
        ArgumentOutOfRangeException.ThrowIfLessThan(FirstDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FirstDelay, longest);
        ArgumentOutOfRangeException.ThrowIfLessThan(LongestDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LongestDelay, longest);
        ArgumentOutOfRangeException.ThrowIfLessThan(ConcurrencyPerHost, 1);
    }
}
