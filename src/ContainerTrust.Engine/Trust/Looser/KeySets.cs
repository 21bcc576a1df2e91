namespace ContainerTrust.Engine.Trust.Looser;

/// <summary>How keys of which one is enough compare with others.</summary>
internal enum KeySetChange
{
    /// <summary>There are none that were not there before.</summary>
    None,

    /// <summary>Others are there, and no more than before.</summary>
    Others,

    /// <summary>There are more to choose from.</summary>
    More,
}

/// <summary>Compares the keys or certificates of two requirements.</summary>
internal static class KeySets
{
    /// <summary>Compares.</summary>
    /// <param name="before">The material so far; not empty.</param>
    /// <param name="after">The new one.</param>
    /// <param name="content">Tells keys by their content. Null to tell them by their files alone.</param>
    /// <returns>What has changed.</returns>
    public static KeySetChange Compare(IReadOnlyList<KeyMaterial> before, IReadOnlyList<KeyMaterial> after, KeyContent? content)
    {
        // The same file is the same keys, whatever is in it.
        if (after.All(before.Contains))
            return KeySetChange.None;
        HashSet<string> old = Elements(before, content), next = Elements(after, content);
        return next.IsSubsetOf(old) ? KeySetChange.None : next.Count > old.Count ? KeySetChange.More : KeySetChange.Others;
    }

    // What cannot be read is one key.
    private static HashSet<string> Elements(IReadOnlyList<KeyMaterial> materials, KeyContent? content)
    {
        HashSet<string> elements = new(StringComparer.Ordinal);
        foreach (KeyMaterial material in materials)
        {
            IReadOnlyList<string> read = content?.Of(material) ?? [];
            elements.UnionWith(read.Count > 0 ? read : [$"{(material.Path is null ? "data" : "file")} {material.Path ?? material.Data}"]);
        }

        return elements;
    }
}
