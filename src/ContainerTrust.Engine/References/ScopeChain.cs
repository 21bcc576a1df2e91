namespace ContainerTrust.Engine.References;

/// <summary>
/// The scopes under which an image is looked up in a policy, most specific first (containers-policy.json(5), "Supported Transports and
/// Their Scopes"). The transport's own default (<c>""</c>) and the policy's <c>default</c> come after them.
/// </summary>
internal static class ScopeChain
{
    /// <summary>The chain for the transports that use docker references: <c>docker</c>, <c>docker-daemon</c>, <c>atomic</c>.</summary>
    /// <param name="reference">The image.</param>
    /// <returns>
    /// <c>name:tag</c> or <c>name@digest</c>, the repository, its parent namespaces, the host, then wildcards without the port.
    /// </returns>
    public static IReadOnlyList<string> For(DockerReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        List<string> chain = [reference.ForLookup().ToString()];
        string name = reference.Name;
        while (true)
        {
            chain.Add(name);
            int slash = name.LastIndexOf('/');
            if (slash < 0)
                break;
            name = name[..slash];
        }

        int colon = name.IndexOf(':');
        if (colon >= 0)
            name = name[..colon];
        for (int dot = name.IndexOf('.'); dot >= 0; dot = name.IndexOf('.'))
        {
            name = name[(dot + 1)..];
            chain.Add("*." + name);
        }

        return chain;
    }

    /// <summary>
    /// The chain for the transports that use paths: <c>dir</c>, <c>oci</c>, <c>oci-archive</c>, <c>sif</c>. An image name within a layout
    /// takes no part in it.
    /// </summary>
    /// <param name="path">Absolute, clean path of the directory or archive, symbolic links resolved.</param>
    /// <returns>The path, then its parents; never <c>/</c>.</returns>
    public static IReadOnlyList<string> ForPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        List<string> chain = [];
        for (string p = path; p.Length > 1; p = p[..Math.Max(p.LastIndexOf('/'), 0)])
            chain.Add(p);
        return chain;
    }
}
