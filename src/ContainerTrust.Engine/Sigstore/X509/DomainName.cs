namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>
/// Domain names as name constraints compare them (RFC 5280 section 4.2.1.10), with what Go's crypto/x509 adds: a leading dot asks for a
/// subdomain in constraints of every kind, and an empty constraint means every name. Names are ASCII; case does not count.
/// </summary>
internal static class DomainName
{
    /// <summary>
    /// Whether a name can be taken apart into labels. An absolute name (a dot at the end) cannot, nor can a name with white space or an
    /// empty label.
    /// </summary>
    /// <param name="name">A name; the empty one has no labels.</param>
    /// <returns>Whether it can be compared with constraints.</returns>
    public static bool IsReadable(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty)
            return true;
        bool hasEmptyLabel = name[0] == '.' || name[^1] == '.' || name.Contains("..", StringComparison.Ordinal);
        return !hasEmptyLabel && !name.ContainsAnyExceptInRange('!', '~');
    }

    /// <summary>Whether a constraint can be compared with names.</summary>
    /// <param name="constraint">A domain; a leading dot asks for a subdomain. A dot alone says nothing that implementations agree
    /// on.</param>
    /// <returns>Whether it can.</returns>
    public static bool IsReadableConstraint(ReadOnlySpan<char> constraint) =>
        constraint is not "." && IsReadable(constraint is ['.', ..] ? constraint[1..] : constraint);

    /// <summary>Whether a name is a domain, or below it.</summary>
    /// <param name="name">A readable name.</param>
    /// <param name="constraint">A readable constraint; with a leading dot the domain itself does not count.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsWithin(ReadOnlySpan<char> name, ReadOnlySpan<char> constraint)
    {
        if (constraint.IsEmpty)
            return true;
        if (!name.EndsWith(constraint, StringComparison.OrdinalIgnoreCase))
            return false;
        return constraint[0] == '.' || name.Length == constraint.Length || name[^(constraint.Length + 1)] == '.';
    }

    /// <summary>
    /// Whether a host of an e-mail address or URI is permitted by a constraint: without a leading dot it is one host (RFC 5280 section
    /// 4.2.1.10). Older releases of Go permit its subdomains too, newer ones do not; what gives counts only where all agree.
    /// </summary>
    /// <param name="host">A readable name.</param>
    /// <param name="constraint">A readable constraint.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsPermittedHost(ReadOnlySpan<char> host, ReadOnlySpan<char> constraint) =>
        IsWithin(host, constraint) && (constraint is "" or ['.', ..] || host.Length == constraint.Length);

    /// <summary>
    /// Whether an exclusion hits a name: the domain, everything below it, and a wildcard that stands for a name that is excluded
    /// (CVE-2025-61727). Hosts of e-mail addresses and URIs are excluded with their subdomains, as Go did until it followed the RFC; what
    /// takes away counts wherever one release takes it.
    /// </summary>
    /// <param name="name">A readable name; it may begin with a wildcard.</param>
    /// <param name="constraint">A readable constraint.</param>
    /// <returns>Whether it does.</returns>
    public static bool IsExcluded(ReadOnlySpan<char> name, ReadOnlySpan<char> constraint)
    {
        if (IsWithin(name, constraint))
            return true;
        int dot = name.IndexOf('.');
        if (name is not ['*', ..] || dot < 0)
            return false;

        // A wildcard stands for any first label. Go 1.24 and 1.25 leave out the first label of both and compare the rest; later ones are
        // exact. The wider counts.
        bool mustBeBelow = constraint[0] == '.';
        if (mustBeBelow)
            constraint = constraint[1..];
        int constraintDot = constraint.IndexOf('.');
        ReadOnlySpan<char> parent = constraintDot < 0 ? "" : constraint[(constraintDot + 1)..];
        ReadOnlySpan<char> rest = name[(dot + 1)..];
        return IsWithin(rest, parent) && !(mustBeBelow && rest.Length == parent.Length);
    }
}
