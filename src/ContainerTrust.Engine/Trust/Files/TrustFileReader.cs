using System.Text.Json;
using System.Text.Unicode;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Json;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Trust.Files;

/// <summary>
/// Reads trust files strictly: an unknown or duplicate member, a value of another type, a scope twice, or a requirement that no policy can
/// have refuses the whole file.
/// </summary>
internal static class TrustFileReader
{
    /// <summary>The id of every refusal.</summary>
    public const string ErrorId = "InvalidTrustFile";

    /// <summary>The largest file, in bytes.</summary>
    public const int MaxBytes = PolicyReader.MaxBytes;

    private static readonly string[] s_members =
        ["default", "transport", "scope", "requirements", "signatureStore", "signatureStoreStaging", "useSigstoreAttachments"];

    /// <summary>Reads a file: JSON if it begins with a brace, otherwise YAML.</summary>
    /// <param name="content">UTF-8.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <returns>The entries in the order of the file, at least one.</returns>
    /// <exception cref="TrustException">It is too large (<c>FileTooLarge</c>), or refused (<c>InvalidTrustFile</c>).</exception>
    public static IReadOnlyList<FileEntry> Parse(ReadOnlyMemory<byte> content, string name)
    {
        if (content.Length > MaxBytes)
            throw new TrustException(
                "FileTooLarge",
                TrustErrorKind.LimitsExceeded,
                $"{name} has {content.Length} bytes; a trust file of more than {MaxBytes} bytes is not read.")
            {
                Target = name,
            };
        try
        {
            if (IsJson(content.Span, out int start))
                return ParseJson(content.Span[start..], name);
            YamlAsJson yaml = YamlAsJson.Read(content, name);
            try
            {
                return ParseJson(yaml.Json.Span, name);
            }
            catch (TrustFormatException e)
            {
                (int line, int column) = yaml.PlaceOf(e.Column);
                throw new TrustFormatException(ErrorId, name, line, column, e.DocumentPath, e.Problem, e);
            }
        }
        catch (TrustFormatException e) when (e.ErrorId != ErrorId)
        {
            throw new TrustFormatException(ErrorId, name, e.Line, e.Column, e.DocumentPath, e.Problem, e);
        }
    }

    /// <summary>Whether a text is meant to be JSON.</summary>
    /// <param name="content">The text.</param>
    /// <param name="start">Where it begins, after a byte order mark.</param>
    public static bool IsJson(ReadOnlySpan<byte> content, out int start)
    {
        start = content.StartsWith("\uFEFF"u8) ? 3 : 0;
        return content[start..].TrimStart(" \t\r\n"u8).StartsWith("{"u8);
    }

    /// <summary>A refusal of the file as a whole.</summary>
    public static TrustFormatException Refused(string name, string problem) =>
        new TrustFormatException("InvalidTrustFile", name, 0, 0, "", problem);

    private static List<FileEntry> ParseJson(ReadOnlySpan<byte> content, string name)
    {
        if (!Utf8.IsValid(content))
            throw Refused(name, "The file is not valid UTF-8. Save it as UTF-8.");
        PolicyJson json = new(content, name);
        try
        {
            return ReadFile(ref json);
        }
        catch (JsonException e)
        {
            throw json.SyntaxError(e);
        }
        catch (InvalidOperationException e)
        {
            // An unpaired surrogate escape.
            throw json.Error(ErrorId, "The string is not valid Unicode text. Correct it.", e);
        }
    }

    private static List<FileEntry> ReadFile(ref PolicyJson json)
    {
        List<FileEntry>? entries = null;
        bool hasSchema = false;
        json.Read();
        json.ExpectObject("a trust file");
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "$schema":
                    hasSchema = true;
                    if (!TrustFile.IsSchema(Text(ref json)))
                        throw json.Error(ErrorId, $"The schema is not the one that is known here. Write \"{TrustFile.Schema}\".");
                    break;
                case "entries":
                    entries = ReadEntries(ref json);
                    break;
                default:
                    throw json.UnknownMember(name, "$schema", "entries");
            }

            json.Leave();
        }

        if (!hasSchema)
            throw json.Error(ErrorId, $"The member \"$schema\" is missing. Write \"$schema\": \"{TrustFile.Schema}\".");
        if (entries is null)
            throw json.Error(ErrorId, "The member \"entries\" is missing.");
        json.ExpectEnd();
        return entries;
    }

    /// <summary>Reads the list of entries that the cursor is at the start of.</summary>
    /// <param name="json">The cursor.</param>
    /// <returns>The entries in their order, at least one, each scope once.</returns>
    public static List<FileEntry> ReadEntries(ref PolicyJson json)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            throw json.WrongType("a list of entries, an array, is expected");
        List<FileEntry> entries = [];
        Dictionary<(bool, string, string), int> places = [];
        while (json.NextElement(entries.Count))
        {
            FileEntry entry = ReadEntry(ref json);
            if (!places.TryAdd(entry.Key, entries.Count))
                throw json.Error(ErrorId, Twice(entry, entries[places[entry.Key]], places[entry.Key]));
            entries.Add(entry);
            json.Leave();
        }

        return entries.Count > 0 ? entries : throw json.Error(ErrorId, "The list of entries is empty. Give at least one.");
    }

    private static string Twice(FileEntry entry, FileEntry first, int index) =>
        $"The entry for {entry} is already at $.entries[{index}]" + (entry.Section == first.Section
            && RequirementWriter.MeansSame(entry.Requirements, first.Requirements) ? ". Remove one of them."
            : ", and says something else there. Keep the one that is meant.");

    private static FileEntry ReadEntry(ref PolicyJson json)
    {
        json.ExpectObject("an entry");
        bool isDefault = false;
        string? transport = null, scope = null;
        IReadOnlyList<TrustRequirement>? requirements = null;
        LookasideSection section = new();
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "default":
                    isDefault = Truth(ref json) ? true : throw json.Error(
                        ErrorId, "An entry that is not the default has a transport and a scope. Leave this member out.");
                    break;
                case "transport":
                    transport = Text(ref json);
                    break;
                case "scope":
                    scope = Text(ref json);
                    break;
                case "requirements":
                    requirements = RequirementReader.ReadList(ref json);
                    break;
                case "signatureStore":
                    section = section with { SignatureStore = Store(ref json) };
                    break;
                case "signatureStoreStaging":
                    section = section with { SignatureStoreStaging = Store(ref json) };
                    break;
                case "useSigstoreAttachments":
                    section = section with { UseSigstoreAttachments = Truth(ref json) };
                    break;
                default:
                    throw json.UnknownMember(name, s_members);
            }

            json.Leave();
        }

        if (isDefault && (transport is not null || scope is not null))
            throw json.Error(ErrorId, "The default has no transport and no scope. Leave out the one or the other.");
        if (!isDefault && (transport is null || scope is null))
            throw json.Error(ErrorId, $"The member \"{(transport is null ? "transport" : "scope")}\" is missing. For the policy's " +
                "default write \"default\": true.");
        if (requirements is null)
            throw json.Error(ErrorId, "The member \"requirements\" is missing.");
        FileEntry entry = isDefault
            ? new FileEntry(true, FileEntry.DefaultTransport, FileEntry.DefaultScope, requirements, section.IsEmpty ? null : section)
            : new FileEntry(false, transport!, scope!, requirements, section.IsEmpty ? null : section);
        if (!isDefault && TransportScopes.Refusal(transport!, scope!) is { } refusal)
            throw json.Error(ErrorId, $"The scope \"{scope}\" is not possible in transport {transport}: {refusal}.");
        return entry.Section is null || entry.CanHaveSection ? entry
            : throw json.Error(ErrorId, "Signature stores and attachments belong to scopes of transport docker. Leave them out.");
    }

    private static string Text(ref PolicyJson json) =>
        json.TokenType == JsonTokenType.String ? json.String() : throw json.WrongType("a string is expected");

    private static string Store(ref PolicyJson json) => Text(ref json) is { Length: > 0 } store ? store
        : throw json.Error(ErrorId, "The signature store is empty. Give its URL, or leave the member out.");

    private static bool Truth(ref PolicyJson json) => json.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw json.WrongType("true or false is expected"),
    };
}
