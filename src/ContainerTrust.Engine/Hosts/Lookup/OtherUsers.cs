using System.Globalization;

namespace ContainerTrust.Engine.Hosts.Lookup;

/// <summary>The users other than root for whom podman 6 reads directories that root's podman does not.</summary>
internal static class OtherUsers
{
    private const string Rootless = "registries.rootless.d";

    /// <summary>The administrator's directories for them.</summary>
    /// <param name="host">The host.</param>
    /// <returns>Names below <c>/etc/containers</c>, whether they are there or not.</returns>
    /// <exception cref="TrustException">A directory cannot be read.</exception>
    public static IEnumerable<string> Directories(ITrustHost host) =>
        [Rootless, .. Numbers(host, ContainersLookup.SystemDirectory)
            .Select(static n => string.Create(CultureInfo.InvariantCulture, $"{Rootless}/{n}"))];

    /// <summary>Finds them.</summary>
    /// <param name="host">The host, as root finds it.</param>
    /// <returns>The users that have no directory of their own (number null), and each that has one.</returns>
    /// <exception cref="TrustException">A directory cannot be read.</exception>
    public static IEnumerable<OtherUser> Of(ITrustHost host)
    {
        yield return new OtherUser(null, "users other than root");
        SortedSet<uint> numbers = [];
        foreach (string level in (string[])[ContainersLookup.SystemDirectory, ContainersLookup.VendorDirectory])
            numbers.UnionWith(Numbers(host, level));

        foreach (uint number in numbers)
            yield return new OtherUser(number, string.Create(CultureInfo.InvariantCulture, $"the user {number}"));
    }

    private static IEnumerable<uint> Numbers(ITrustHost host, string level)
    {
        foreach (string name in host.ListDirectory($"{level}/{Rootless}"))
        {
            if (uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && number > 0)
                yield return number;
        }
    }
}

/// <summary>One of them.</summary>
/// <param name="Number">The user's number. Null for those who have no directory of their own.</param>
/// <param name="Words">Who, as messages say it.</param>
internal sealed record OtherUser(uint? Number, string Words);
