using ContainerTrust.Engine.Formats.Yaml;

namespace ContainerTrust.Engine.Config.RegistriesD;

/// <summary>
/// Edits the text of one registries.d file: touches the lines concerned and no others, and proves afterwards, by reading the new text,
/// that it says what is wanted and that everything else still says what it said.
/// </summary>
internal sealed class FileEditor
{
    private const int Step = 2;

    private readonly YamlText _text;
    private readonly YamlDocument _document;
    private readonly FileSections _sections;
    private readonly TextEdits _edits;
    private readonly Dictionary<string, SectionNode> _byName = new(StringComparer.Ordinal);
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);
    private readonly HashSet<int> _attachedComments = [];

    public FileEditor(YamlText text)
    {
        _text = text;
        _document = YamlAdapter.Parse(text);
        _sections = LookasideReader.Read(text, _document, null);
        _edits = new TextEdits(text);
        foreach (SectionNode section in _sections.Namespaces)
            _byName.Add(section.Namespace!, section);
    }

    /// <summary>Whether nothing but what was removed has been in the file: no other section, no other key, no other comment.</summary>
    public bool IsSpent { get; private set; }

    /// <summary>Applies changes.</summary>
    /// <param name="changes">At most one for a section.</param>
    /// <returns>The new text; null if the file already says what is wanted.</returns>
    /// <exception cref="TrustException">The file is written in a way that cannot be edited safely (<c>EditNotPossible</c>).</exception>
    public string? Apply(IReadOnlyList<SectionChange> changes)
    {
        var intents = new Dictionary<string, RawSection?>(StringComparer.Ordinal);
        RawSection? defaultIntent = _sections.Default?.Raw;
        var added = new List<(string Name, RawSection Raw)>();
        bool addDefault = false;
        foreach (SectionChange change in changes)
        {
            SectionNode? current = change.Namespace is null ? _sections.Default : _byName.GetValueOrDefault(change.Namespace);
            RawSection? intent = change.Intend(current);
            if (change.Namespace is null)
                defaultIntent = intent;
            else
                intents[change.Namespace] = intent;
            if (current is null)
            {
                if (intent is null)
                    continue;
                if (change.Namespace is null)
                    addDefault = true;
                else
                    added.Add((change.Namespace, intent));
            }
            else if (intent is null)
            {
                Remove(current);
            }
            else if (intent != current.Raw)
            {
                Change(current, intent);
            }
        }

        bool leavesNone = _removed.Count > 0 && _removed.Count == _byName.Count && added.Count == 0;
        if (leavesNone)
            EmptyDocker();
        if (added.Count > 0)
            AddNamespaces(added);
        if (addDefault)
            AddDefault(defaultIntent!);
        if (_edits.IsEmpty)
            return null;
        if (_document.IgnoredFromLine > 0)
            throw NotPossible(null, $"everything from line {_document.IgnoredFromLine} on is ignored, because only the first YAML " +
                "document of a file counts; give it a file of its own");

        string edited = _edits.Apply();
        Verify(edited, intents, defaultIntent);
        return edited;
    }

    private YamlNode? Root => _document.Root is { IsAbsent: false } root ? root : null;

    private YamlNode? Docker => _sections.DockerField?.Value;

    // Removing
    // ----------------------------------------------------------------------------------------------------------------------------------

    private void Remove(SectionNode section)
    {
        if (section.Namespace is not null)
            _removed.Add(section.Namespace);
        YamlNode parent = ParentOf(section);
        if (parent.IsFlow)
            RemoveFlow(parent, [section.Field.Key]);
        else
            RemoveBlock(section.Field, takeComments: true);
    }

    private void RemoveBlock(YamlField field, bool takeComments)
    {
        int line = OwnLine(field.Key);
        int indent = field.Key.Start - _text.LineStarts[line];
        int last = _text.LineIndex(Math.Max(field.Key.Start, YamlShape.EntryEnd(_text, field.Key, field.Value) - 1));
        if (takeComments)
        {
            last = SkipComments(last, indent + 1);
            for (int above = line - 1; above >= 0 && IsComment(above, out _); above--)
                _attachedComments.Add(above);
        }

        _edits.Delete(_text.LineStarts[line], _text.LineEnd(last));
    }

    private void RemoveFlow(YamlNode mapping, IReadOnlyCollection<YamlNode> keys)
    {
        // Between braces the commas go too: each removed entry up to the next one, the last ones from the end of the last that stays.
        List<YamlNode> children = mapping.Children!;
        int keptEnd = mapping.Start + 1;
        bool keptAny = false;
        for (int i = 0; i < children.Count; i += 2)
        {
            int end = YamlShape.EntryEnd(_text, children[i], children[i + 1]);
            if (!keys.Contains(children[i]))
            {
                keptEnd = end;
                keptAny = true;
                continue;
            }

            int next = i + 2;
            while (next < children.Count && keys.Contains(children[next]))
                next += 2;
            bool isLast = next >= children.Count;
            int from = isLast && keptAny ? keptEnd : children[i].Start;
            int to = isLast ? YamlShape.EntryEnd(_text, children[^2], children[^1]) : children[next].Start;
            if (HasComment(from, to))
                throw NotPossible(children[i], "there is a comment between the braces");
            _edits.Delete(from, to);
            i = next - 2;
        }
    }

    private void EmptyDocker()
    {
        // What merge keys bring stays; the check at the end tells.
        YamlField docker = _sections.DockerField!;
        if (docker.Value.IsFlow || docker.Value.Kind != YamlKind.Mapping || docker.Value.Children!.Count != _removed.Count * 2)
            return;
        _edits.Insert(ColonOf(docker.Key) + 1, " {}");
    }

    // Changing
    // ----------------------------------------------------------------------------------------------------------------------------------

    private void Change(SectionNode section, RawSection intent)
    {
        if (section.Field.IsMerged)
            throw NotPossible(section.Field.Key, "the section comes from a merge key");
        if (section.Field.Value.Kind == YamlKind.Alias)
            throw NotPossible(section.Field.Value, "the section is an alias that stands for another one");
        YamlNode mapping = section.Field.Value;
        bool isFlow = mapping.IsFlow && mapping.Children!.Count > 0;
        var missing = new List<(string Key, string Value)>();
        var gone = new List<YamlField>();
        foreach ((string key, string old, string wanted) in Pairs(section.Raw, intent))
        {
            if (old == wanted)
                continue;
            YamlField? setting = section.Settings.Find(candidate => candidate.Name == key);
            if (wanted.Length == 0)
            {
                if (setting!.IsMerged)
                    throw NotPossible(setting.Key, "the setting comes from a merge key");
                gone.Add(setting);
            }
            else if (setting is null || setting.IsMerged)
            {
                missing.Add((key, wanted));
            }
            else
            {
                SetValue(setting, wanted, isFlow, isSwitch: key == LookasideKey.UseSigstoreAttachments);
            }
        }

        int kept = mapping.Kind == YamlKind.Mapping ? (mapping.Children!.Count / 2) - gone.Count : 0;
        if (isFlow)
        {
            RemoveFlow(mapping, [.. gone.Select(setting => setting.Key)]);
            if (missing.Count > 0)
                InsertFlow(mapping, kept > 0, FlowSettings(missing));
            return;
        }

        foreach (YamlField setting in gone)
            RemoveBlock(setting, takeComments: false);
        if (mapping.Kind == YamlKind.Mapping && !mapping.IsFlow)
        {
            if (missing.Count > 0)
                _edits.InsertLines(AfterEntry(mapping), BlockSettings(missing, IndentOf(mapping.Children![0])));
            else if (kept == 0)
                _edits.Insert(ColonOf(section.Field.Key) + 1, " {}");
        }
        else
        {
            FillEmpty(ParentOf(section), section.Field, missing);
        }
    }

    private void SetValue(YamlField setting, string wanted, bool isFlow, bool isSwitch)
    {
        YamlNode value = setting.Value;
        if (value.Kind == YamlKind.Scalar && value.Style is YamlStyle.Literal or YamlStyle.Folded)
            throw NotPossible(value, "the value is a block of text");
        string word = isSwitch ? wanted : ScalarWriter.Write(wanted, value.Kind == YamlKind.Alias ? YamlStyle.Plain : value.Style, isFlow);
        if (!value.IsAbsent)
            _edits.Replace(value.Start, value.End, word);
        else if (YamlShape.Colon(_text, setting.Key) is var colon && colon >= 0)
            _edits.Insert(colon + 1, " " + word);
        else
            _edits.Insert(setting.Key.End, ": " + word);
    }

    /// <summary>Writes settings into a section that has none: <c>name:</c>, <c>name: ~</c> or <c>name: {}</c>.</summary>
    private void FillEmpty(YamlNode parent, YamlField field, List<(string Key, string Value)> settings)
    {
        YamlNode value = field.Value;
        if (value.Anchor is not null || value.Tag is not null)
            throw NotPossible(value, "the empty section has an anchor or a tag");
        if (parent.IsFlow)
        {
            string braces = $"{{{FlowSettings(settings)}}}";
            if (!value.IsAbsent)
                _edits.Replace(value.Start, value.End, braces);
            else if (YamlShape.Colon(_text, field.Key) is var colon && colon >= 0)
                _edits.Insert(colon + 1, " " + braces);
            else
                _edits.Insert(field.Key.End, ": " + braces);
            return;
        }

        int keyLine = OwnLine(field.Key);
        int indent = (field.Key.Start - _text.LineStarts[keyLine]) + StepBelow(field.Key);
        _edits.InsertLines(ClearValue(field), BlockSettings(settings, new string(' ', indent)));
    }

    /// <summary>Cuts a null or <c>{}</c> behind a key, and returns where the lines that take its place go.</summary>
    private int ClearValue(YamlField field)
    {
        int colon = ColonOf(field.Key);
        if (field.Value.IsAbsent)
            return _text.LineEnd(_text.LineIndex(colon));
        if (HasComment(colon, field.Value.End))
            throw NotPossible(field.Value, "there is a comment inside the empty section");
        _edits.Delete(colon + 1, field.Value.End);
        return _text.LineEnd(_text.LineIndex(field.Value.End - 1));
    }

    // Adding
    // ------------------------------------------------------------------------------------------------------------------------------------

    private void AddNamespaces(List<(string Name, RawSection Raw)> added)
    {
        YamlNode? docker = Docker;
        if (docker is null)
        {
            int step = StepBelow(null);
            AddToRoot(
                LookasideKey.Docker,
                indent => added.SelectMany(item => Section(item.Name, item.Raw, indent + new string(' ', step), step)),
                () => $"{{{string.Join(", ", added.Select(FlowSection))}}}");
        }
        else if (docker.Kind == YamlKind.Alias)
        {
            throw NotPossible(docker, "docker is an alias");
        }
        else if (docker.IsFlow && docker.Children!.Count > 0)
        {
            InsertFlow(docker, _removed.Count * 2 < docker.Children.Count, string.Join(", ", added.Select(FlowSection)));
        }
        else if (docker.Kind == YamlKind.Mapping && !docker.IsFlow)
        {
            string indent = IndentOf(docker.Children![0]);
            int step = StepBelow(docker.Children[0]);
            int after = AfterEntry(docker, indent.Length);
            _edits.InsertLines(after, added.SelectMany(item => Section(item.Name, item.Raw, indent, step)));
        }
        else
        {
            FillDocker(added);
        }
    }

    private void FillDocker(List<(string Name, RawSection Raw)> added)
    {
        YamlField field = _sections.DockerField!;
        if (field.Value.Anchor is not null || field.Value.Tag is not null)
            throw NotPossible(field.Value, "docker is empty and has an anchor or a tag");
        if (Root!.IsFlow)
        {
            string braces = $"{{{string.Join(", ", added.Select(FlowSection))}}}";
            if (field.Value.IsAbsent)
                _edits.Insert(ColonOf(field.Key) + 1, " " + braces);
            else
                _edits.Replace(field.Value.Start, field.Value.End, braces);
            return;
        }

        int step = StepBelow(null);
        string indent = IndentOf(field.Key) + new string(' ', step);
        _edits.InsertLines(ClearValue(field), added.SelectMany(item => Section(item.Name, item.Raw, indent, step)));
    }

    private void AddDefault(RawSection raw)
    {
        List<(string Key, string Value)> settings = Settings(raw);
        if (_sections.DefaultField is { } field)
        {
            // It is there and null.
            if (settings.Count == 0)
                return;
            if (field.IsMerged || field.Value.Kind == YamlKind.Alias)
                throw NotPossible(field.Value, "default-docker is shared");
            FillEmpty(Root!, field, settings);
            return;
        }

        int step = StepBelow(null);
        AddToRoot(
            LookasideKey.DefaultDocker,
            indent => BlockSettings(settings, indent + new string(' ', step)),
            () => $"{{{FlowSettings(settings)}}}");
    }

    private void AddToRoot(string key, Func<string, IEnumerable<string>> lines, Func<string> braces)
    {
        YamlNode? root = Root;
        if (root is null)
        {
            _edits.InsertLines(_text.Text.Length, [key + ":", .. lines("")]);
        }
        else if (root.Kind != YamlKind.Mapping)
        {
            throw NotPossible(root, "the file holds nothing but a null or an alias");
        }
        else if (root.IsFlow)
        {
            InsertFlow(root, root.Children!.Count > 0, $"\"{key}\": {braces()}");
        }
        else
        {
            string indent = IndentOf(root.Children![0]);
            _edits.InsertLines(AfterEntry(root, indent.Length + 1), [indent + key + ":", .. lines(indent)]);
        }
    }

    private void InsertFlow(YamlNode mapping, bool hasOthers, string entry)
    {
        List<YamlNode> children = mapping.Children!;
        if (children.Count == 0)
        {
            _edits.Insert(mapping.Start + 1, entry);
            return;
        }

        if (YamlShape.ContentEnd(_text, children[^1]) < 0)
            throw NotPossible(children[^2], "the last entry between the braces has no value");
        _edits.Insert(YamlShape.EntryEnd(_text, children[^2], children[^1]), hasOthers ? ", " + entry : entry);
    }

    // Lines
    // -------------------------------------------------------------------------------------------------------------------------------------

    private static List<(string Key, string Value)> Settings(RawSection raw) =>
        [.. Pairs(new RawSection(), raw).Where(pair => pair.Wanted.Length > 0).Select(pair => (pair.Key, pair.Wanted))];

    private static (string Key, string Old, string Wanted)[] Pairs(RawSection old, RawSection wanted) =>
    [
        (LookasideKey.Lookaside, old.Lookaside, wanted.Lookaside),
        (LookasideKey.Sigstore, old.Sigstore, wanted.Sigstore),
        (LookasideKey.LookasideStaging, old.LookasideStaging, wanted.LookasideStaging),
        (LookasideKey.SigstoreStaging, old.SigstoreStaging, wanted.SigstoreStaging),
        (LookasideKey.UseSigstoreAttachments, Switch(old.UseSigstoreAttachments), Switch(wanted.UseSigstoreAttachments)),
    ];

    private static string Switch(bool? value) => value switch
    {
        true => "true",
        false => "false",
        null => "",
    };

    private static IEnumerable<string> Section(string name, RawSection raw, string indent, int step)
    {
        string key = indent + ScalarWriter.Write(name, YamlStyle.Plain, isFlow: false) + ":";
        List<(string Key, string Value)> settings = Settings(raw);
        return settings.Count == 0 ? [key + " {}"] : [key, .. BlockSettings(settings, indent + new string(' ', step))];
    }

    private static IEnumerable<string> BlockSettings(List<(string Key, string Value)> settings, string indent) =>
        settings.Select(setting => $"{indent}{setting.Key}: {Value(setting, isFlow: false)}");

    private static string FlowSection((string Name, RawSection Raw) section) =>
        $"{ScalarWriter.Write(section.Name, YamlStyle.Plain, isFlow: true)}: {{{FlowSettings(Settings(section.Raw))}}}";

    private static string FlowSettings(List<(string Key, string Value)> settings) =>
        string.Join(", ", settings.Select(setting => $"\"{setting.Key}\": {Value(setting, isFlow: true)}"));

    private static string Value((string Key, string Value) setting, bool isFlow) =>
        setting.Key == LookasideKey.UseSigstoreAttachments ? setting.Value : ScalarWriter.Write(setting.Value, YamlStyle.Plain, isFlow);

    // Places
    // ------------------------------------------------------------------------------------------------------------------------------------

    private YamlNode ParentOf(SectionNode section)
    {
        if (section.Field.IsMerged)
            throw NotPossible(section.Field.Key, "the section comes from a merge key");
        YamlNode parent = section.Namespace is null ? Root! : Docker!;
        return parent.Kind == YamlKind.Mapping ? parent : throw NotPossible(parent, "it is shared by an alias");
    }

    private int ColonOf(YamlNode key)
    {
        int colon = YamlShape.Colon(_text, key);
        return colon >= 0 ? colon : throw NotPossible(key, "the key is not followed by a colon");
    }

    /// <summary>The line of a block mapping's key, which must stand first on it.</summary>
    private int OwnLine(YamlNode key)
    {
        int line = _text.LineIndex(key.Start);
        return _text.Text.AsSpan(_text.LineStarts[line], key.Start - _text.LineStarts[line]).ContainsAnyExcept(' ')
            ? throw NotPossible(key, "the key is not the first thing on its line")
            : line;
    }

    private string IndentOf(YamlNode key) => new(' ', key.Start - _text.LineStarts[OwnLine(key)]);

    /// <summary>By how much the file indents: below a key as below its siblings, else as anywhere.</summary>
    private int StepBelow(YamlNode? key)
    {
        IEnumerable<YamlField> fields = _sections.Namespaces.Where(section => key is not null && !section.Field.IsMerged)
            .Select(section => section.Field);
        if (_sections.DefaultField is { } field)
            fields = fields.Append(field);
        if (key is null && _sections.DockerField is { } docker)
            fields = fields.Prepend(docker);
        foreach (YamlField candidate in fields)
        {
            if (candidate.Value is not { Kind: YamlKind.Mapping, IsFlow: false })
                continue;
            YamlNode first = candidate.Value.Children![0];
            int step = Column(first) - Column(candidate.Key);
            if (step > 0)
                return step;
        }

        return Step;
    }

    private int Column(YamlNode node) => node.Start - _text.LineStarts[_text.LineIndex(node.Start)];

    /// <summary>
    /// Where lines go that follow a block mapping's last entry, and the comments indented at least so far that follow it directly.
    /// </summary>
    private int AfterEntry(YamlNode mapping, int commentIndent = int.MaxValue)
    {
        int last = _text.LineIndex(Math.Max(mapping.Start, YamlShape.ContentEnd(_text, mapping) - 1));
        return _text.LineEnd(SkipComments(last, commentIndent));
    }

    private int SkipComments(int line, int indent)
    {
        while (line + 1 < _text.LineStarts.Count && IsComment(line + 1, out int column) && column >= indent)
            line++;
        return line;
    }

    private bool IsComment(int line, out int column)
    {
        ReadOnlySpan<char> content = _text.Text.AsSpan(_text.LineStarts[line], _text.LineEnd(line) - _text.LineStarts[line]);
        column = content.IndexOfAnyExcept(' ', '\t');
        return column >= 0 && content[column] == '#';
    }

    private bool HasComment(int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            if (_text.Text[i] == '#' && (i == 0 || _text.Text[i - 1] is ' ' or '\t' or '\n' or '\r'))
                return true;
        }

        return false;
    }

    // Checking
    // ----------------------------------------------------------------------------------------------------------------------------------

    private void Verify(string edited, Dictionary<string, RawSection?> intents, RawSection? defaultIntent)
    {
        YamlText text;
        YamlDocument document;
        FileSections result;
        try
        {
            text = YamlText.FromText(_text.Path, edited, _text.HasByteOrderMark);
            document = YamlAdapter.Parse(text);
            result = LookasideReader.Read(text, document, null);
            Compare(result, document, intents, defaultIntent);
            if (PlainYaml.TryParse(text) is { } plain)
                Compare(LookasideReader.Read(text, plain, null), plain, intents, defaultIntent);
        }
        catch (TrustFormatException exception)
        {
            throw NotPossible(null, "the way in which it is written does not allow the change", exception);
        }

        IsSpent = result is { Default: null, Namespaces.Count: 0, HasUnknownKeys: false } && !KeepsComments();
    }

    private void Compare(FileSections result, YamlDocument document, Dictionary<string, RawSection?> intents, RawSection? defaultIntent)
    {
        bool isSame = result.Default?.Raw == defaultIntent
            && result.HasUnknownKeys == _sections.HasUnknownKeys
            && document.IgnoredFromLine == 0
            && result.Namespaces.Count == Expected(intents)
            && SameUnknownKeys(document);
        foreach (SectionNode section in result.Namespaces)
        {
            if (!isSame)
                break;
            SectionNode? old = _byName.GetValueOrDefault(section.Namespace!);
            isSame = intents.TryGetValue(section.Namespace!, out RawSection? intent)
                ? section.Raw == intent
                : old is not null && old.Raw == section.Raw && YamlShape.SameContent(old.Field.Value, section.Field.Value);
        }

        if (!isSame)
            throw NotPossible(null, "the way in which it is written does not allow the change without changing something else");
    }

    private int Expected(Dictionary<string, RawSection?> intents)
    {
        int count = _byName.Count;
        foreach ((string name, RawSection? intent) in intents)
            count += (intent is null ? 0 : 1) - (_byName.ContainsKey(name) ? 1 : 0);
        return count;
    }

    private bool SameUnknownKeys(YamlDocument document)
    {
        List<(YamlNode Key, YamlNode Value)> old = UnknownKeys(_document);
        List<(YamlNode Key, YamlNode Value)> now = UnknownKeys(document);
        if (old.Count != now.Count)
            return false;
        for (int i = 0; i < old.Count; i++)
        {
            if (!YamlShape.SameContent(old[i].Key, now[i].Key) || !YamlShape.SameContent(old[i].Value, now[i].Value))
                return false;
        }

        return true;
    }

    private static List<(YamlNode Key, YamlNode Value)> UnknownKeys(YamlDocument document)
    {
        var unknown = new List<(YamlNode Key, YamlNode Value)>();
        if (document.Root is { Kind: YamlKind.Mapping, Children: { } children })
        {
            for (int i = 0; i < children.Count; i += 2)
            {
                if (children[i].Value is not (LookasideKey.Docker or LookasideKey.DefaultDocker))
                    unknown.Add((children[i], children[i + 1]));
            }
        }

        return unknown;
    }

    // Comments in what was cut, and those right above it, went with it or are not worth a file.
    private bool KeepsComments()
    {
        for (int line = 0; line < _text.LineStarts.Count; line++)
        {
            if (!_attachedComments.Contains(line) && HasComment(_text.LineStarts[line], _text.LineEnd(line))
                && !IsDeleted(_text.LineStarts[line], _text.LineEnd(line)))
                return true;
        }

        return false;
    }

    private bool IsDeleted(int start, int end)
    {
        foreach ((int from, int to) in _edits.Deletions)
        {
            if (from <= start && to >= end)
                return true;
        }

        return false;
    }

    private TrustException NotPossible(YamlNode? node, string why, Exception? cause = null)
    {
        string place = node is null ? _text.Path : $"{_text.Path}:{_text.Line(node.Start)}";
        return new TrustException(
            "EditNotPossible",
            TrustErrorKind.InvalidData,
            $"{place} cannot be changed automatically: {why}. Edit the file by hand.",
            cause)
        {
            Target = _text.Path,
        };
    }
}
