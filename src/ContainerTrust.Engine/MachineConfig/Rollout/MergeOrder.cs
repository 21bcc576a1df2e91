namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>
/// Which of several MachineConfigs' files ends up in the rendered config: the last one's. The operator merges in the order of names;
/// newer ones merge all of role <c>worker</c> first, so that a custom pool's own come later whatever their names are.
/// </summary>
internal static class MergeOrder
{
    /// <summary>The MachineConfigs that set a file, in the order in which they are merged: by newer operators, and by older
    /// ones.</summary>
    public static IReadOnlyList<ConfigDocument>[] Of(IEnumerable<ConfigDocument> configs, string path)
    {
        ConfigDocument[] byName = [.. configs.Where(c => c.Sets(path)).OrderBy(static c => c.Name, StringComparer.Ordinal)];
        return [[.. byName.OrderBy(static c => c.Role == "worker" ? 0 : 1)], byName];
    }

    /// <summary>All MachineConfigs in the order in which the operator of a release merges them.</summary>
    public static IReadOnlyList<ConfigDocument> Of(IEnumerable<ConfigDocument> configs, bool workersFirst)
    {
        IOrderedEnumerable<ConfigDocument> byName = configs.OrderBy(static c => c.Name, StringComparer.Ordinal);
        return workersFirst ? [.. byName.OrderBy(static c => c.Role == "worker" ? 0 : 1)] : [.. byName];
    }

    /// <summary>The MachineConfig that a rendered content is from.</summary>
    /// <param name="orders">The result of <see cref="Of(IEnumerable{ConfigDocument}, string)"/>.</param>
    /// <param name="path">The file.</param>
    /// <param name="rendered">Its content in the rendered config.</param>
    /// <returns>The last that has this content; null if none has.</returns>
    public static ConfigDocument? Winner(IReadOnlyList<ConfigDocument>[] orders, string path, ReadOnlySpan<byte> rendered)
    {
        foreach (IReadOnlyList<ConfigDocument> order in orders)
        {
            if (order.Count > 0 && Has(order[^1], path, rendered))
                return order[^1];
        }

        for (int i = orders[0].Count - 1; i >= 0; i--)
        {
            if (Has(orders[0][i], path, rendered))
                return orders[0][i];
        }

        return null;
    }

    private static bool Has(ConfigDocument config, string path, ReadOnlySpan<byte> content)
    {
        try
        {
            return config.Find(path) is { } file && content.SequenceEqual(file.Content);
        }
        catch (TrustException)
        {
            // What cannot be decoded is not what was rendered.
            return false;
        }
    }
}
