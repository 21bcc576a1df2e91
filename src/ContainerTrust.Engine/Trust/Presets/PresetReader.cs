using System.Text.Json;
using System.Text.Unicode;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Trust.Presets;

/// <summary>
/// Reads presets strictly: an unknown or duplicate member, a value of another type, or what no policy can have refuses the whole file.
/// </summary>
internal static class PresetReader
{
    private const int MaxForms = 16;
    private const int MaxConditions = 16;

    /// <summary>The most texts of a list.</summary>
    internal const int MaxTexts = 32;

    /// <summary>The longest text.</summary>
    internal const int MaxLength = 1024;

    private static readonly string[] s_members = ["$schema", "name", "description", "sources", "forms"];

    /// <summary>Reads a preset.</summary>
    /// <param name="content">UTF-8 without a byte order mark.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <returns>The preset, with at least one form.</returns>
    /// <exception cref="TrustException">It is too large (<c>FileTooLarge</c>), or refused (<c>InvalidPreset</c>).</exception>
    public static TrustPreset Read(ReadOnlySpan<byte> content, string file)
    {
        if (content.Length > PresetFile.MaxBytes)
            throw new TrustException(
                "FileTooLarge",
                TrustErrorKind.LimitsExceeded,
                $"{file} has {content.Length} bytes; a preset of more than {PresetFile.MaxBytes} bytes is not read.")
            {
                Target = file,
            };
        if (!Utf8.IsValid(content))
            throw new TrustFormatException(PresetFile.ErrorId, file, 0, 0, "", "The file is not valid UTF-8. Save it as UTF-8.");
        PolicyJson json = new(content, file);
        try
        {
            return ReadPreset(ref json);
        }
        catch (TrustFormatException e) when (e.ErrorId != PresetFile.ErrorId)
        {
            throw Own(e);
        }
        catch (JsonException e)
        {
            throw Own(json.SyntaxError(e));
        }
        catch (InvalidOperationException e)
        {
            // An unpaired surrogate escape.
            throw json.Error(PresetFile.ErrorId, "The string is not valid Unicode text. Correct it.", e);
        }
    }

    /// <summary>A text that is not empty, not long, and shows what it says.</summary>
    internal static string Text(ref PolicyJson json)
    {
        string text = json.TokenType == JsonTokenType.String ? json.String() : throw json.WrongType("a string is expected");
        if (text.Length is 0 or > MaxLength)
            throw Refused(ref json, $"The text is empty, or longer than {MaxLength} characters. Shorten it, or leave the member out.");
        return PrintableText.IsLine(text) ? text
            : throw Refused(ref json, "The text has control characters, or others that do not show. Remove them.");
    }

    /// <summary>A list of such texts, at least one.</summary>
    internal static List<string> Texts(ref PolicyJson json)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            throw json.WrongType("an array of strings is expected");
        List<string> texts = [];
        while (json.NextElement(texts.Count))
        {
            if (texts.Count == MaxTexts)
                throw Refused(ref json, $"The list has more than {MaxTexts} elements. Shorten it.");
            texts.Add(Text(ref json));
            json.Leave();
        }

        return texts.Count > 0 ? texts : throw Refused(ref json, "The list is empty. Give at least one, or leave the member out.");
    }

    /// <summary>Absolute paths of files.</summary>
    internal static List<string> Paths(ref PolicyJson json)
    {
        List<string> paths = Texts(ref json);
        return paths.All(IsPath) ? paths : throw NotAbsolute(ref json);
    }

    /// <summary>An absolute path of a file.</summary>
    internal static string FilePath(ref PolicyJson json) => Text(ref json) is var path && IsPath(path) ? path : throw NotAbsolute(ref json);

    /// <summary>True or false.</summary>
    internal static bool Truth(ref PolicyJson json) => json.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw json.WrongType("true or false is expected"),
    };

    /// <summary>The refusal of what the cursor is at.</summary>
    internal static TrustFormatException Refused(ref PolicyJson json, string problem) => json.Error(PresetFile.ErrorId, problem);

    /// <summary>The refusal of an object that lacks a member.</summary>
    internal static TrustFormatException Missing(ref PolicyJson json, string member) =>
        Refused(ref json, $"The member \"{member}\" is missing.");

    private static TrustPreset ReadPreset(ref PolicyJson json)
    {
        string? schema = null, name = null, description = null;
        List<string>? sources = null;
        List<PresetForm>? forms = null;
        json.Read();
        json.ExpectObject("a preset");
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string member))
        {
            switch (member)
            {
                case "$schema":
                    schema = Text(ref json);
                    if (!PresetFile.IsSchema(schema))
                        throw Refused(ref json, $"The schema is not the one that is known here. Write \"{PresetFile.Schema}\".");
                    break;
                case "name":
                    name = Name(ref json);
                    break;
                case "description":
                    description = Text(ref json);
                    break;
                case "sources":
                    sources = Sources(ref json);
                    break;
                case "forms":
                    forms = Forms(ref json);
                    break;
                default:
                    throw json.UnknownMember(member, s_members);
            }

            json.Leave();
        }

        TrustPreset preset = new(
            name ?? throw Missing(ref json, "name"),
            description ?? throw Missing(ref json, "description"),
            sources ?? throw Missing(ref json, "sources"),
            forms ?? throw Missing(ref json, "forms"));
        if (schema is null)
            throw Refused(ref json, $"The member \"$schema\" is missing. Write \"$schema\": \"{PresetFile.Schema}\".");
        json.ExpectEnd();
        return preset;
    }

    private static string Name(ref PolicyJson json) =>
        Text(ref json) is { Length: <= 64 } name && char.IsAsciiLetter(name[0])
            && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? name
            : throw Refused(ref json, "A name begins with a letter, and has at most 64 letters, digits, hyphens, underscores and dots.");

    private static List<string> Sources(ref PolicyJson json)
    {
        List<string> sources = Texts(ref json);
        return sources.All(static s => Uri.TryCreate(s, UriKind.Absolute, out Uri? url) && url.Scheme is "https" or "http" or "file")
            ? sources
            : throw Refused(ref json, "A source is a URL, such as https://example.com/keys. Say where the preset is published.");
    }

    private static List<PresetForm> Forms(ref PolicyJson json)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            throw json.WrongType("a list of forms, an array, is expected");
        List<PresetForm> forms = [];
        while (json.NextElement(forms.Count))
        {
            if (forms is [.., { Conditions.Count: 0 }])
                throw Refused(ref json, "The form before applies everywhere, so this one never does. Give the other one \"when\".");
            if (forms.Count == MaxForms)
                throw Refused(ref json, $"There are more than {MaxForms} forms. Remove some.");
            PresetForm form = Form(ref json);
            if (forms.Exists(f => f.Name == form.Name))
                throw Refused(ref json, $"There is a form \"{form.Name}\" before. Rename one of them.");
            forms.Add(form);
            json.Leave();
        }

        return forms is [.., { Conditions.Count: 0 }] ? forms
            : throw Refused(ref json, "The last form must apply everywhere. Add a form without \"when\", or take it off the last one.");
    }

    private static PresetForm Form(ref PolicyJson json)
    {
        json.ExpectObject("a form");
        string? name = null, description = null;
        List<PresetCondition> conditions = [];
        List<PresetEntry>? entries = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string member))
        {
            switch (member)
            {
                case "name":
                    name = Text(ref json);
                    break;
                case "description":
                    description = Text(ref json);
                    break;
                case "when":
                    conditions = Conditions(ref json);
                    break;
                case "entries":
                    entries = PresetEntryReader.ReadList(ref json);
                    break;
                default:
                    throw json.UnknownMember(member, "name", "description", "when", "entries");
            }

            json.Leave();
        }

        return new PresetForm(
            name ?? throw Missing(ref json, "name"),
            description ?? throw Missing(ref json, "description"),
            conditions,
            entries ?? throw Missing(ref json, "entries"));
    }

    private static List<PresetCondition> Conditions(ref PolicyJson json)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            throw json.WrongType("a list of conditions, an array, is expected");
        List<PresetCondition> conditions = [];
        while (json.NextElement(conditions.Count))
        {
            if (conditions.Count == MaxConditions)
                throw Refused(ref json, $"There are more than {MaxConditions} conditions. Remove some.");
            conditions.Add(Condition(ref json));
            json.Leave();
        }

        return conditions.Count > 0 ? conditions
            : throw Refused(ref json, "There is no condition. Leave \"when\" out for a form that applies everywhere.");
    }

    private static PresetCondition Condition(ref PolicyJson json)
    {
        json.ExpectObject("a condition");
        List<string> systems = [], files = [];
        PresetVersion? from = null, before = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string member))
        {
            switch (member)
            {
                case "systems":
                    systems = Texts(ref json);
                    if (systems.Exists(static s => s.Any(static c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c)
                        && c is not ('.' or '_' or '-'))))
                        throw Refused(ref json, "A system is the ID of an os-release, in lower case, such as \"rhel\".");
                    break;
                case "from":
                    from = Version(ref json);
                    break;
                case "before":
                    before = Version(ref json);
                    break;
                case "files":
                    files = Paths(ref json);
                    break;
                default:
                    throw json.UnknownMember(member, "systems", "from", "before", "files");
            }

            json.Leave();
        }

        if (systems.Count == 0 && files.Count == 0)
            throw Refused(ref json, "A condition names systems or files. Give one of them.");
        return systems.Count > 0 || (from is null && before is null) ? new PresetCondition(systems, from, before, files)
            : throw Refused(ref json, "A version says nothing without \"systems\". Name them, or leave it out.");
    }

    private static PresetVersion Version(ref PolicyJson json) => PresetVersion.Parse(Text(ref json))
        ?? throw Refused(ref json, "A version is a number, or two with a dot between them, such as \"9.2\".");

    private static bool IsPath(string path) => path.StartsWith('/') && !path.EndsWith('/');

    private static TrustFormatException NotAbsolute(ref PolicyJson json) =>
        Refused(ref json, "A file is named by its absolute path on hosts, such as /etc/pki/containers/key.pem.");

    private static TrustFormatException Own(TrustFormatException e) =>
        new TrustFormatException("InvalidPreset", e.Path, e.Line, e.Column, e.DocumentPath, e.Problem, e);
}
