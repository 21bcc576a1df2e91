using System.Management.Automation;
using System.Text;

namespace ContainerTrust.Commands.Objects;

/// <summary>Sentences in the last column of a table. PowerShell itself breaks the lines of a cell inside words.</summary>
internal static class ViewWidth
{
    private const int Usual = 80;
    private const int Least = 16;

    private static readonly string[] s_path = ["UI", "RawUI", "BufferSize", "Width"];

    /// <summary>Breaks a sentence between words.</summary>
    /// <param name="text">One line of printable text.</param>
    /// <param name="used">The width of the other columns, with the blanks between them.</param>
    /// <param name="host">The session's host, whose window has a width. Null for the usual one.</param>
    /// <returns>Lines.</returns>
    public static string Wrap(string text, int used, PSObject? host) => Break(text, Math.Max(Least, Of(host) - used));

    /// <summary>Breaks a sentence between words.</summary>
    /// <param name="text">One line of printable text.</param>
    /// <param name="width">The width of its column.</param>
    /// <returns>Lines.</returns>
    public static string Break(string text, int width)
    {
        if (text.Length <= width)
            return text;
        StringBuilder lines = new(text.Length);
        int length = 0;
        foreach (string word in text.Split(' '))
        {
            if (length > 0 && length + 1 + word.Length > width)
            {
                lines.Append('\n');
                length = 0;
            }
            else if (length > 0)
            {
                lines.Append(' ');
                length++;
            }

            lines.Append(word);
            length += word.Length;

            // PowerShell breaks what is longer than the column.
            if (length > width)
                length = ((length - 1) % width) + 1;
        }

        return lines.ToString();
    }

    /// <summary>The columns of the session's window that PowerShell writes into: all but the last.</summary>
    /// <param name="host">The session's host. Null for the usual one.</param>
    public static int Of(PSObject? host) => WindowWidth(host) - 1;

    private static int WindowWidth(PSObject? host)
    {
        object? value = host;
        try
        {
            foreach (string name in s_path)
                value = value is null ? null : PSObject.AsPSObject(value).Properties[name]?.Value;
        }
        catch (GetValueException)
        {
            // A host without a window: a job, a service.
            return Usual;
        }

        return value is int and > 0 and var width ? width : Usual;
    }
}
