namespace ContainerTrust.Engine.Registry.Web;

/// <summary>
/// The variables that name proxies, read as Go's programs read them, podman and skopeo among them: upper case before lower case, and
/// neither <c>ALL_PROXY</c> nor a proxy of the desktop.
/// </summary>
internal sealed record ProxyEnvironment
{
    /// <summary>No proxy at all.</summary>
    public static ProxyEnvironment None { get; } = new();

    /// <summary><c>HTTP_PROXY</c>: the proxy for http URLs, as a URL or <c>host[:port]</c>. Empty for none.</summary>
    public string HttpProxy { get; init; } = "";

    /// <summary><c>HTTPS_PROXY</c>: the proxy for https URLs, as a URL or <c>host[:port]</c>. Empty for none.</summary>
    public string HttpsProxy { get; init; } = "";

    /// <summary>
    /// <c>NO_PROXY</c>: what is reached directly, with commas between: domains (sub-domains too, or, with a dot or <c>*.</c> before, those
    /// alone), addresses, both with a port or without, ranges in CIDR notation, or <c>*</c> for everything.
    /// </summary>
    public string NoProxy { get; init; } = "";

    /// <summary>
    /// Whether <c>REQUEST_METHOD</c> is set: in a CGI program whoever makes a request chooses <c>HTTP_PROXY</c>, so that it is refused.
    /// </summary>
    public bool IsCgi { get; init; }

    /// <summary>The variables of this process.</summary>
    /// <returns>Their values.</returns>
    public static ProxyEnvironment OfThisProcess() => Of(Environment.GetEnvironmentVariable);

    /// <summary>The variables of any environment.</summary>
    /// <param name="variable">The value of a variable; null or empty if it is not set.</param>
    /// <returns>Their values.</returns>
    public static ProxyEnvironment Of(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return new ProxyEnvironment
        {
            HttpProxy = FirstOf("HTTP_PROXY", "http_proxy"),
            HttpsProxy = FirstOf("HTTPS_PROXY", "https_proxy"),
            NoProxy = FirstOf("NO_PROXY", "no_proxy"),
            IsCgi = variable("REQUEST_METHOD") is { Length: > 0 },
        };

        string FirstOf(string upper, string lower) => variable(upper) is { Length: > 0 } value ? value : variable(lower) ?? "";
    }
}
