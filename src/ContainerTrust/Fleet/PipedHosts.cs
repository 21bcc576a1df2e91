using System.Management.Automation;

namespace ContainerTrust.Commands.Fleet;

/// <summary>Hosts that come by the pipeline: names, rows of a table, results of earlier calls.</summary>
internal static class PipedHosts
{
    // Objects that carry entries of a host are no request to visit it.
    private static readonly string[] s_trust = ["Requirements", "Trust", "Definition"];

    /// <summary>The host that an item names.</summary>
    /// <param name="item">The item.</param>
    /// <returns>The name. Null if it names none.</returns>
    public static string? NameOf(object? item)
    {
        object? plain = item is PSObject wrapped ? wrapped.BaseObject : item;
        if (plain is string name)
            return name;
        if (plain is null or FileSystemInfo)
            return null;
        PSObject bag = PSObject.AsPSObject(item!);
        if (s_trust.Any(p => bag.Properties[p] is not null))
            return null;
        return Text(bag, "HostName") ?? Text(bag, "ComputerName");
    }

    private static string? Text(PSObject bag, string property) =>
        bag.Properties[property]?.Value?.ToString() is { Length: > 0 } text ? text : null;
}
