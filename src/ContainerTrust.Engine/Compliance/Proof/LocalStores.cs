using System.Text;

namespace ContainerTrust.Engine.Compliance.Proof;

/// <summary>
/// The directories that are looked into where registries.d names no store: root's, and those in users' homes. A store that a fix names
/// takes their place.
/// </summary>
internal static class LocalStores
{
    private const string System = "/var/lib/containers/sigstore/";
    private const string OfUser = "/.local/share/containers/sigstore/";

    /// <summary>
    /// The directories, for reading ahead along with what is read anyway. Empty if nothing asks for signatures in stores.
    /// </summary>
    /// <param name="audit">An audit that has read the policy.</param>
    /// <param name="homes">Users' homes.</param>
    public static IReadOnlyList<string> Of(Audit audit, IEnumerable<string> homes) =>
        audit.Entries.Any(static e => e.Requirements.Any(static r => r is SignedByRequirement))
            ? [System, .. homes.Select(static h => h + OfUser)]
            : [];

    // passwd(5): the sixth field is the home. Over SSH it is not read, and homes elsewhere are not found there.
    private static IEnumerable<string> OfPasswd(ProofHost host)
    {
        const int Most = 1 << 20;
        const int Home = 5;
        try
        {
            return host.TryReadFile("/etc/passwd", Most) is { } file
                ? [.. Encoding.UTF8.GetString(file.Content.Span).Split('\n').Select(static l => l.Split(':'))
                    .Where(static f => f.Length > Home && f[Home] is ['/', not '/', ..])
                        .Select(static f => f[Home].TrimEnd('/')).Distinct()]
                : [];
        }
        catch (NotReadException)
        {
            return [];
        }
    }

    /// <summary>Whether there may be signatures in them: also if that is not known.</summary>
    public static bool MayHaveSignatures(Audit audit)
    {
        ProofHost host = new(audit.Host);
        try
        {
            SortedSet<string> homes = [.. host.ListDirectory("/home").Select(static u => $"/home/{u}")];
            homes.UnionWith(OfPasswd(host));
            if (host.HomeDirectory is { } home)
                homes.Add(home.TrimEnd('/'));
            return new[] { System }.Concat(homes.Select(static h => h + OfUser)).Any(d => host.ListDirectory(d.TrimEnd('/')).Count > 0);
        }
        catch (NotReadException)
        {
            return true;
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            return true;
        }
    }
}
