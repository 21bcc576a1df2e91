namespace ContainerTrust.Engine.Formats.Yaml;

/// <summary>The kind of a <see cref="YamlNode"/>.</summary>
internal enum YamlKind
{
    Scalar,
    Mapping,
    Sequence,
    Alias,
}

/// <summary>How a scalar is written.</summary>
internal enum YamlStyle
{
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
}

/// <summary>
/// A node of a YAML document with its place in the text. Offsets are UTF-16 positions in <see cref="YamlText.Text"/>, so that the editor
/// can cut exactly there.
/// </summary>
internal sealed class YamlNode
{
    public required YamlKind Kind { get; init; }

    /// <summary>A scalar's content, or the name of the anchor that an alias refers to. Empty for collections.</summary>
    public string Value { get; init; } = "";

    /// <summary>Scalars only.</summary>
    public YamlStyle Style { get; init; }

    /// <summary>The explicit tag, resolved; null if there is none.</summary>
    public string? Tag { get; init; }

    /// <summary>The anchor that the node defines; null if there is none.</summary>
    public string? Anchor { get; init; }

    /// <summary>Collections only: written with brackets.</summary>
    public bool IsFlow { get; init; }

    /// <summary>Aliases only: the node meant.</summary>
    public YamlNode? Target { get; init; }

    /// <summary>Collections only: items, or keys and values by turns.</summary>
    public List<YamlNode>? Children { get; init; }

    /// <summary>The first character.</summary>
    public int Start { get; init; }

    /// <summary>Behind the last character. For block collections and empty scalars see <see cref="YamlShape.ContentEnd"/>.</summary>
    public int End { get; set; }

    /// <summary>A plain scalar without a character, as after <c>key:</c>.</summary>
    public bool IsAbsent => Kind == YamlKind.Scalar && Style == YamlStyle.Plain && Value.Length == 0;

    /// <summary>Whether the node is null by the rules of YAML's core schema and gopkg.in/yaml.v3.</summary>
    public bool IsNull =>
        Kind == YamlKind.Scalar && Style == YamlStyle.Plain && Tag is null && (Value is "" or "~" or "null" or "Null" or "NULL");
}

/// <summary>The tags that are known here.</summary>
internal static class YamlTag
{
    public const string Text = "tag:yaml.org,2002:str";
    public const string Mapping = "tag:yaml.org,2002:map";
}

/// <summary>The first document of a file.</summary>
internal sealed class YamlDocument
{
    /// <summary>The root node; null for a file without content.</summary>
    public YamlNode? Root { get; init; }

    /// <summary>The line, from 1, of what follows the first document and is not read; 0 if nothing does.</summary>
    public int IgnoredFromLine { get; init; }

    /// <summary>Whether a node is referred to by an alias anywhere.</summary>
    public bool HasAliases { get; init; }
}
