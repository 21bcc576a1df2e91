using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.Engine.Hosts.Lookup;

/// <summary>
/// Which release of podman Debian's and Ubuntu's package database has as installed. The database is text, and no program is needed.
/// </summary>
internal static class DebianPackages
{
    private const string Database = "/var/lib/dpkg/status";
    private const string Lists = "/var/lib/dpkg/info/";
    private const int MaxBytes = 64 << 20;

    // A variable of remote.sh: what it takes out of the database.
    private const string Excerpt = "DPKG_PODMAN";

    // The programs, the one that counts most first, and the versions that have the rules of podman 6, and of podman 4.4.
    private static readonly (string Name, int Major, int Minor, (int Major, int Minor) Strict)[] s_packages =
        [("podman", 6, 0, (4, 4)), ("skopeo", 1, 23, (1, 11)), ("buildah", 1, 44, (1, 29))];

    /// <summary>Finds a host's release.</summary>
    /// <param name="host">The host.</param>
    /// <returns>The release. Null if there is no such database, or none of the programs in it.</returns>
    /// <exception cref="TrustException">The connection to the host has ended.</exception>
    public static ContainersRelease? Find(ITrustHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return ReadText(host) is { } text ? Parse(text.Span) : null;
    }

    /// <summary>Finds it in the text of a database.</summary>
    /// <param name="text">Paragraphs of fields, as <c>/var/lib/dpkg/status</c> has them.</param>
    /// <returns>The release. Null if none of the programs is installed.</returns>
    public static ContainersRelease? Parse(ReadOnlySpan<byte> text)
    {
        foreach ((string name, int major, int minor, (int Major, int Minor) strict) in s_packages)
        {
            if (Version(text, name) is not { } version || Numbers(version) is not { } numbers)
                continue;
            bool isNew = numbers.Major > major || (numbers.Major == major && numbers.Minor >= minor);
            return (isNew ? ContainersRelease.Six : ContainersRelease.Five) with
            {
                Reason = $"{name} {Printable.Of(version, Printable.NameLength)} is installed",
                PassesOverEmptyLists = numbers.CompareTo(strict) < 0,
                Program = (name, numbers.Major, numbers.Minor),
            };
        }

        return null;
    }

    // The database is large, and few hosts that have it have these packages.
    private static ReadOnlyMemory<byte>? ReadText(ITrustHost host)
    {
        if (host.Underlying is SshHost)
            return host.GetEnvironmentVariable(Excerpt) is { } excerpt ? Encoding.UTF8.GetBytes(excerpt) : null;
        try
        {
            return Array.Exists(s_packages, p => host.Exists($"{Lists}{p.Name}.list")) ? host.TryReadFile(Database, MaxBytes)?.Content
                : null;
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            // What cannot be read says nothing, and nothing depends on it but how sure we are.
            return null;
        }
    }

    private static string? Version(ReadOnlySpan<byte> text, string name)
    {
        ReadOnlySpan<byte> first = Encoding.UTF8.GetBytes($"\nPackage: {name}\n");
        int at = text.StartsWith(first[1..]) ? 0 : text.IndexOf(first) + 1;
        if (at == 0 && !text.StartsWith(first[1..]))
            return null;
        text = text[at..];
        int end = text.IndexOf("\n\n"u8);
        string[] lines = Encoding.UTF8.GetString(end < 0 ? text : text[..end]).Split('\n');
        bool isInstalled = Array.Exists(
            lines,
            static l => l.StartsWith("Status: ", StringComparison.Ordinal) && l.EndsWith(" installed", StringComparison.Ordinal));
        const string Field = "Version: ";
        return isInstalled ? Array.Find(lines, static l => l.StartsWith(Field, StringComparison.Ordinal))?[Field.Length..] : null;
    }

    // [epoch:]upstream[-revision] (deb-version(7)); of the upstream version its first two numbers.
    private static (int Major, int Minor)? Numbers(string version)
    {
        string upstream = version[(version.IndexOf(':', StringComparison.Ordinal) + 1)..];
        string[] parts = upstream.Split('.');
        return parts.Length >= 2 && Leading(parts[0]) is { } major && Leading(parts[1]) is { } minor ? (major, minor) : null;
    }

    private static int? Leading(string text)
    {
        int length = text.AsSpan().IndexOfAnyExceptInRange('0', '9') is >= 0 and var other ? other : text.Length;
        return int.TryParse(text.AsSpan(0, length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
    }
}
