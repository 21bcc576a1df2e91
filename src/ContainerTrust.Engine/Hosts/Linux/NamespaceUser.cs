using System.Globalization;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>The user that stands for all users outside of this process's user namespace.</summary>
/// <param name="UserId">The number. 0, which is root, where there is no such user: the whole system is mapped.</param>
/// <param name="IsMapped">Whether that number is a user of the namespace too, so that the owner of a file can be either.</param>
internal readonly record struct NamespaceUser(uint UserId, bool IsMapped)
{
    private const uint WholeSystem = uint.MaxValue;

    /// <summary>Reads what the kernel says of this process.</summary>
    /// <returns>The user; 0 where there is no /proc, and nothing is known of namespaces.</returns>
    public static NamespaceUser Read()
    {
        try
        {
            return Parse(File.ReadAllText("/proc/self/uid_map"), File.ReadAllText("/proc/sys/kernel/overflowuid"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return default;
        }
    }

    /// <summary>Finds the user.</summary>
    /// <param name="map">
    /// /proc/self/uid_map (user_namespaces(7)): lines of the first number inside, the first outside, and how many.
    /// </param>
    /// <param name="overflow">/proc/sys/kernel/overflowuid.</param>
    /// <returns>The user.</returns>
    /// <exception cref="FormatException">The files are not as the kernel writes them.</exception>
    /// <exception cref="OverflowException">The same.</exception>
    public static NamespaceUser Parse(string map, string overflow)
    {
        uint outside = uint.Parse(overflow, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
        bool isMapped = false;
        foreach (string line in map.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length != 3)
                throw new FormatException("A line of the map does not have three numbers.");
            uint[] numbers = [.. fields.Select(static f => uint.Parse(f, CultureInfo.InvariantCulture))];
            if (numbers is [0, 0, WholeSystem])
                return default;
            isMapped |= outside >= numbers[0] && outside - numbers[0] < numbers[2];
        }

        return new(outside, isMapped);
    }
}
