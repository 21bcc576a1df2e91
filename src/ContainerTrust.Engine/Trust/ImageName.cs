using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Trust;

/// <summary>An image as a user names it (<c>transport:details</c>, containers-transports(5)), and the scopes under which a policy is asked for it.</summary>
/// <param name="Transport">The transport.</param>
/// <param name="Expanded">The name in full, without the transport.</param>
/// <param name="Scopes">The scopes, most specific first; the transport's default and the policy's come after them.</param>
public sealed record ImageName(string Transport, string Expanded, IReadOnlyList<string> Scopes)
{
    /// <summary>Reads a name; without a transport it is <c>docker</c>'s, with or without <c>//</c>.</summary>
    /// <param name="text">Such as <c>ubi9</c>, <c>docker://registry.redhat.io/ubi9:latest</c>, <c>dir:/srv/image</c>.</param>
    /// <returns>The image.</returns>
    /// <exception cref="TrustException">It is no image name, or its transport cannot be looked up (<c>InvalidReference</c>).</exception>
    public static ImageName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int colon = text.IndexOf(':');
        string transport = colon > 0 ? text[..colon] : "";
        if (!TransportScopes.Known.Contains(transport))
            return Docker("docker", text, text);
        string details = text[(colon + 1)..];
        switch (transport)
        {
            case "docker":
                if (!details.StartsWith("//", StringComparison.Ordinal))
                {
                    // "docker:5000/x" or "docker:latest" would be a registry or repository called docker: no surprise is better than a guess.
                    throw Invalid(text, "in transport docker a name begins with //, as docker://registry.example.com/app");
                }

                return Docker(transport, details[2..], text);
            case "docker-daemon" or "atomic":
                if (transport == "docker-daemon" && ReferenceGrammar.IsDigest(details))
                    return new ImageName(transport, details, []);
                return Docker(transport, details, text);
            case "dir" or "sif":
                return new ImageName(transport, details, ScopeChain.ForPath(CleanPath(text, details)));
            case "oci" or "oci-archive":
                int separator = details.IndexOf(':');
                string path = CleanPath(text, separator < 0 ? details : details[..separator]);
                return new ImageName(transport, details, ScopeChain.ForPath(path));
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
        return new ImageName(transport, reference.ForLookup().ToString(), ScopeChain.For(reference));
    }

    private static string CleanPath(string text, string path)
    {
        if (!path.StartsWith('/'))
            throw Invalid(text, "give an absolute path");
        return TransportScopes.CleanPath(path);
    }

    private static TrustException Invalid(string text, string problem) =>
        new("InvalidReference", TrustErrorKind.InvalidArgument, $"'{text}' is no image that a policy can be asked for: {problem}.") { Target = text };
}
