using System.Text.Json;
using ContainerTrust.Engine.Formats.Yaml;

namespace ContainerTrust.Engine.Formats.Documents;

/// <summary>A node of a YAML or JSON document, seen alike: objects, lists and texts are all that a ConfigMap consists of.</summary>
internal readonly struct ConfigMapNode
{
    private readonly JsonElement _json;
    private readonly YamlNode? _yaml;

    public ConfigMapNode(JsonElement json) => _json = json;

    public ConfigMapNode(YamlNode yaml) => _yaml = yaml.Target ?? yaml;

    /// <summary>Whether it has members.</summary>
    public bool IsObject => _yaml is null ? _json.ValueKind == JsonValueKind.Object : _yaml.Kind == YamlKind.Mapping;

    /// <summary>The text of a text node. Null for any other.</summary>
    public string? Text
    {
        get
        {
            if (_yaml is not null)
                return _yaml.Kind == YamlKind.Scalar && !_yaml.IsNull ? _yaml.Value : null;
            try
            {
                return _json.ValueKind == JsonValueKind.String ? _json.GetString() : null;
            }
            catch (InvalidOperationException)
            {
                // The text is no UTF-16 or UTF-8.
                return null;
            }
        }
    }

    /// <summary>The items of a list; none for any other.</summary>
    public IEnumerable<ConfigMapNode> Items => _yaml is null
        ? _json.ValueKind == JsonValueKind.Array ? _json.EnumerateArray().Select(static e => new ConfigMapNode(e)) : []
        : _yaml.Kind == YamlKind.Sequence ? _yaml.Children!.Select(static n => new ConfigMapNode(n)) : [];

    /// <summary>The members of an object; none for any other.</summary>
    public IEnumerable<KeyValuePair<string, ConfigMapNode>> Members
    {
        get
        {
            if (!IsObject)
                yield break;
            if (_yaml is null)
            {
                foreach (JsonProperty property in _json.EnumerateObject())
                    yield return new(NameOf(property), new ConfigMapNode(property.Value));
                yield break;
            }

            for (int i = 0; i + 1 < _yaml.Children!.Count; i += 2)
            {
                if (new ConfigMapNode(_yaml.Children[i]).Text is { } name)
                    yield return new(name, new ConfigMapNode(_yaml.Children[i + 1]));
            }
        }
    }

    /// <summary>The last member of a name.</summary>
    public ConfigMapNode? Member(string name)
    {
        ConfigMapNode? found = null;
        foreach ((string key, ConfigMapNode value) in Members)
        {
            if (key == name)
                found = value;
        }

        return found;
    }

    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            // The name is no text, and so none that is looked for.
            return "";
        }
    }
}
