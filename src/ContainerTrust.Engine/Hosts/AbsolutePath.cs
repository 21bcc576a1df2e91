namespace ContainerTrust.Engine.Hosts;

/// <summary>Paths on a host, which has no current directory: they must begin at the root.</summary>
internal static class AbsolutePath
{
    /// <summary>Refuses a path that is not absolute.</summary>
    /// <param name="path">A path on the host.</param>
    /// <param name="what">What it leads to, for the message, such as "the image's directory".</param>
    /// <returns>The path.</returns>
    /// <exception cref="TrustException">It is not absolute, or has a NUL character (<c>PathNotAbsolute</c>).</exception>
    public static string Require(string path, string what)
    {
        ArgumentNullException.ThrowIfNull(path);
        if ((path.StartsWith('/') || Path.IsPathFullyQualified(path)) && !path.Contains('\0'))
            return path;
        string shown = Printable.Of(path, Printable.NameLength);
        throw new TrustException(
            "PathNotAbsolute",
            TrustErrorKind.InvalidArgument,
            $"'{shown}' is not an absolute path; give {what} from the root on.")
        {
            Target = path,
        };
    }
}
