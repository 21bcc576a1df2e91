using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Formats.Yaml;

namespace ContainerTrust.Fuzz.Targets;

/// <summary>registries.d: read, asked, changed in place, and read again.</summary>
internal sealed class RegistriesTarget : FuzzTarget
{
    private const string Directory = "/etc/containers/registries.d";
    private const string File = Directory + "/fuzz.yaml";
    private const string NewName = "new.example.com/fuzz";

    private static readonly LookasideSection s_wish = new() { SignatureStore = "https://new.example.com/s",
        SignatureStoreStaging = "file:///var/s", UseSigstoreAttachments = true };

    /// <inheritdoc/>
    public override string Name => "registries";

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Words => Text(
        "docker:\n", "default-docker:\n", "  ", "\n  ", "\n    ", "lookaside: ", "lookaside-staging: ", "sigstore: ",
        "sigstore-staging: ", "use-sigstore-attachments: ", "true", "false", "yes", "off", "~",
        "null", ": ", "? ", "- ", "# ", "&a ", "*a", "<<: ", "!!str ", "!!map ", "! ", "|\n", ">-\n", "'", "\"", "{", "}", "[", "]", ",",
        "---\n", "...\n", "%YAML 1.1\n", "\r\n", "\t", "https://a/b", "example.com",
        "*.example.com", "localhost:5000/ns", "\\u00e9", "\\x00", "\u2028", "\uFEFF", "@", "`", "0x1", "1.5", "2001-01-01");

    /// <inheritdoc/>
    public override FuzzMaterial Make() =>
        new FuzzMaterial().Add(YamlSamples.Files.Select(System.Text.Encoding.UTF8.GetBytes));

    /// <inheritdoc/>
    public override void Run(byte[] input)
    {
        LookasideConfiguration configuration = Load(new MemoryHost { HomeDirectory = "/root" }.With(File, input));
        Ask(configuration);
        CompareParsers(input);
        Change(input, configuration, NewName, s_wish);
        Change(input, configuration, null, s_wish with { SignatureStoreStaging = null });
        if (configuration.Sections.Count > 0)
        {
            string last = configuration.Sections.Keys.Order(StringComparer.Ordinal).Last();
            Change(input, configuration, last, new LookasideSection { SignatureStore = "https://other.example.com/s" });
            Change(input, configuration, last, null);
        }
    }

    private static LookasideConfiguration Load(MemoryHost host) => LookasideConfiguration.Load(host, Directory);

    private static void Ask(LookasideConfiguration configuration)
    {
        foreach (string scope in configuration.Sections.Keys.Take(10).Append("").Append("a.example.com/b/c:1"))
        {
            FuzzFinding.Unless(configuration.ForScope("docker", scope) is not null, "A scope has no answer.");
            _ = configuration.AsPodmanShows(scope);
        }
    }

    // Most files are read by a parser of our own, the others by the library: where both can, both must say the same.
    private static void CompareParsers(byte[] input)
    {
        YamlText text = YamlText.Decode(File, input);
        if (PlainYaml.TryParse(text) is not { } plain)
            return;
        List<LookasideWarning> plainWarnings = [];
        List<LookasideWarning> libraryWarnings = [];
        FileSections ours = LookasideReader.Read(text, plain, plainWarnings);
        FileSections theirs = LookasideReader.Read(text, YamlAdapter.Parse(text), libraryWarnings);
        FuzzFinding.Unless(ours.Default?.Raw == theirs.Default?.Raw && ours.HasCaseVariants == theirs.HasCaseVariants
            && ours.Namespaces.Select(static n => (n.Namespace, n.Line, n.Raw)).SequenceEqual(theirs.Namespaces.Select(static n =>
                (n.Namespace, n.Line, n.Raw)))
            && plainWarnings.SequenceEqual(libraryWarnings),
            "The two parsers read a file differently.");
    }

    private static void Change(byte[] input, LookasideConfiguration before, string? name, LookasideSection? wish)
    {
        MemoryHost host = new MemoryHost { HomeDirectory = "/root" }.With(File, input);
        LookasideEdit edit;
        try
        {
            edit = LookasideEditor.Plan(host, Directory, before, [new SectionChange(name, wish, ReplaceWhole: true)]);
        }
        catch (TrustException e) when (e.ErrorId is "EditNotPossible" or "LookasideInvalidNamespace")
        {
            // What cannot be edited safely is refused.
            return;
        }

        MemoryHost after = new();
        if (edit.Files.All(static f => f.Path != File))
            after.With(File, input);
        foreach (LookasideFileEdit file in edit.Files.Where(static f => f.NewContent is not null))
            after.With(file.Path, file.NewContent!.Value.ToArray());
        LookasideConfiguration now;
        try
        {
            now = Load(after);
        }
        catch (TrustException e)
        {
            throw new FuzzFinding($"A file that was changed cannot be read: {e}");
        }

        LookasideEntry? entry = name is null ? now.Default : now.Sections.GetValueOrDefault(name);
        FuzzFinding.Unless(entry?.Section == wish, "A change is not in the new text.");
        FuzzFinding.Unless(name is null || now.Default?.Raw == before.Default?.Raw, "The default section has changed, too.");
        foreach (LookasideEntry other in before.Sections.Values.Where(o => o.Namespace != name))
            FuzzFinding.Unless(now.Sections.GetValueOrDefault(other.Namespace!)?.Raw == other.Raw, "Another section has changed, too.");
        FuzzFinding.Unless(now.Sections.Keys.All(k => k == name || before.Sections.ContainsKey(k)), "Another section has come.");
    }
}
