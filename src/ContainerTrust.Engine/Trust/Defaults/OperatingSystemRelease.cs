using System.Text;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Trust.Defaults;

/// <summary>Which system a host is, as its os-release says (os-release(5)).</summary>
/// <param name="Id"><c>ID</c>: <c>rhel</c>, <c>fedora</c>, <c>debian</c>. Lower case; empty if the host does not say.</param>
/// <param name="Version"><c>VERSION_ID</c>: <c>9.4</c>. Empty if it is not there.</param>
/// <param name="Name"><c>PRETTY_NAME</c>, for messages.</param>
internal sealed record OperatingSystemRelease(string Id, string Version, string Name)
{
    private const int MaxBytes = 64 << 10;

    private static readonly string[] s_ofRedHat = ["rhel", "centos", "almalinux", "rocky"];

    /// <summary>Where a host says what it is; the first that is there counts.</summary>
    public static IReadOnlyList<string> Files { get; } = ["/etc/os-release", "/usr/lib/os-release"];

    /// <summary>Whether it is RHEL or a rebuild of it.</summary>
    public bool IsOfRedHat => s_ofRedHat.Contains(Id);

    /// <summary>
    /// Whether every podman of the release knows <c>keyPaths</c>, which came with containers/image 5.22: RHEL 8.8, 9.2 and later. An
    /// older one refuses the whole file.
    /// </summary>
    public bool KnowsKeyPaths => IsOfRedHat && Major switch
    {
        8 => Minor is null or >= 8,
        9 => Minor is null or >= 2,
        >= 10 => true,
        _ => false,
    };

    /// <summary>The number before the first dot of <see cref="Version"/>. Null if there is none.</summary>
    public int? Major => int.TryParse(Version.Split('.')[0], out int major) ? major : null;

    /// <summary>The number after the first dot of <see cref="Version"/>. Null if there is none.</summary>
    public int? Minor => Version.Split('.') is [_, { } text, ..] && int.TryParse(text, out int minor) ? minor : null;

    /// <summary>Reads a host's.</summary>
    /// <param name="host">The host.</param>
    /// <returns>What it says; of a host that says nothing, an empty id and version.</returns>
    /// <exception cref="TrustException">The file cannot be read.</exception>
    public static OperatingSystemRelease Read(ITrustHost host)
    {
        foreach (string path in Files)
        {
            if (host.TryReadFile(path, MaxBytes) is { } file)
                return Parse(Encoding.UTF8.GetString(file.Content.Span));
        }

        return Parse("");
    }

    /// <summary>Reads the lines; a later one counts, as for a shell that sources the file.</summary>
    /// <param name="text">The content of an os-release.</param>
    /// <returns>What it says.</returns>
    public static OperatingSystemRelease Parse(string text)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (string line in text.Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#')
                values[line[..equals].Trim()] = Unquote(line[(equals + 1)..].Trim());
        }

        string name = values.GetValueOrDefault("PRETTY_NAME") is { Length: > 0 } pretty ? Printable.Of(pretty, Printable.NameLength)
            : "this host";
        return new(values.GetValueOrDefault("ID", "").ToLowerInvariant(), values.GetValueOrDefault("VERSION_ID", ""), name);
    }

    // Backslashes matter in names alone, which are shown and not compared.
    private static string Unquote(string value) =>
        value is ['"', .., '"'] or ['\'', .., '\''] ? value[1..^1] : value;
}
