namespace ContainerTrust.Engine.References;

/// <summary>
/// An image as a user names it (<c>transport:details</c>, containers-transports(5)), and the scopes under which a policy is asked for it.
/// </summary>
/// <param name="Transport">The transport.</param>
/// <param name="Expanded">The name in full, without the transport.</param>
/// <param name="Scopes">The scopes, most specific first; the transport's default and the policy's come after them.</param>
internal sealed record ImageName(string Transport, string Expanded, IReadOnlyList<string> Scopes)
{
    /// <summary>What was assumed about a name that does not say everything: a sentence. Null if nothing was.</summary>
    public string? Assumption { get; private init; }

    /// <summary>
    /// The docker reference that signatures are compared with: exactly one of tag and digest. Null for transports whose images have none
    /// (<c>dir</c>, <c>oci</c>, archives).
    /// </summary>
    public DockerReference? Reference { get; private init; }

    /// <summary>The directory or archive of the transports that have one, symbolic links resolved; null otherwise.</summary>
    public string? Path { get; private init; }

    /// <summary>The image's name within a layout or archive (<c>oci:/path:name</c>). Null if none is given.</summary>
    public string? NameInLayout { get; private init; }

    /// <summary>Whether the name gave no transport, so that podman would resolve a short name by registries.conf.</summary>
    public bool IsWithoutTransport { get; private init; }

    /// <summary>The name with its transport: <c>docker://…</c>, <c>dir:/…</c>.</summary>
    public string FullName => $"{Transport}:{(Transport == "docker" ? "//" : "")}{Expanded}";

    /// <summary>Reads a name; without a transport it is <c>docker</c>'s, with or without <c>//</c>.</summary>
    /// <param name="text">
    /// Such as <c>registry.redhat.io/ubi9</c>, <c>docker://registry.redhat.io/ubi9:latest</c>, <c>dir:/srv/image</c>.
    /// </param>
    /// <param name="resolvePath">Resolves the symbolic links in a path on the host.</param>
    /// <returns>The image.</returns>
    /// <exception cref="TrustException">
    /// It is not an image name, or its transport cannot be looked up (<c>InvalidReference</c>).
    /// </exception>
    public static ImageName Parse(string text, Func<string, string> resolvePath)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(resolvePath);
        int colon = text.IndexOf(':');
        string transport = colon > 0 ? text[..colon] : "";
        if (text.StartsWith('/') || text.StartsWith("./", StringComparison.Ordinal) || text.StartsWith("../", StringComparison.Ordinal))
        {
            throw new TrustException("InvalidReference", TrustErrorKind.InvalidArgument,
                $"'{text}' is a path, and an image's name says what is there. Specify 'dir:{text}' for a directory that 'skopeo copy' has "
                    + $"made, or 'oci:{text}' for an OCI layout.") { Target = text };
        }

        if (!TransportScopes.Known.Contains(transport))
            return Docker("docker", text, text) with { IsWithoutTransport = true };
        string details = text[(colon + 1)..];
        switch (transport)
        {
            case "docker":
                if (!details.StartsWith("//", StringComparison.Ordinal))
                {
                    // "docker:5000/x" or "docker:latest" would be a registry or repository called docker: no surprise is better than a
                    // guess.
                    throw Invalid(text, "in transport docker a name begins with //, as docker://registry.example.com/app");
                }

                return Docker(transport, details[2..], text);
            case "docker-daemon" or "atomic":
                if (transport == "docker-daemon" && ReferenceGrammar.IsDigest(details))
                    return new ImageName(transport, details, []);
                return Docker(transport, details, text);
            case "dir" or "sif":
                string directory = CleanPath(text, details, resolvePath);
                return new ImageName(transport, details, ScopeChain.ForPath(directory)) { Path = directory };
            case "oci" or "oci-archive":
                int separator = details.IndexOf(':');
                string path = CleanPath(text, separator < 0 ? details : details[..separator], resolvePath);
                return new ImageName(transport, details, ScopeChain.ForPath(path))
                    { Path = path, NameInLayout = separator < 0 ? null : details[(separator + 1)..] };
            case "docker-archive" or "tarball":
                return new ImageName(transport, details, []);
            default:
                throw Invalid(text, $"images of transport {transport} cannot be looked up here");
        }
    }

    private static ImageName Docker(string transport, string name, string text)
    {
        if (!DockerReference.TryParse(name, out DockerReference? reference, out string problem))
            throw Invalid(text, problem);
        DockerReference lookup = reference.ForLookup();
        string full = lookup.ToString();
        bool isShort = reference.Domain == "docker.io"
            && !name.StartsWith("docker.io/", StringComparison.Ordinal) && !name.StartsWith("index.docker.io/", StringComparison.Ordinal);
        return new ImageName(transport, full, ScopeChain.For(reference))
        {
            Reference = lookup,
            Assumption = isShort ? $"'{text}' names no registry; it is taken as {full}. podman may take it from another registry by " +
                "registries.conf: give the full name to be sure." : null,
        };
    }

    private static string CleanPath(string text, string path, Func<string, string> resolvePath)
    {
        if (!path.StartsWith('/'))
            throw Invalid(text, "give an absolute path");
        return TransportScopes.CleanPath(resolvePath(path));
    }

    private static TrustException Invalid(string text, string problem) =>
        new("InvalidReference", TrustErrorKind.InvalidArgument, $"'{text}' is not an image that a policy can be asked for: {problem}.")
            { Target = text };
}
