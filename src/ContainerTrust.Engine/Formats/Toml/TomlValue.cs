namespace ContainerTrust.Engine.Formats.Toml;

/// <summary>A value of a TOML document, with the place where it stands.</summary>
/// <param name="Offset">Where it begins, in characters from the start of the text.</param>
internal abstract record TomlValue(int Offset)
{
    /// <summary>What it is, with an article, for messages.</summary>
    public abstract string Description { get; }
}

/// <summary>A text.</summary>
internal sealed record TomlString(int Offset, string Value) : TomlValue(Offset)
{
    public override string Description => "a string";
}

/// <summary>True or false.</summary>
internal sealed record TomlBoolean(int Offset, bool Value) : TomlValue(Offset)
{
    public override string Description => "a boolean";
}

/// <summary>A whole number.</summary>
internal sealed record TomlInteger(int Offset, long Value) : TomlValue(Offset)
{
    public override string Description => "an integer";
}

/// <summary>
/// A number with a fraction or exponent, or a date or time: nothing that any setting here is, and so kept as it is written.
/// </summary>
internal sealed record TomlOther(int Offset, string Text) : TomlValue(Offset)
{
    public override string Description => "a number or date";
}

/// <summary>A list of values, or of tables.</summary>
internal sealed record TomlArray(int Offset, bool IsOfTables) : TomlValue(Offset)
{
    public List<TomlValue> Items { get; } = [];

    public override string Description => "an array";
}

/// <summary>How a table came to be, which decides what may be added to it.</summary>
internal enum TomlTableOrigin
{
    /// <summary>Named by its own header, an element of an array of tables, or the document itself.</summary>
    Header,

    /// <summary>Named only in the header of a table within it; its own header may follow.</summary>
    Implicit,

    /// <summary>Made by a dotted key.</summary>
    Dotted,

    /// <summary>Written in braces: complete.</summary>
    Inline,
}

/// <summary>A table.</summary>
internal sealed record TomlTable(int Offset) : TomlValue(Offset)
{
    public TomlTableOrigin Origin { get; set; }

    public Dictionary<string, TomlValue> Members { get; } = new(StringComparer.Ordinal);

    public override string Description => "a table";
}
