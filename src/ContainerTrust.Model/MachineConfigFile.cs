using System.Text;

namespace ContainerTrust;

/// <summary>A file that a MachineConfig puts on the nodes of a pool, whole: what a node has there before is replaced.</summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record MachineConfigFile
{
    /// <summary>The absolute path on the node.</summary>
    public required string Path { get; init; }

    /// <summary>Permission bits (octal 0000 to 0777). Null where the document does not say; the operator then uses 0644.</summary>
    public int? Mode { get; init; }

    /// <summary>
    /// Whether a file that the node's image brings is replaced when the node is first started. Null where the document does not say.
    /// </summary>
    public bool? Overwrite { get; init; }

    /// <summary>The content, decoded.</summary>
    public required byte[] Content { get; init; }

    /// <summary>
    /// How the content is packed inside <see cref="Source"/>: <c>gzip</c>, or empty for not at all. Null where the document does not say.
    /// </summary>
    public string? Compression { get; init; }

    /// <summary>The content as the document has it, a <c>data:</c> URL. Null for an empty file that has none.</summary>
    public string? Source { get; init; }

    /// <summary>The content as text. Null if it is not UTF-8.</summary>
    public string? Text
    {
        get
        {
            try
            {
                return Content is null ? null : Strict.GetString(Content);
            }
            catch (DecoderFallbackException)
            {
                return null;
            }
        }
    }

    private static UTF8Encoding Strict { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line($"{Path}");
}
