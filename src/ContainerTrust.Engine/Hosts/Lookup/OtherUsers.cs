using System.Globalization;

namespace ContainerTrust.Engine.Hosts.Lookup;

/// <summary>The users other than root for whom podman 6 reads directories that root's podman does not.</summary>
internal static class OtherUsers
{
    /// <summary>Finds them.</summary>
    /// <param name="host">The host, as root finds it.</param>
    /// <returns>The users that have no directory of their own (number null), and each that has one.</returns>
    /// <exception cref="TrustException">A directory cannot be read.</exception>
    public static IEnumerable<OtherUser> Of(ITrustHost host)
    {
        yield return new OtherUser(null, "users other than root");
        SortedSet<uint> numbers = [];
        foreach (string level in (string[])[ContainersLookup.SystemDirectory, ContainersLookup.VendorDirectory])
        {
            foreach (string name in host.ListDirectory($"{level}/registries.rootless.d"))
            {
                if (uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && number > 0)
                    numbers.Add(number);
            }
        }

        foreach (uint number in numbers)
            yield return new OtherUser(number, string.Create(CultureInfo.InvariantCulture, $"the user {number}"));
    }
}

/// <summary>One of them.</summary>
/// <param name="Number">The user's number. Null for those who have no directory of their own.</param>
/// <param name="Words">Who, as messages say it.</param>
internal sealed record OtherUser(uint? Number, string Words);
