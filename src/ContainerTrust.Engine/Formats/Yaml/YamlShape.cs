namespace ContainerTrust.Engine.Formats.Yaml;

/// <summary>Where nodes end in the text, and whether two say the same.</summary>
internal static class YamlShape
{
    /// <summary>Behind the last character of a mapping's entry.</summary>
    public static int EntryEnd(YamlText text, YamlNode key, YamlNode value)
    {
        int end = ContentEnd(text, value);
        if (end >= 0)
            return end;
        int colon = Colon(text, key);
        return colon >= 0 ? colon + 1 : key.End;
    }

    /// <summary>Behind the last character of a node; -1 if it has none.</summary>
    public static int ContentEnd(YamlText text, YamlNode node)
    {
        if (node.Kind is YamlKind.Mapping or YamlKind.Sequence && !node.IsFlow)
        {
            List<YamlNode> children = node.Children!;
            if (children.Count == 0)
                return node.Start;
            if (node.Kind == YamlKind.Mapping)
                return EntryEnd(text, children[^2], children[^1]);
            int end = ContentEnd(text, children[^1]);
            return end >= 0 ? end : children[^1].Start;
        }

        if (node.IsAbsent && node.Tag is null && node.Anchor is null)
            return -1;
        int last = node.End;
        if (node.Kind == YamlKind.Scalar && node.Style is YamlStyle.Literal or YamlStyle.Folded)
        {
            while (last > node.Start && text.Text[last - 1] is '\n' or '\r')
                last--;
        }

        return last;
    }

    /// <summary>The colon behind a key; -1 if there is none (a word alone between braces).</summary>
    public static int Colon(YamlText text, YamlNode key)
    {
        int at = key.End;
        while (at < text.Text.Length && text.Text[at] is ' ' or '\t')
            at++;
        return at < text.Text.Length && text.Text[at] == ':' ? at : -1;
    }

    /// <summary>Whether two nodes say the same, wherever they are and however they are written.</summary>
    public static bool SameContent(YamlNode a, YamlNode b)
    {
        if (a.Kind != b.Kind || a.Value != b.Value || a.Tag != b.Tag || a.Anchor != b.Anchor || a.IsNull != b.IsNull)
            return false;
        if (a.Kind == YamlKind.Scalar && (a.Style == YamlStyle.Plain) != (b.Style == YamlStyle.Plain))
            return false;
        if (a.Children is null || b.Children is null)
            return a.Children is null && b.Children is null;
        if (a.Children.Count != b.Children.Count)
            return false;
        for (int i = 0; i < a.Children.Count; i++)
        {
            if (!SameContent(a.Children[i], b.Children[i]))
                return false;
        }

        return true;
    }
}
