namespace ContainerTrust.Engine.References;

/// <summary>
/// A fully expanded docker reference: <c>busybox</c> is <c>docker.io/library/busybox</c>. Immutable.
/// Follows distribution/reference's normalization, which containers/image uses for every policy decision.
/// </summary>
public sealed record DockerReference
{
    private const string DefaultDomain = "docker.io";
    private const string LegacyDefaultDomain = "index.docker.io";
    private const string OfficialRepositories = "library";
    private const int NameLengthMax = 255;

    private DockerReference(string domain, string path, string? tag, string? digest)
    {
        Domain = domain;
        Path = path;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>
    /// The registry, <c>host[:port]</c>. (A host with an underscore is none by the grammar; the reference implementation reads it as part
    /// of the repository's name. As names are always compared and looked up whole, that makes no difference.)
    /// </summary>
    public string Domain { get; }

    /// <summary>The repository within the registry.</summary>
    public string Path { get; }

    /// <summary>The tag, or null.</summary>
    public string? Tag { get; }

    /// <summary>The digest, <c>algorithm:hex</c>, or null.</summary>
    public string? Digest { get; }

    /// <summary>Registry and repository, without tag and digest.</summary>
    public string Name => $"{Domain}/{Path}";

    /// <summary>Whether there is neither a tag nor a digest.</summary>
    public bool IsNameOnly => Tag is null && Digest is null;

    /// <summary>Parses and expands a reference as a user may write it.</summary>
    /// <param name="text">The reference, without a transport prefix.</param>
    /// <param name="reference">The expanded reference.</param>
    /// <param name="problem">What is wrong with it, when the result is false.</param>
    /// <returns>Whether <paramref name="text"/> is a reference.</returns>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out DockerReference? reference,
        out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        reference = null;
        problem = "";
        if (text.Length == 0)
        {
            problem = "a reference must not be empty";
            return false;
        }

        if (text.Length == 64 && IsLowerHex(text))
        {
            problem = "64 hexadecimal digits are an image id, not a repository name";
            return false;
        }

        (string domain, string remainder) = SplitDomain(text);

        int at = remainder.IndexOf('@');
        string? digest = at >= 0 ? remainder[(at + 1)..] : null;
        string nameAndTag = at >= 0 ? remainder[..at] : remainder;
        int colon = nameAndTag.IndexOf(':');
        string? tag = colon >= 0 ? nameAndTag[(colon + 1)..] : null;
        string path = colon >= 0 ? nameAndTag[..colon] : nameAndTag;

        if (!ReferenceGrammar.IsHost(domain))
            problem = $"'{domain}' is not a host[:port]";
        else if (path.Any(char.IsUpper))
            problem = "a repository name must be lowercase";
        else if (!ReferenceGrammar.IsPath(path))
            problem = $"'{path}' is not a repository name";
        else if (tag is not null && !ReferenceGrammar.IsTag(tag))
            problem = $"'{tag}' is not a tag";
        else if (digest is not null && !ReferenceGrammar.IsDigest(digest))
            problem = $"'{digest}' is not a digest (sha256, sha384 or sha512 and lowercase hexadecimal digits)";
        else if (domain.Length + 1 + path.Length > NameLengthMax)
            problem = $"a repository name must not be longer than {NameLengthMax} characters";
        if (problem.Length > 0)
            return false;
        reference = new DockerReference(domain, path, tag, digest);
        return true;
    }

    /// <summary>
    /// The reference by which a policy is looked up: a tag <c>latest</c> where there is neither tag nor digest; without the tag where
    /// there are both, because the digest decides what is pulled (containers/image refuses a reference with both).
    /// </summary>
    /// <returns>A reference with exactly one of tag and digest.</returns>
    public DockerReference ForLookup() =>
        Digest is not null ? new DockerReference(Domain, Path, null, Digest)
        : Tag is not null ? this
        : new DockerReference(Domain, Path, "latest", null);

    /// <inheritdoc/>
    public override string ToString() => Name + (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);

    private static (string Domain, string Remainder) SplitDomain(string text)
    {
        int slash = text.IndexOf('/');
        string domain;
        string remainder;
        if (slash < 0 || (text.AsSpan(0, slash).IndexOfAny('.', ':') < 0 && text[..slash] != "localhost"))
            (domain, remainder) = (DefaultDomain, text);
        else
            (domain, remainder) = (text[..slash], text[(slash + 1)..]);
        if (domain == LegacyDefaultDomain)
            domain = DefaultDomain;
        if (domain == DefaultDomain && !remainder.Contains('/'))
            remainder = OfficialRepositories + "/" + remainder;
        return (domain, remainder);
    }

    private static bool IsLowerHex(string text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiHexDigitLower(c))
                return false;
        }

        return true;
    }
}
