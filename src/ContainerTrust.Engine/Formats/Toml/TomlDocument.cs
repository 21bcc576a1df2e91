using System.Text;
using ContainerTrust.Engine.Formats.Documents;

namespace ContainerTrust.Engine.Formats.Toml;

/// <summary>
/// A TOML document that settings are taken out of: names without regard to case where no exact one is there, as the reference's decoder
/// does.
/// </summary>
/// <param name="File">The file.</param>
/// <param name="Text">Its text.</param>
/// <param name="Root">What it says.</param>
internal sealed record TomlDocument(string File, string Text, TomlTable Root)
{
    /// <summary>A refusal that names file, line and column.</summary>
    public TrustFormatException Error(string errorId, int offset, string problem) => Error(errorId, File, Text, offset, problem);

    /// <summary>As the other, for a text.</summary>
    public static TrustFormatException Error(string errorId, string file, string text, int offset, string problem)
    {
        ReadOnlySpan<char> before = text.AsSpan(0, Math.Min(offset, text.Length));
        int lineStart = before.LastIndexOf('\n') + 1;
        return new TrustFormatException(
            errorId,
            file,
            before.Count('\n') + 1,
            Encoding.UTF8.GetByteCount(before[lineStart..]) + 1,
            "",
            problem);
    }

    /// <summary>The member of a name, or null.</summary>
    public TomlValue? Find(TomlTable table, string name)
    {
        if (table.Members.TryGetValue(name, out TomlValue? exact))
            return exact;
        TomlValue? found = null;
        foreach ((string key, TomlValue value) in table.Members)
        {
            if (!key.Equals(name, StringComparison.OrdinalIgnoreCase))
                continue;
            if (found is not null)
                throw Error(
                    "InvalidRegistriesConf",
                    value.Offset,
                    $"'{Printable.Of(name, Printable.NameLength)}' appears twice, in different capitals; remove one.");
            found = value;
        }

        return found;
    }

    /// <summary>A text; empty if it is not there.</summary>
    public string String(TomlTable table, string name) => Find(table, name) switch
    {
        null => "",
        TomlString text => text.Value,
        TomlValue other => throw WrongType(other, name, "a string"),
    };

    /// <summary>A switch; false if it is not there.</summary>
    public bool Switch(TomlTable table, string name) => Find(table, name) switch
    {
        null => false,
        TomlBoolean value => value.Value,
        TomlValue other => throw WrongType(other, name, "true or false"),
    };

    /// <summary>A list of texts; null if it is not there.</summary>
    public List<string>? Strings(TomlTable table, string name)
    {
        TomlValue? value = Find(table, name);
        if (value is null)
            return null;
        if (value is not TomlArray array)
            throw WrongType(value, name, "an array of strings");
        return [.. array.Items.Select(item => item is TomlString text ? text.Value : throw WrongType(item, name, "an array of strings"))];
    }

    /// <summary>A list of tables; null if it is not there.</summary>
    public IEnumerable<TomlTable>? Tables(TomlTable table, string name)
    {
        TomlValue? value = Find(table, name);
        if (value is null)
            return null;
        if (value is not TomlArray array)
            throw WrongType(value, name, $"an array of tables; write [[{name}]]");
        return array.Items.Select(item => item as TomlTable ?? throw WrongType(item, name, "an array of tables"));
    }

    /// <summary>A table; null if it is not there.</summary>
    public TomlTable? Table(TomlTable table, string name) => Find(table, name) switch
    {
        null => null,
        TomlTable inner => inner,
        TomlValue other => throw WrongType(other, name, "a table"),
    };

    /// <summary>The refusal of a value of another type.</summary>
    public TrustFormatException WrongType(TomlValue value, string name, string expected) =>
        Error(
            "InvalidRegistriesConf",
            value.Offset,
            $"'{Printable.Of(name, Printable.NameLength)}' must be {expected}, but here is {value.Description}.");
}
