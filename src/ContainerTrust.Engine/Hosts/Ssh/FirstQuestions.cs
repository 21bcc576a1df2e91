using System.Globalization;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>
/// What a host is asked for at once: all that <see cref="ContainersLookup"/> may look at, by the rules of any release, but for
/// certificates; and CRI-O's settings.
/// </summary>
internal static class FirstQuestions
{
    private const string System = ContainersLookup.SystemDirectory;
    private const string Vendor = ContainersLookup.VendorDirectory;

    // Paths as remote.sh takes them: as they are (r), below the home (h) or XDG_CONFIG_HOME (x), with the user's number after them (u),
    // out of a variable (v).
    private static readonly string[] s_files =
    [
        $"r{System}/policy.json", $"r{Vendor}/policy.json", "h/.config/containers/policy.json", "x/containers/policy.json", "v1",
        $"r{System}/registries.conf", $"r{Vendor}/registries.conf", "h/.config/containers/registries.conf", "x/containers/registries.conf",
        "v2", "v3", "v4",
        "r/etc/crio/crio.conf", "r/etc/os-release", "r/usr/lib/os-release",
    ];

    // Whether the one is the other is asked before it is written or deleted.
    private static readonly string[] s_links = [$"r{System}", $"r{System}/registries.d", $"r{System}/policy.json", $"r{Vendor}/policy.json",
        $"r{Vendor}/registries.d", $"r{ContainersLookup.RootfulRegistriesDirectory}"];

    /// <summary>The questions.</summary>
    /// <param name="limit">The largest file that is brought.</param>
    /// <returns>Lines of a request.</returns>
    public static string[] Of(int limit)
    {
        string most = limit.ToString(CultureInfo.InvariantCulture);
        return
        [
            .. s_files.Select(f => $"f {most} {f}"),
            .. Directories("registries", "").Select(d => $"y {most} {d}"),
            .. Directories("registries", ".conf").Select(d => $"c {most} {d}"),
            $"c {most} r/etc/crio/crio.conf.d",
            .. s_links.Select(static l => $"r 0 {l}"),
        ];
    }

    private static IEnumerable<string> Directories(string name, string extension)
    {
        yield return $"h/.config/containers/{name}{extension}.d";
        yield return $"x/containers/{name}{extension}.d";
        foreach (string level in (string[])[System, Vendor])
        {
            yield return $"r{level}/{name}{extension}.d";
            yield return $"r{level}/{name}.rootful{extension}.d";
            yield return $"r{level}/{name}.rootless{extension}.d";
            yield return $"u{level}/{name}.rootless{extension}.d";
        }
    }
}
