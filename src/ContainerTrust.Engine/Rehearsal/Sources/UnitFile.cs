using System.Text;

namespace ContainerTrust.Engine.Rehearsal.Sources;

/// <summary>The assignments of a systemd unit or quadlet file (systemd.syntax(7)), in order.</summary>
internal static class UnitFile
{
    /// <summary>The largest file that is read.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Reads a file. What is no assignment is passed over, as systemd does.</summary>
    /// <param name="content">The file.</param>
    /// <returns>Section, name and value.</returns>
    public static IReadOnlyList<UnitLine> Read(ReadOnlySpan<byte> content)
    {
        List<UnitLine> lines = [];
        string section = "";
        StringBuilder? open = null;
        foreach (string raw in Encoding.UTF8.GetString(content).Split('\n'))
        {
            string line = raw.TrimEnd('\r');

            // A comment within a continued line is left out of it.
            if (line.TrimStart() is ['#' or ';', ..])
                continue;
            if (open is null && line.Trim() is ['[', .., ']'] header)
            {
                section = header[1..^1];
                continue;
            }

            open ??= new StringBuilder();
            string part = line.TrimEnd();
            if (part.EndsWith('\\'))
            {
                open.Append(part.AsSpan(0, part.Length - 1)).Append(' ');
                continue;
            }

            open.Append(line);
            Add(lines, section, open.ToString());
            open = null;
        }

        if (open is not null)
            Add(lines, section, open.ToString());
        return lines;
    }

    private static void Add(List<UnitLine> lines, string section, string text)
    {
        int equals = text.IndexOf('=');
        if (equals > 0)
            lines.Add(new UnitLine(section, text[..equals].Trim(), text[(equals + 1)..].Trim()));
    }

    /// <summary>The last value of a name, which is the one that counts; an empty one takes back those before it.</summary>
    public static string? Last(IReadOnlyList<UnitLine> lines, string section, string name) =>
        All(lines, section, name) is [.., var last] ? last : null;

    /// <summary>All values of a name, for those that may appear several times; an empty one takes back those before it.</summary>
    public static IReadOnlyList<string> All(IReadOnlyList<UnitLine> lines, string section, string name)
    {
        List<string> values = [];
        foreach (UnitLine line in lines.Where(l => l.Section == section && l.Name == name))
        {
            if (line.Value.Length == 0)
                values.Clear();
            else
                values.Add(line.Value);
        }

        return values;
    }

    /// <summary>The words of a value, as systemd splits a command line. Null if a quote is not closed.</summary>
    /// <param name="value">The value.</param>
    public static IReadOnlyList<string>? Words(string value)
    {
        List<string> words = [];
        StringBuilder? word = null;
        char quote = '\0';
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            if (c == '\\' && i + 1 < value.Length && quote != '\'')
            {
                (word ??= new StringBuilder()).Append(value[++i]);
            }
            else if (quote != '\0')
            {
                if (c == quote)
                    quote = '\0';
                else
                    word!.Append(c);
            }
            else if (c is '"' or '\'')
            {
                word ??= new StringBuilder();
                quote = c;
            }
            else if (!char.IsWhiteSpace(c))
            {
                (word ??= new StringBuilder()).Append(c);
            }
            else if (word is not null)
            {
                words.Add(word.ToString());
                word = null;
            }
        }

        if (word is not null)
            words.Add(word.ToString());
        return quote == '\0' ? words : null;
    }
}

/// <summary>An assignment.</summary>
/// <param name="Section">The section, without brackets.</param>
/// <param name="Name">The name.</param>
/// <param name="Value">The value, without the blanks around it.</param>
internal sealed record UnitLine(string Section, string Name, string Value);
