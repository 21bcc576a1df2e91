using ContainerTrust.Engine.Formats.Yaml;

namespace ContainerTrust.Engine.Config.RegistriesD;

/// <summary>
/// Gives a YAML tree the meaning that the reference gives it (containers/image, docker/registries_d.go, decoding with gopkg.in/yaml.v3):
/// what that refuses is refused, what it ignores is ignored, but with a warning.
/// </summary>
internal sealed class LookasideReader
{
    private const string MergeKey = "<<";

    private readonly YamlText _text;
    private readonly List<LookasideWarning>? _warnings;
    private int _expanded;
    private int _expansionDepth;
    private int _warned;

    private LookasideReader(YamlText text, List<LookasideWarning>? warnings)
    {
        _text = text;
        _warnings = warnings;
    }

    /// <summary>Reads a file.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="document">Its tree.</param>
    /// <param name="warnings">Where warnings go; null if nobody wants them.</param>
    /// <exception cref="TrustFormatException">The reference would refuse the file, or could be misunderstood.</exception>
    public static FileSections Read(YamlText text, YamlDocument document, List<LookasideWarning>? warnings) =>
        new LookasideReader(text, warnings).ReadRoot(document);

    private FileSections ReadRoot(YamlDocument document)
    {
        var sections = new FileSections();
        if (document.IgnoredFromLine > 0)
            Warn(
                "IgnoredDocument",
                document.IgnoredFromLine,
                "Everything from here on is ignored: only the first YAML document of a file counts. Move it to a file of its own.");
        if (document.Root is null)
            return sections;
        YamlNode root = Resolve(document.Root);
        if (root.IsNull)
            return sections;
        RequireMapping(root, default);
        foreach (YamlField field in Fields(root, default, namespaces: false))
        {
            switch (field.Name)
            {
                case LookasideKey.DefaultDocker:
                    if (!Resolve(field.Value).IsNull)
                        sections.Default = ReadSection(field, null);
                    sections.HasCaseVariants |= sections.Default?.HasCaseVariants == true;
                    sections.DefaultField = field;
                    break;
                case LookasideKey.Docker:
                    sections.DockerField = field;
                    ReadNamespaces(field, sections);
                    break;
                default:
                    sections.HasUnknownKeys = true;
                    if (IsVariant(field.Name, LookasideKey.Top))
                        sections.HasCaseVariants = true;
                    WarnUnknown(field, default, LookasideKey.Top);
                    break;
            }
        }

        return sections;
    }

    private void ReadNamespaces(YamlField docker, FileSections sections)
    {
        YamlNode mapping = Resolve(docker.Value);
        if (mapping.IsNull)
            return;
        RequireMapping(mapping, new DocumentPath(LookasideKey.Docker));
        foreach (YamlField field in Fields(mapping, new DocumentPath(LookasideKey.Docker), namespaces: true))
        {
            SectionNode section = ReadSection(field, field.Name);
            sections.HasCaseVariants |= section.HasCaseVariants;
            sections.Namespaces.Add(section);
            if (LookasideNames.Problem(field.Name) is { } problem)
                Warn("UnusableNamespace", _text.Line(field.Key.Start), $"The namespace '{field.Name}' can never match an image: {problem}");
        }
    }

    private SectionNode ReadSection(YamlField field, string? name)
    {
        var section = new SectionNode { Namespace = name, Field = field, Line = _text.Line(field.Key.Start) };
        YamlNode mapping = Resolve(field.Value);
        if (mapping.IsNull)
            return section;
        DocumentPath path = section.DocumentPath;
        RequireMapping(mapping, path);
        (string lookaside, string lookasideStaging, string sigstore, string sigstoreStaging) = ("", "", "", "");
        bool? attachments = null;
        section.Settings = Fields(mapping, path, namespaces: false);
        foreach (YamlField setting in section.Settings)
        {
            switch (setting.Name)
            {
                case LookasideKey.Lookaside:
                    lookaside = ReadStore(setting, path);
                    break;
                case LookasideKey.LookasideStaging:
                    lookasideStaging = ReadStore(setting, path);
                    break;
                case LookasideKey.Sigstore:
                    sigstore = ReadStore(setting, path);
                    break;
                case LookasideKey.SigstoreStaging:
                    sigstoreStaging = ReadStore(setting, path);
                    break;
                case LookasideKey.UseSigstoreAttachments:
                    attachments = ReadSwitch(setting, path);
                    break;
                default:
                    section.HasCaseVariants |= IsVariant(setting.Name, LookasideKey.Section);
                    WarnUnknown(setting, path, LookasideKey.Section);
                    break;
            }
        }

        WarnDifferent(lookaside, sigstore, LookasideKey.Lookaside, LookasideKey.Sigstore, section);
        WarnDifferent(lookasideStaging, sigstoreStaging, LookasideKey.LookasideStaging, LookasideKey.SigstoreStaging, section);
        section.Raw = new RawSection
        {
            Lookaside = lookaside,
            LookasideStaging = lookasideStaging,
            Sigstore = sigstore,
            SigstoreStaging = sigstoreStaging,
            UseSigstoreAttachments = attachments,
        };
        return section;
    }

    private string ReadStore(YamlField setting, DocumentPath parent)
    {
        YamlNode node = Resolve(setting.Value);
        if (node.Kind != YamlKind.Scalar)
            throw Wrong(
                "LookasideWrongType",
                setting.Value,
                parent.Then(setting.Name),
                "A store must be one URL, not a list or a mapping.");
        RequireTag(node, YamlTag.Text, parent.Then(setting.Name));
        if (node.IsNull)
            return "";
        if (node.Value.Length > 0 && StoreUrl.Oddity(node.Value) is { } problem)
            Warn(
                "UnusableStore",
                _text.Line(setting.Key.Start),
                $"{parent.Then(setting.Name)} is not usable as a signature store: {problem}");
        return node.Value;
    }

    private bool? ReadSwitch(YamlField setting, DocumentPath parent)
    {
        YamlNode node = Resolve(setting.Value);
        DocumentPath documentPath = parent.Then(setting.Name);
        if (node.Kind == YamlKind.Scalar)
        {
            RequireTag(node, YamlTag.Text, documentPath);
            if (node.IsNull)
                return null;
            bool isText = node.Style != YamlStyle.Plain || node.Tag is not null;
            switch (node.Value)
            {
                case "true" or "True" or "TRUE" when !isText:
                case "y" or "Y" or "yes" or "Yes" or "YES" or "on" or "On" or "ON":
                    return true;
                case "false" or "False" or "FALSE" when !isText:
                case "n" or "N" or "no" or "No" or "NO" or "off" or "Off" or "OFF":
                    return false;
                default:
                    break;
            }
        }

        throw Wrong("LookasideWrongType", setting.Value, documentPath, "The value must be true or false, without quotes.");
    }

    /// <summary>
    /// The fields of a mapping by name, those of merge keys included as yaml.v3 orders them: own before merged, earlier merged before
    /// later.
    /// </summary>
    private List<YamlField> Fields(YamlNode mapping, DocumentPath documentPath, bool namespaces)
    {
        List<YamlNode> children = mapping.Children!;
        Count(mapping, children.Count);
        var fields = new List<YamlField>(children.Count / 2);
        HashSet<string>? names = children.Count > 16 ? new HashSet<string>(children.Count / 2, StringComparer.Ordinal) : null;
        YamlNode? merge = null;
        List<string>? nullKeys = null;
        for (int i = 0; i < children.Count; i += 2)
        {
            YamlNode key = children[i];
            if (IsMerge(key))
            {
                if (merge is not null)
                    throw Wrong("LookasideDuplicateKey", key, documentPath, "The merge key << appears twice; give it one list instead.");
                merge = children[i + 1];
                continue;
            }

            YamlNode resolved = Resolve(key);
            if (resolved.Kind != YamlKind.Scalar)
                throw Wrong("LookasideWrongType", key, documentPath, "A key must be one word, not a list or a mapping.");
            RequireTag(resolved, YamlTag.Text, documentPath);
            if (resolved.IsNull)
            {
                // The reference compares the spelling even of keys that it then skips.
                if (nullKeys?.Contains(resolved.Value) == true)
                    throw Twice(key, documentPath.Then(resolved.Value), "appears twice; put what the two hold together under one of them");
                (nullKeys ??= []).Add(resolved.Value);
                Warn("NullKey", _text.Line(key.Start),
                    $"The key '{resolved.Value}' is null to YAML, and what it holds is ignored; put it in quotes if it is a name.");
                continue;
            }

            string name = resolved.Value;
            if (Find(fields, names, name) is { } earlier)
                throw Twice(key, documentPath.Then(name),
                    $"is already in line {_text.Line(earlier.Key.Start)}; {Together(earlier.Value, children[i + 1])}");
            names?.Add(name);
            fields.Add(new YamlField(name, key, children[i + 1], IsMerged: false));
        }

        if (merge is not null)
            Merge(mapping, merge, fields, documentPath, namespaces);
        return fields;
    }

    private TrustFormatException Twice(YamlNode key, DocumentPath path, string what) =>
        Wrong("LookasideDuplicateKey", key, path, $"This key {what}.");

    // Of two sections neither may be lost; of two values only one can be meant.
    private string Together(YamlNode first, YamlNode second) =>
        Resolve(first).Kind == YamlKind.Mapping || Resolve(second).Kind == YamlKind.Mapping
        ? "put what the two hold together under one of them"
        : "keep the value that is meant";

    private void Merge(YamlNode mapping, YamlNode merge, List<YamlField> fields, DocumentPath documentPath, bool namespaces)
    {
        // The reference compares the keys of a merge as numbers or dates where they look like them, and then takes both. Not here.
        if (namespaces && fields.Find(field => Resolve(field.Key) is { Style: YamlStyle.Plain } key
            && ScalarWriter.LooksLikeNumber(key.Value)) is { } number)
            throw Wrong(
                "LookasideUnsupportedYaml",
                number.Key,
                documentPath.Then(number.Name),
                "Put this key in quotes: beside a merge key, readers disagree about its meaning.");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (YamlField field in fields)
            names.Add(field.Name);

        IEnumerable<YamlNode> sources = merge.Kind == YamlKind.Sequence ? merge.Children! : [merge];
        foreach (YamlNode source in sources)
        {
            YamlNode target = Resolve(source);
            if (target.Kind != YamlKind.Mapping)
                throw Wrong("LookasideWrongType", source, documentPath, "A merge key takes a mapping or a list of mappings.");
            if (ReferenceEquals(target, mapping) || ++_expansionDepth > LookasideLimits.Depth)
                throw Wrong("LookasideTooLarge", source, documentPath, "The merge key contains itself, or is nested too deep.");
            foreach (YamlField field in Fields(target, documentPath, namespaces))
            {
                if (names.Add(field.Name))
                    fields.Add(field with { IsMerged = true });
            }

            _expansionDepth--;
        }
    }

    private static YamlField? Find(List<YamlField> fields, HashSet<string>? names, string name) =>
        names is null || names.Contains(name) ? fields.Find(field => field.Name == name) : null;

    // As yaml.v3: a plain <<; in quotes it is a name.
    private static bool IsMerge(YamlNode key) => key is { Kind: YamlKind.Scalar, Style: YamlStyle.Plain, Tag: null, Value: MergeKey };

    private YamlNode Resolve(YamlNode node)
    {
        // An alias's target was complete or open when the alias was read, and is never itself an alias.
        if (node.Kind != YamlKind.Alias)
            return node;
        Count(node, 1);
        return node.Target!;
    }

    private void Count(YamlNode at, int nodes)
    {
        _expanded += nodes;
        if (_expanded > LookasideLimits.ExpandedNodes)
            throw Wrong("LookasideTooLarge", at, default, "The file's aliases stand for far too much; write the sections out.");
    }

    private void RequireMapping(YamlNode node, DocumentPath documentPath)
    {
        if (node.Kind != YamlKind.Mapping)
            throw Wrong("LookasideWrongType", node, documentPath, "A mapping (key: value) is expected here.");
        RequireTag(node, YamlTag.Mapping, documentPath);
    }

    private void RequireTag(YamlNode node, string allowed, DocumentPath documentPath)
    {
        if (node.Tag is not null && node.Tag != allowed)
            throw Wrong("LookasideUnsupportedYaml", node, documentPath, $"The tag {node.Tag} is not supported here; remove it.");
    }

    private static bool IsVariant(string name, string[] known)
    {
        foreach (string key in known)
        {
            if (name.Equals(key, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private void WarnUnknown(YamlField field, DocumentPath documentPath, string[] known)
    {
        if (_warnings is null)
            return;
        string? nearest = LookasideKey.Nearest(field.Name, known);
        Warn("UnknownKey", _text.Line(field.Key.Start),
            $"The key {documentPath.Then(field.Name)} means nothing and is ignored; " +
                $"{(nearest is null ? "remove it or correct it" : $"is {nearest} meant")}{(nearest is null ? "." : "?")}");
    }

    private void WarnDifferent(string newer, string older, string newerKey, string olderKey, SectionNode section)
    {
        if (newer.Length > 0 && older.Length > 0 && newer != older)
            Warn("DifferentStores", section.Line, $"{section.DocumentPath}: {newerKey} and {olderKey} differ; newer software uses " +
                $"{newerKey}, older software only {olderKey}. Give both the same value.");
    }

    private void Warn(string warningId, int line, string problem)
    {
        if (_warnings is not null && _warned++ < LookasideLimits.Warnings)
            _warnings.Add(new LookasideWarning(warningId, _text.Path, line, problem));
    }

    private TrustFormatException Wrong(string errorId, YamlNode node, DocumentPath documentPath, string problem)
    {
        (int line, int column) = _text.Place(node.Start);
        return new TrustFormatException(errorId, _text.Path, line, column, documentPath.ToString(), problem);
    }
}

/// <summary>A key of a mapping and what it holds.</summary>
/// <param name="Name">The key's text.</param>
/// <param name="Key">The key's node.</param>
/// <param name="Value">The value's node, an alias not resolved.</param>
/// <param name="IsMerged">Whether the field comes from a merge key and not from the mapping itself.</param>
internal sealed record YamlField(string Name, YamlNode Key, YamlNode Value, bool IsMerged);

/// <summary>A section with the nodes it was read from.</summary>
internal sealed class SectionNode
{
    public string? Namespace { get; init; }

    public required YamlField Field { get; init; }

    public int Line { get; init; }

    public DocumentPath DocumentPath =>
        Namespace is null ? new DocumentPath(LookasideKey.DefaultDocker) : new DocumentPath(LookasideKey.Docker, Namespace);

    public List<YamlField> Settings { get; set; } = [];

    public RawSection Raw { get; set; } = new();

    public bool HasCaseVariants { get; set; }
}

/// <summary>What one file defines.</summary>
internal sealed class FileSections
{
    public SectionNode? Default { get; set; }

    public List<SectionNode> Namespaces { get; } = [];

    /// <summary>The <c>docker</c> key, whatever it holds. Null if there is none.</summary>
    public YamlField? DockerField { get; set; }

    /// <summary>The <c>default-docker</c> key, whatever it holds. Null if there is none.</summary>
    public YamlField? DefaultField { get; set; }

    /// <summary>Whether the top level has keys that mean nothing here.</summary>
    public bool HasUnknownKeys { get; set; }

    /// <summary>
    /// Whether a key differs from a known one only in case: <c>podman image trust show</c> 4.x takes it for the known one.
    /// </summary>
    public bool HasCaseVariants { get; set; }
}
