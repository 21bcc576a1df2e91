using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;

namespace ContainerTrust.Engine.Trust.Files;

/// <summary>
/// Trust as a file for review: entries in JSON or YAML, in a stable order and of no host. <c>docs/schemas/image-trust.schema.json</c>
/// describes it.
/// </summary>
public static partial class TrustFile
{
    /// <summary>The schema's address, which is also how such files are known.</summary>
    public const string Schema =
        "https://raw.githubusercontent.com/containertrust/containertrust/main/docs/schemas/image-trust.schema.json";

    private const string SchemaName = "image-trust.schema.json";

    /// <summary>The format that a file's name asks for.</summary>
    /// <param name="path">A path.</param>
    /// <returns>By <c>.json</c>, <c>.yaml</c> or <c>.yml</c>; null for another name.</returns>
    public static TrustFileFormat? FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".JSON" => TrustFileFormat.Json,
        ".YAML" or ".YML" => TrustFileFormat.Yaml,
        _ => null,
    };

    /// <summary>Writes entries as text. Equal entries, in any order, make equal bytes.</summary>
    /// <param name="entries">Entries, of one host or of several that agree.</param>
    /// <param name="format">The format.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <returns>UTF-8, with a line break at its end. <see cref="Read"/> takes it.</returns>
    /// <exception cref="TrustException">
    /// There is none (<c>NoEntries</c>), one is not complete or cannot be in a policy (<c>IncompleteEntry</c>, <c>InvalidRequirement</c>),
    /// two contradict each other (<c>EntriesContradict</c>), or there are more than can be read again (<c>FileTooLarge</c>).
    /// </exception>
    public static byte[] Write(IReadOnlyList<ImageTrust> entries, TrustFileFormat format, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(messages);
        return TrustFileWriter.Write(entries, format, messages);
    }

    /// <summary>Reads entries from text.</summary>
    /// <param name="content">UTF-8: JSON if it begins with a brace, otherwise YAML.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <returns>
    /// Entries of no host, in the order of the file. The stores in force are those of the file; keys are there as far as they are in the
    /// file themselves.
    /// </returns>
    /// <exception cref="TrustException">
    /// It is too large (<c>FileTooLarge</c>), or refused (<c>InvalidTrustFile</c>): the message names the line and the place.
    /// </exception>
    public static IReadOnlyList<ImageTrust> Read(ReadOnlyMemory<byte> content, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ToTrust(TrustFileReader.Parse(content, name));
    }

    /// <summary>Entries of a file as objects, see <see cref="Read"/>.</summary>
    /// <param name="entries">The entries, each scope once.</param>
    internal static IReadOnlyList<ImageTrust> ToTrust(IReadOnlyList<FileEntry> entries)
    {
        FileStores stores = new(entries);
        StoredKeys keys = new();
        return [.. entries.Select(e => ToTrust(e, stores.InForce(e), keys))];
    }

    /// <summary>Reads a file of this machine.</summary>
    /// <param name="path">An absolute path.</param>
    /// <returns>See <see cref="Read"/>.</returns>
    /// <exception cref="TrustException">
    /// There is none (<c>TrustFileNotFound</c>), it cannot be read, or see <see cref="Read"/>.
    /// </exception>
    public static IReadOnlyList<ImageTrust> ReadFile(string path) => Read(Open(path).Content, path);

    /// <summary>Reads a file of this machine, and nothing of it before its signature is verified.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="keyPaths">
    /// Absolute paths of key files of this machine, OpenPGP or PEM, one of which must have signed it. Empty: nothing is verified.
    /// </param>
    /// <param name="signaturePath">The signature's absolute path. Null for the one beside the file.</param>
    /// <param name="now">The moment at which keys and signatures must not have ended.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <returns>See <see cref="Read"/>.</returns>
    /// <exception cref="TrustException">
    /// See <see cref="ReadFile"/>; or there is no signature (<c>FileSignatureMissing</c>), it is not good (<c>FileSignatureInvalid</c>), or
    /// a key file does not exist or has no usable key (<c>NoUsableKey</c>).
    /// </exception>
    public static IReadOnlyList<ImageTrust> ReadSigned(
        string path, IReadOnlyList<string> keyPaths, string? signaturePath, DateTimeOffset now, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(keyPaths);
        ArgumentNullException.ThrowIfNull(messages);
        HostFile file = Open(path);
        if (keyPaths.Count > 0)
            messages.Verbose($"{path}: {DetachedSignature.Require(path, file.Content.Span, keyPaths, signaturePath, now)}");
        return Read(file.Content, path);
    }

    /// <summary>Writes a file of this machine whole: whoever reads the path sees the old content or the new one.</summary>
    /// <param name="path">An absolute path. A device or pipe is written into.</param>
    /// <param name="content">The content.</param>
    /// <param name="cancellationToken">Ends the wait for whoever reads a pipe.</param>
    /// <exception cref="TrustException">
    /// It cannot be written (<c>TrustFileNotWritten</c>); an old file is whole. Or a link on the way is not to be trusted
    /// (<c>UntrustedSymbolicLink</c>).
    /// </exception>
    public static void Save(string path, ReadOnlySpan<byte> content, CancellationToken cancellationToken = default)
    {
        try
        {
            OutputFile.Write(path, content, cancellationToken);
        }
        catch (TrustException e) when (e.ErrorId != "UntrustedSymbolicLink")
        {
            throw new TrustException("TrustFileNotWritten", e.Kind, $"The trust file was not written: {e.Message}", e) { Target = path };
        }
    }

    /// <summary>Whether a text is meant to be such a file, by what is in it.</summary>
    /// <param name="content">The text.</param>
    internal static bool IsOne(ReadOnlySpan<byte> content)
    {
        if (!TrustFileReader.IsJson(content, out int start))
            return content.Length <= TrustFileReader.MaxBytes && OwnMember().IsMatch(Encoding.UTF8.GetString(content));
        Utf8JsonReader json = new(content[start..], new JsonReaderOptions { MaxDepth = 64 });
        try
        {
            json.Read();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("$schema"u8) || json.ValueTextEquals("entries"u8))
                    return true;
                json.Skip();
            }
        }
        catch (JsonException)
        {
            // Whoever reads it as something else says what is wrong.
        }

        return false;
    }

    /// <summary>Whether a text names the schema: by its address, or a copy of it beside the file.</summary>
    /// <param name="text">The text.</param>
    internal static bool IsSchema(string text) =>
        text == Schema || text == SchemaName || text.EndsWith("/" + SchemaName, StringComparison.Ordinal);

    private static HostFile Open(string path) => LocalHost.Instance.TryReadFile(path, TrustFileReader.MaxBytes)
        ?? throw new TrustException(
            "TrustFileNotFound",
            TrustErrorKind.NotFound,
            $"The trust file {path} does not exist. Give the right path.")
        {
            Target = path,
        };

    private static ImageTrust ToTrust(FileEntry entry, LookasideSection? inForce, StoredKeys keys) => new()
    {
        ComputerName = "",
        Transport = entry.Transport,
        Registry = entry.Scope,
        IsDefault = entry.IsDefault,
        Requirements = entry.Requirements,
        Keys = keys.Of(entry.Requirements),
        SignatureStore = inForce?.SignatureStore,
        SignatureStoreStaging = inForce?.SignatureStoreStaging,
        UseSigstoreAttachments = inForce?.UseSigstoreAttachments,
        Section = entry.Section,
        StoresRead = inForce ?? new LookasideSection(),
        IsWhole = true,
    };

    [GeneratedRegex(@"^[""']?(\$schema|entries)[""']?[ \t]*:", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex OwnMember();
}
