using ContainerTrust.Engine.Formats.Yaml;

namespace ContainerTrust.Engine.Config.RegistriesD;

/// <summary>
/// The configuration as <c>podman image trust show</c> 4.x sees it (pkg/trust/registries.go, decoding YAML by way of JSON): key names are
/// taken without regard to case.
/// </summary>
internal sealed class PodmanView
{
    private readonly Dictionary<string, string> _stores = new(StringComparer.Ordinal);
    private string _default = "";
    private int _longest;

    /// <summary>Adds a file.</summary>
    public void Add(YamlDocument document, FileSections sections)
    {
        if (sections.HasCaseVariants && document.Root is { Kind: YamlKind.Mapping } root)
        {
            AddVariants(root);
            return;
        }

        if (sections.Default is not null)
            _default = Store(sections.Default.Raw);
        foreach (SectionNode section in sections.Namespaces)
            Add(section.Namespace!, Store(section.Raw));
    }

    /// <summary>
    /// The store that is printed for a scope: of the nearest section by whole path components, else of <c>default-docker</c>.
    /// </summary>
    public string Store(string scope)
    {
        if (scope.Length == 0)
            return _default;
        Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> stores = _stores.GetAlternateLookup<ReadOnlySpan<char>>();
        ReadOnlySpan<char> name = scope;
        while (true)
        {
            if (name.Length <= _longest && stores.TryGetValue(name, out string? store))
                return store;
            int slash = name.LastIndexOf('/');
            if (slash < 0)
                return _default;
            name = name[..slash];
        }
    }

    private void Add(string name, string store)
    {
        _stores[name] = store;
        _longest = Math.Max(_longest, name.Length);
    }

    private static string Store(RawSection raw) => raw.Lookaside.Length > 0 ? raw.Lookaside : raw.Sigstore;

    private void AddVariants(YamlNode root)
    {
        foreach ((_, YamlNode value) in Members(root, LookasideKey.DefaultDocker))
        {
            if (value.Kind == YamlKind.Mapping)
                _default = VariantStore(value);
        }

        foreach ((_, YamlNode docker) in Members(root, LookasideKey.Docker))
        {
            if (docker.Kind != YamlKind.Mapping)
                continue;
            for (int i = 0; i + 1 < docker.Children!.Count; i += 2)
            {
                YamlNode section = Target(docker.Children[i + 1]);
                Add(Target(docker.Children[i]).Value, section.Kind == YamlKind.Mapping ? VariantStore(section) : "");
            }
        }
    }

    private static string VariantStore(YamlNode section)
    {
        string lookaside = VariantValue(section, LookasideKey.Lookaside);
        return lookaside.Length > 0 ? lookaside : VariantValue(section, LookasideKey.Sigstore);
    }

    private static string VariantValue(YamlNode section, string key)
    {
        string last = "";
        foreach ((_, YamlNode value) in Members(section, key))
        {
            if (value.Kind == YamlKind.Scalar && !value.IsNull)
                last = value.Value;
        }

        return last;
    }

    // JSON members arrive in byte order, and the last one counts: capitals first, the exact name at the end.
    private static List<(string Name, YamlNode Value)> Members(YamlNode mapping, string key)
    {
        var members = new List<(string Name, YamlNode Value)>();
        for (int i = 0; i + 1 < mapping.Children!.Count; i += 2)
        {
            string name = Target(mapping.Children[i]).Value;
            if (name.Equals(key, StringComparison.OrdinalIgnoreCase))
                members.Add((name, Target(mapping.Children[i + 1])));
        }

        members.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return members;
    }

    private static YamlNode Target(YamlNode node) => node.Target ?? node;
}
