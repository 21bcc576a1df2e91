using System.Text;

namespace ContainerTrust;

/// <summary>
/// What is put into the image of an operating system (bootc, rpm-ostree), so that hosts which run it take only signed updates of it: files,
/// and the lines of a Containerfile that bring them there and check them.
/// </summary>
/// <remarks>
/// Values are as they were made or read, for scripts that compare them or write them elsewhere. Views and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record ImageTrustLayer
{
    /// <summary>The image, in full, without a transport: <c>quay.io/example/os:latest</c>.</summary>
    public required string Image { get; init; }

    /// <summary>The scope of the policy that governs it, which is its repository where a key was given for it.</summary>
    public required string Scope { get; init; }

    /// <summary>The files, key files first and policy.json last. Those that the base image has already as they should be are not among
    /// them.</summary>
    public required IReadOnlyList<ImageTrustLayerFile> Files { get; init; }

    /// <summary>
    /// The lines of the Containerfile, without <c>FROM</c>. Sources are relative to the build context, where the files lie by their
    /// <see cref="ImageTrustLayerFile.Source"/>. Ends with a line break.
    /// </summary>
    public required string Containerfile { get; init; }

    /// <summary>
    /// The trust of the image then, one object per scope: of the base image, if one was given, and of what is added.
    /// </summary>
    public required IReadOnlyList<ImageTrust> Trust { get; init; }

    /// <summary>Whether bootc takes the policy where it enforces signatures: its default does not accept everything.</summary>
    public required bool IsEnforceable { get; init; }

    /// <summary>The lines of the Containerfile.</summary>
    /// <returns><see cref="Containerfile"/>.</returns>
    public override string ToString() => Containerfile;
}

/// <summary>A file of an <see cref="ImageTrustLayer"/>.</summary>
/// <remarks>Values are as they were read. Views and <see cref="object.ToString"/> are printable.</remarks>
public sealed record ImageTrustLayerFile
{
    /// <summary>The absolute path in the image.</summary>
    public required string Path { get; init; }

    /// <summary>The path in the build context: <see cref="Path"/> without its leading slash.</summary>
    public string Source => Path.TrimStart('/');

    /// <summary>The content.</summary>
    public required byte[] Content { get; init; }

    /// <summary>The SHA-256 of the content, 64 lower-case hexadecimal digits.</summary>
    public string Sha256 => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Content));

    /// <summary>The content as text. Null if it is not UTF-8.</summary>
    public string? Text
    {
        get
        {
            try
            {
                return s_strict.GetString(Content);
            }
            catch (DecoderFallbackException)
            {
                return null;
            }
        }
    }

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line(Path ?? "");
}
