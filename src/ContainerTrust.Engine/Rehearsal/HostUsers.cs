using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Rehearsal;

/// <summary>A user of a host whose podman may pull images.</summary>
/// <param name="Name">The name, for results.</param>
/// <param name="Home">The home. Null for users in general, who have no files of their own.</param>
/// <param name="Number">The number. Null if it is not known.</param>
internal sealed record HostUserPlace(string Name, string? Home, uint? Number)
{
    public const string RootName = "root";

    public bool IsRoot => Number == 0;

    /// <summary>The host as this user finds it.</summary>
    public ITrustHost ViewOf(ITrustHost host) => new UserView(host, Home, Number);
}

/// <summary>The users of a host: root, the people of the password file, and those that have a directory in /home.</summary>
internal static class HostUsers
{
    private const int MaxBytes = 4 << 20;
    private const int MostHomes = 10_000;
    private const uint FirstPerson = 1000;
    private const uint Nobody = 65534;

    public static IReadOnlyList<HostUserPlace> Of(ITrustHost host)
    {
        List<HostUserPlace> users = [new(HostUserPlace.RootName, "/root", 0)];
        HashSet<string> homes = new(StringComparer.Ordinal) { "/root", "/" };
        foreach (string line in host.TryReadFile("/etc/passwd", MaxBytes) is { } file
            ? Encoding.UTF8.GetString(file.Content.Span).Split('\n') : [])
        {
            // passwd(5): name, password, number, group, words, home, shell.
            string[] fields = line.Split(':');
            if (fields.Length < 6 || !uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
                || fields[5] is not ['/', not '/', ..])
                continue;
            string home = fields[5].TrimEnd('/');
            bool isPerson = number is >= FirstPerson and not Nobody || home.StartsWith("/home/", StringComparison.Ordinal);
            if (number > 0 && isPerson && users.Count < MostHomes && homes.Add(home))
                users.Add(new HostUserPlace(fields[0], home, number));
        }

        // Users of a directory service have homes and no line in the file.
        foreach (string name in host.ListDirectory("/home"))
        {
            if (users.Count < MostHomes && homes.Add($"/home/{name}"))
                users.Add(new HostUserPlace(name, $"/home/{name}", null));
        }

        if (host.HomeDirectory is { } own && homes.Add(own.TrimEnd('/')))
            users.Add(new HostUserPlace(own, own.TrimEnd('/'), HostUser.FindNumber(host)));
        return users;
    }
}
