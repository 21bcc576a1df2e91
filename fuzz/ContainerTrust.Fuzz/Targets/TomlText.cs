using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Formats.Toml;

namespace ContainerTrust.Fuzz.Targets;

/// <summary>Writes a TOML document in the plainest form there is, and compares documents by what they say.</summary>
internal static class TomlText
{
    /// <summary>Writes a document: every table within it in braces.</summary>
    /// <param name="root">The document.</param>
    /// <returns>UTF-8.</returns>
    public static byte[] Write(TomlTable root)
    {
        StringBuilder text = new();
        foreach ((string key, TomlValue value) in root.Members)
        {
            Append(text, key);
            text.Append(" = ");
            Append(text, value);
            text.Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Whether two values say the same, in the same order.</summary>
    /// <param name="one">One.</param>
    /// <param name="other">The other.</param>
    /// <returns>True if so.</returns>
    public static bool IsSame(TomlValue one, TomlValue other) => (one, other) switch
    {
        (TomlString a, TomlString b) => a.Value == b.Value,
        (TomlBoolean a, TomlBoolean b) => a.Value == b.Value,
        (TomlInteger a, TomlInteger b) => a.Value == b.Value,
        (TomlOther a, TomlOther b) => a.Text == b.Text,
        (TomlArray a, TomlArray b) => a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(static p => IsSame(p.First, p.Second)),
        (TomlTable a, TomlTable b) => a.Members.Count == b.Members.Count
            && a.Members.All(m => b.Members.TryGetValue(m.Key, out TomlValue? value) && IsSame(m.Value, value)),
        _ => false,
    };

    private static void Append(StringBuilder text, TomlValue value)
    {
        switch (value)
        {
            case TomlString s:
                Append(text, s.Value);
                break;
            case TomlBoolean b:
                text.Append(b.Value ? "true" : "false");
                break;
            case TomlInteger i:
                text.Append(CultureInfo.InvariantCulture, $"{i.Value}");
                break;
            case TomlOther o:
                text.Append(o.Text);
                break;
            case TomlArray array:
                Append(text, '[', ']', array.Items, static (t, item) => Append(t, item));
                break;
            case TomlTable table:
                Append(text, '{', '}', table.Members, static (t, member) =>
                {
                    Append(t, member.Key);
                    t.Append(" = ");
                    Append(t, member.Value);
                });
                break;
            default:
                throw new FuzzFinding($"There is a value of another kind: {value.Description}.");
        }
    }

    private static void Append<T>(StringBuilder text, char begin, char end, IEnumerable<T> items, Action<StringBuilder, T> append)
    {
        text.Append(begin);
        bool isFirst = true;
        foreach (T item in items)
        {
            if (!isFirst)
                text.Append(", ");
            isFirst = false;
            append(text, item);
        }

        text.Append(end);
    }

    private static void Append(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char c in value)
        {
            if (c is '"' or '\\' || char.IsControl(c))
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                text.Append(c);
        }

        text.Append('"');
    }
}
