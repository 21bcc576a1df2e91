using ContainerTrust.Engine.Formats.Documents;

namespace ContainerTrust.Engine.References;

/// <summary>What each transport accepts as a scope in a policy (containers/image, <c>ValidatePolicyConfigurationScope</c>).</summary>
public static class TransportScopes
{
    private const int MaxCorrections = 5;

    /// <summary>The transports that containers/image knows, in the order of their use.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        "docker", "docker-daemon", "docker-archive", "containers-storage", "dir", "oci", "oci-archive", "atomic", "sif",
        "tarball", "ostree",
    ];

    /// <summary>
    /// Why the reference implementation would refuse a scope. The empty scope is the transport's default and always good; an unknown
    /// transport takes anything.
    /// </summary>
    /// <param name="transport">The transport's name.</param>
    /// <param name="scope">The scope.</param>
    /// <returns>Null if it is accepted; otherwise the reason, a clause without a full stop.</returns>
    public static string? Refusal(string transport, string scope)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(scope);
        if (scope.Length == 0)
            return null;
        return transport switch
        {
            "dir" or "oci" or "oci-archive" or "sif" => PathRefusal(scope),
            "docker-archive" or "tarball" => $"transport {transport} supports only the scope \"\"",
            "docker-daemon" => ReferenceGrammar.IsDigest(scope) ? "an image id cannot be a scope" : null,
            "atomic" => AtomicRefusal(scope),
            "containers-storage" => StorageRefusal(scope),
            _ => null,
        };
    }

    /// <summary>
    /// Why no docker reference can ever be looked up under a scope that the policy format nevertheless accepts, such as <c>busybox</c>
    /// (which is <c>docker.io/library/busybox</c>) or <c>https://registry.example.com</c>.
    /// </summary>
    /// <param name="scope">A scope of transport <c>docker</c>.</param>
    /// <param name="suggestion">What was probably meant. Null if there is no guess.</param>
    /// <returns>Null if some image can be governed by the scope; otherwise the reason, a clause without a full stop.</returns>
    public static string? Unreachable(string scope, out string? suggestion)
    {
        ArgumentNullException.ThrowIfNull(scope);
        string? reason = Reason(scope, out suggestion);

        // A suggestion is worth making only if images can be governed by it.
        for (int step = 0; suggestion is not null; step++)
        {
            string? better = null;
            if (suggestion.Length > 0 && Reason(suggestion, out better) is null)
                break;
            suggestion = step < MaxCorrections ? better : null;
        }

        return reason;
    }

    private static string? Reason(string scope, out string? suggestion)
    {
        suggestion = null;
        if (scope.Length == 0)
            return null;

        int scheme = scope.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            suggestion = scope[(scheme + 3)..].TrimEnd('/');
            return "a scope has no URL scheme";
        }

        if (scope.EndsWith('/'))
        {
            suggestion = scope.TrimEnd('/');
            return "a scope does not end with a slash";
        }

        if (scope.StartsWith("*.", StringComparison.Ordinal))
            return WildcardUnreachable(scope[2..], out suggestion);
        if (scope.Contains('*'))
            return "a wildcard is only possible as '*.' before a domain, and then alone";

        int slash = scope.IndexOf('/');
        string domain = slash < 0 ? scope : scope[..slash];
        if (domain == "index.docker.io")
        {
            suggestion = "docker.io" + scope[domain.Length..];
            return "images of index.docker.io are looked up under docker.io";
        }

        if (!domain.Contains('.') && !domain.Contains(':') && domain != "localhost")
        {
            suggestion = Expanded(scope);
            return "images are looked up under their full name, which starts with a registry host" +
                (slash < 0 ? " (a host without a dot or a port is not one)" : "");
        }

        int colon = domain.LastIndexOf(':');
        if (colon >= 0 && domain.AsSpan(colon + 1) is { IsEmpty: false } port && !port.ContainsAnyExceptInRange('0', '9')
            && (!ushort.TryParse(port, out ushort number) || number == 0))
            return $"'{port}' is not a port";

        if (slash < 0)
        {
            if (ReferenceGrammar.IsHost(domain))
                return null;
            suggestion = Expanded(scope);
            return suggestion is null ? $"'{scope}' is not a host[:port]"
                : $"'{scope}' is not a host[:port], and images are looked up under their full name";
        }

        if (!DockerReference.TryParse(scope, out DockerReference? parsed, out string problem))
        {
            if (scope.Any(char.IsUpper))
                suggestion = domain + scope[slash..].ToLowerInvariant();
            return problem;
        }

        if (parsed.Tag is not null && parsed.Digest is not null)
        {
            suggestion = parsed.ForLookup().ToString();
            return "an image with both tag and digest is looked up without the tag";
        }

        if (parsed.ToString() != scope && !IsDockerHubNamespace(scope))
        {
            suggestion = parsed.ToString();
            return "images are looked up under their expanded name";
        }

        return null;
    }

    private static string? Expanded(string scope) =>
        DockerReference.TryParse(scope, out DockerReference? reference, out _) ? reference.ToString() : null;

    // "docker.io/library" is a namespace that images are looked up under, though as a reference it would expand to
    // docker.io/library/library.
    private static bool IsDockerHubNamespace(string scope) =>
        scope.StartsWith("docker.io/", StringComparison.Ordinal) && scope.IndexOf('/') == scope.LastIndexOf('/')
            && scope.AsSpan().IndexOfAny(':', '@') < 0;

    private static string? WildcardUnreachable(string domain, out string? suggestion)
    {
        suggestion = null;
        if (domain.Contains('/'))
            return "a wildcard stands for hosts; it cannot have a repository";
        if (domain.Contains(':'))
        {
            suggestion = "*." + domain[..domain.IndexOf(':')];
            return "wildcards are looked up without the port";
        }

        return ReferenceGrammar.IsHost(domain) ? null : $"'{domain}' is not a domain";
    }

    private static string? PathRefusal(string scope)
    {
        if (scope[0] != '/')
            return "it must be an absolute path";
        if (scope == "/")
            return "use \"\" for everything instead of \"/\"";
        string clean = CleanPath(scope);
        return clean == scope ? null : $"it must be a clean path, such as {clean}";
    }

    /// <summary>Go's <c>filepath.Clean</c> for absolute paths: no empty, <c>.</c> or <c>..</c> elements, no slash at the end.</summary>
    internal static string CleanPath(string path)
    {
        List<string> parts = [];
        foreach (string part in path.Split('/'))
        {
            if (part is "" or ".")
                continue;
            if (part != "..")
                parts.Add(part);
            else if (parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
        }

        return "/" + string.Join('/', parts);
    }

    // ^[^/]*(/[^:/]*(/[^:/]*(:[^:/]*)?)?)?$
    private static string? AtomicRefusal(string scope)
    {
        string[] parts = scope.Split('/');
        bool ok = parts.Length switch
        {
            1 => true,
            2 => !parts[1].Contains(':'),
            3 => !parts[1].Contains(':') && parts[2].Count(static c => c == ':') <= 1,
            _ => false,
        };

        // Go's $ is the end of the text, and [^/] matches line breaks: nothing more to check.
        return ok ? null : "it must be host[:port][/namespace[/stream[:tag]]]";
    }

    // [driver@/graph/root]name… or [/graph/root]name…
    private static string? StorageRefusal(string scope)
    {
        const string Form = "it must begin with a store, as [driver@/graph/root] or [/graph/root]";
        int close = scope.IndexOf(']');
        if (scope[0] != '[' || close < 1)
            return Form;
        string store = scope[1..close];
        int at = store.IndexOf('@');
        string root = at < 0 ? store : store[(at + 1)..];
        if (at == 0 || root.Length == 0)
            return Form;
        if (root[0] != '/')
            return "the store's graph root must be an absolute path";
        string name = scope[(close + 1)..];
        if (name.Length == 0)
            return null;
        string[] fields = name.Split('@', 3);
        bool ok = fields.Length switch
        {
            1 => true,
            2 => IsImageId(fields[1]) || ReferenceGrammar.IsDigest(fields[1]),
            _ => ReferenceGrammar.IsDigest(fields[1]) && IsImageId(fields[2]),
        };
        return ok ? null : "after @ there must be a digest or an image id";
    }

    private static bool IsImageId(string text) => ReferenceGrammar.IsDigest("sha256:" + text);
}
