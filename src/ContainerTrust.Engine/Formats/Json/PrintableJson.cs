namespace ContainerTrust.Engine.Formats.Json;

/// <summary>JSON that may be printed: it holds nothing that a terminal acts on, such as a change of the writing's direction.</summary>
public static class PrintableJson
{
    /// <summary>
    /// Escapes control and format characters. Outside strings a document has none of them but line breaks, and in a string the escape of
    /// <see cref="PrintableText"/> means the same character.
    /// </summary>
    /// <param name="json">A JSON document (RFC 8259) whose lines end with line feeds, indented with blanks.</param>
    /// <returns>The same document.</returns>
    public static string Of(string json) => PrintableText.Lines(json);
}
