using System.Globalization;
using System.Text;
using System.Text.Unicode;
using ContainerTrust.Engine.Formats.Documents;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>
/// Writes Butane configs of variant <c>openshift</c>: what they put into a MachineConfig as a text that people can read, where it is one.
/// </summary>
internal static class ButaneText
{
    private const string ContentIndent = "          ";

    /// <summary>Writes a config.</summary>
    /// <returns>The text; ends with a line break.</returns>
    public static string Write(string name, IReadOnlyDictionary<string, string> labels, IgnitionTarget target,
        IReadOnlyList<MachineConfigFile> files)
    {
        StringBuilder text = new();
        text.Append("variant: openshift\nversion: ").Append(target.Butane).Append("\nmetadata:\n  name: ").Append(PlainScalar.Write(name))
            .Append("\n  labels:\n");
        foreach ((string key, string value) in labels)
            text.Append("    ").Append(PlainScalar.Write(key)).Append(": ").Append(PlainScalar.Write(value)).Append('\n');
        text.Append("storage:\n  files:\n");
        foreach (MachineConfigFile file in files)
            WriteFile(text, file);
        return text.ToString();
    }

    private static void WriteFile(StringBuilder text, MachineConfigFile file)
    {
        text.Append("    - path: ").Append(PlainScalar.Write(file.Path)).Append('\n');
        if (file.Mode is { } mode)
            text.Append("      mode: ").Append(Convert.ToString(mode, 8).PadLeft(4, '0')).Append('\n');
        if (file.Overwrite is { } overwrite)
            text.Append("      overwrite: ").Append(overwrite ? "true" : "false").Append('\n');
        text.Append("      contents:\n");
        if (LiteralHeader(file.Content) is { } header)
        {
            text.Append("        inline: ").Append(header).Append('\n');
            string content = Encoding.UTF8.GetString(file.Content);
            foreach (string line in (content.EndsWith('\n') ? content[..^1] : content).Split('\n'))
                text.Append(line.Length == 0 ? "" : ContentIndent).Append(line).Append('\n');
        }
        else
        {
            // Butane would not say how this is compressed if that was not written out, and a document over another then takes that one's
            // word for it.
            text.Append(
                CultureInfo.InvariantCulture,
                $"        source: {file.Source}\n        compression: {PlainScalar.Write(file.Compression ?? "")}\n");
        }
    }

    // A text that a literal block gives back byte for byte, to every reader of YAML.
    private static string? LiteralHeader(byte[] content)
    {
        if (content.Length == 0 || content[0] is (byte)' ' or (byte)'\t' or (byte)'\n' || !Utf8.IsValid(content))
            return null;
        bool hasLineEnd = content[^1] == '\n';
        if (hasLineEnd && content.Length > 1 && content[^2] == '\n')
            return null;

        // What a terminal acts on is not shown as it is, for these documents are printed; nor is it all that every reader takes.
        string text = Encoding.UTF8.GetString(content);
        if (PrintableText.Lines(text) != text)
            return null;

        // White space at the end of the last line is lost to some readers where no line break follows.
        return hasLineEnd ? "|" : content[^1] is (byte)' ' or (byte)'\t' ? null : "|-";
    }
}
