using System.Text;
using System.Xml;

namespace ContainerTrust.HelpBuilder;

/// <summary>The help file that Get-Help reads.</summary>
internal static class MamlFile
{
    /// <summary>Writes the help of cmdlets.</summary>
    public static void Write(string path, IEnumerable<CommandPage> commands)
    {
        var settings = new XmlWriterSettings
        {
            Indent = true,
            NewLineChars = "\n",
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        using var writer = XmlWriter.Create(path, settings);
        writer.WriteStartElement("helpItems", "http://msh");
        writer.WriteAttributeString("schema", "maml");
        foreach (var command in commands)
            new MamlCommand(writer, command).Write();
        writer.WriteEndElement();
    }
}
