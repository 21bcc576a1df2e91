using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Formats.Yaml;

namespace ContainerTrust.Engine.Tests.ImagePolicies;

/// <summary>
/// A resource's schema, as a cluster has it, and what it says of a document: types, lengths, patterns, members that are required or
/// unknown, and every validation rule. The few rules that there are, are restated here; one that is not known fails the test.
/// </summary>
internal sealed partial class CrdSchema
{
    private static readonly ConcurrentDictionary<string, Regex> Patterns = [];
    private static readonly ConcurrentDictionary<string, CrdSchema> Schemas = [];

    private readonly YamlNode _root;
    private readonly string _kind;
    private readonly string _group;
    private readonly string _version;
    private readonly bool _isNamespaced;

    private CrdSchema(YamlNode definition, string apiVersion)
    {
        YamlNode spec = Get(definition, "spec")!;
        _kind = Get(Get(spec, "names")!, "kind")!.Value;
        _group = Get(spec, "group")!.Value;
        _isNamespaced = Get(spec, "scope")!.Value == "Namespaced";
        YamlNode version = Assert.Single(Get(spec, "versions")!.Children!);
        Assert.Equal("v1", Get(version, "name")!.Value);
        _version = apiVersion;
        _root = Get(Get(version, "schema")!, "openAPIV3Schema")!;
    }

    /// <summary>The schema that the corpus has for a kind; skips the test where there is none.</summary>
    public static CrdSchema Of(string kind)
    {
        string file = kind switch
        {
            "ImagePolicy" => "10_config-operator_01_imagepolicies",
            "ClusterImagePolicy" => "10_config-operator_01_clusterimagepolicies",
            _ => $"80_machine-config_01_{kind.ToLowerInvariant()}s",
        };
        byte[] content = Corpus.Read($"openshift-crds/0000_{file}.crd.yaml");
        CrdSchema schema = Schemas.GetOrAdd(kind, _ => new CrdSchema(Parse(Encoding.UTF8.GetString(content)), "v1"));
        Assert.Equal(kind, schema._kind);
        return schema;
    }

    /// <summary>
    /// The schema of a kind as older clusters have it by default: the corpus' own without certificates of a private PKI, and up to
    /// OpenShift 4.19 under the version v1alpha1.
    /// </summary>
    public static CrdSchema WithoutPki(string kind, string apiVersion)
    {
        YamlNode root = Parse(Encoding.UTF8.GetString(Corpus.Read($"openshift-crds/0000_10_config-operator_01_{kind.ToLowerInvariant()
            .Replace("policy", "policies", StringComparison.Ordinal)}.crd.yaml")));
        CrdSchema schema = new(root, apiVersion);
        YamlNode trust = Find(schema._root, "spec", "policy", "rootOfTrust");
        List<YamlNode> members = Get(trust, "properties")!.Children!;
        members.RemoveRange(members.FindIndex(static m => m.Value == "pki"), 2);
        Assert.Equal(1, Get(Find(trust, "policyType"), "enum")!.Children!.RemoveAll(static v => v.Value == "PKI"));
        Assert.Equal(1, Get(trust, "x-kubernetes-validations")!.Children!
            .RemoveAll(static r => Get(r, "rule")!.Value.Contains("'PKI'", StringComparison.Ordinal)));
        return schema;
    }

    /// <summary>Parses YAML by a library that knows nothing of how it was written.</summary>
    public static YamlNode Parse(string yaml)
    {
        YamlDocument document = YamlAdapter.Parse(YamlText.FromText("document.yaml", yaml, hasByteOrderMark: false));
        Assert.Equal(0, document.IgnoredFromLine);
        return document.Root!;
    }

    /// <summary>A member of a mapping; null if it has none of that name.</summary>
    public static YamlNode? Get(YamlNode mapping, string name)
    {
        for (int i = 0; i < mapping.Children!.Count; i += 2)
        {
            if (mapping.Children[i].Value == name)
                return mapping.Children[i + 1];
        }

        return null;
    }

    /// <summary>The value at a path of members; null if one is missing.</summary>
    public static string? Value(YamlNode root, string path)
    {
        YamlNode? node = root;
        foreach (string name in path.Split('.'))
            node = node is null ? null : Get(node, name);
        return node?.Value;
    }

    /// <summary>What the cluster would refuse a document for.</summary>
    public IReadOnlyList<string> Faults(string yaml)
    {
        YamlNode document = Parse(yaml);
        List<string> faults = [];
        if (Value(document, "apiVersion") != $"{_group}/{_version}" || Value(document, "kind") != _kind)
            faults.Add("The document is of another kind.");
        if (Value(document, "metadata.name") is not { Length: <= 253 } name || !Subdomain().IsMatch(name))
            faults.Add("The name is not possible.");
        if (_isNamespaced != Value(document, "metadata.namespace") is not null)
            faults.Add("The namespace is missing, or is one too many.");
        Check(document, _root, "", faults);
        return faults;
    }

    /// <summary>What the schema of a scope refuses of a text.</summary>
    public IReadOnlyList<string> ScopeFaults(string scope) => TextFaults(scope, Find(_root, "spec", "scopes").Items());

    /// <summary>What the schema of a repository in a signed identity refuses of a text.</summary>
    public IReadOnlyList<string> RepositoryFaults(string name) =>
        TextFaults(name, Find(_root, "spec", "policy", "signedIdentity", "exactRepository", "repository"));

    /// <summary>What the schema of an e-mail address refuses of a text.</summary>
    public IReadOnlyList<string> EmailFaults(string email) =>
        TextFaults(email, Find(_root, "spec", "policy", "rootOfTrust", "fulcioCAWithRekor", "fulcioSubject", "signedEmail"));

    /// <summary>What the schema of a host name refuses of a text.</summary>
    public IReadOnlyList<string> HostnameFaults(string name) =>
        TextFaults(name, Find(_root, "spec", "policy", "rootOfTrust", "pki", "pkiCertificateSubject", "hostname"));

    private static List<string> TextFaults(string text, YamlNode schema)
    {
        List<string> faults = [];
        Check(new YamlNode { Kind = YamlKind.Scalar, Value = text, Style = YamlStyle.DoubleQuoted }, schema, "", faults);
        return faults;
    }

    private static YamlNode Find(YamlNode schema, params string[] names) =>
        names.Aggregate(schema, static (node, name) => Get(Get(node, "properties")!, name)!);

    private static void Check(YamlNode node, YamlNode schema, string path, List<string> faults)
    {
        string type = Get(schema, "type")!.Value;
        YamlKind wanted = type switch { "object" => YamlKind.Mapping, "array" => YamlKind.Sequence, "string"
            or "boolean" => YamlKind.Scalar, _ => throw new InvalidOperationException($"The schema has a type {type}.") };
        if (node.Kind != wanted)
        {
            faults.Add($"{path}: is not a {type}.");
            return;
        }

        if (type == "object")
            CheckObject(node, schema, path, faults);
        else if (type == "array")
            CheckArray(node, schema, path, faults);
        else if (type == "boolean" && (node.Style != YamlStyle.Plain || node.Value is not ("true" or "false")))
            faults.Add($"{path}: is not a boolean.");
        else if (type == "string")
            CheckText(node, schema, path, faults);
        foreach (YamlNode rule in Get(schema, "x-kubernetes-validations")?.Children ?? [])
        {
            string text = Get(rule, "rule")!.Value;
            if (!Holds(text, node, Get(schema, "format")?.Value == "byte"))
                faults.Add($"{path}: {Get(rule, "message")!.Value} ({text})");
        }
    }

    private static void CheckObject(YamlNode node, YamlNode schema, string path, List<string> faults)
    {
        YamlNode? properties = Get(schema, "properties");
        for (int i = 0; properties is not null && i < node.Children!.Count; i += 2)
        {
            string name = node.Children[i].Value;
            if (Get(properties, name) is { } inner)
                Check(node.Children[i + 1], inner, $"{path}.{name}", faults);
            else
                faults.Add($"{path}.{name}: is unknown.");
        }

        foreach (YamlNode name in Get(schema, "required")?.Children ?? [])
        {
            if (Get(node, name.Value) is null)
                faults.Add($"{path}.{name.Value}: is missing.");
        }
    }

    private static void CheckArray(YamlNode node, YamlNode schema, string path, List<string> faults)
    {
        if (Number(schema, "maxItems") is { } max && node.Children!.Count > max)
            faults.Add($"{path}: has more than {max} items.");
        if (Get(schema, "x-kubernetes-list-type")?.Value == "set" && node.Children!.Select(static c => c.Value).Distinct()
            .Count() != node.Children!.Count)
            faults.Add($"{path}: has an item twice.");
        foreach (YamlNode item in node.Children!)
            Check(item, schema.Items(), path + "[]", faults);
    }

    private static void CheckText(YamlNode node, YamlNode schema, string path, List<string> faults)
    {
        // A plain word that a YAML reader takes for a number or a boolean would be no string.
        if (node.Style == YamlStyle.Plain && (node.IsNull || NotText().IsMatch(node.Value)))
            faults.Add($"{path}: is not a string.");
        int length = node.Value.EnumerateRunes().Count();
        if (Number(schema, "maxLength") is { } max && length > max)
            faults.Add($"{path}: is longer than {max}.");
        if (Number(schema, "minLength") is { } min && length < min)
            faults.Add($"{path}: is shorter than {min}.");
        if (Get(schema, "pattern") is { } pattern && !Re2(pattern.Value).IsMatch(node.Value))
            faults.Add($"{path}: does not match {pattern.Value}.");
        if (Get(schema, "enum") is { } values && values.Children!.All(v => v.Value != node.Value))
            faults.Add($"{path}: is none of the possible values.");
    }

    private static bool Holds(string rule, YamlNode self, bool isBytes)
    {
        string text = self.Kind == YamlKind.Scalar ? self.Value : "";
        if (isBytes)
        {
            try
            {
                // string(self) of bytes that are no UTF-8 is an error.
                text = new UTF8Encoding(false, true).GetString(Convert.FromBase64String(text));
            }
            catch (Exception e) when (e is FormatException or DecoderFallbackException)
            {
                return false;
            }
        }

        bool Has(string name) => Get(self, name) is not null;
        bool Pair(string member, string value, string partner) => (Get(self, member)?.Value == value) == Has(partner);
        return rule switch
        {
            "has(self.policyType) && self.policyType == 'PKI' ? has(self.pki) : !has(self.pki)" => Pair("policyType", "PKI", "pki"),
            "has(self.policyType) && self.policyType == 'PublicKey' ? has(self.publicKey) : !has(self.publicKey)" =>
                Pair("policyType", "PublicKey", "publicKey"),
            "has(self.policyType) && self.policyType == 'FulcioCAWithRekor' ? has(self.fulcioCAWithRekor) : !has(self.fulcioCAWithRekor)" =>
                Pair("policyType", "FulcioCAWithRekor", "fulcioCAWithRekor"),
            "(has(self.matchPolicy) && self.matchPolicy == 'ExactRepository') ? has(self.exactRepository) : !has(self.exactRepository)" =>
                Pair("matchPolicy", "ExactRepository", "exactRepository"),
            "(has(self.matchPolicy) && self.matchPolicy == 'RemapIdentity') ? has(self.remapIdentity) : !has(self.remapIdentity)" =>
                Pair("matchPolicy", "RemapIdentity", "remapIdentity"),
            "has(self.email) || has(self.hostname)" => Has("email") || Has("hostname"),
            "string(self).startsWith('-----BEGIN CERTIFICATE-----')" =>
                text.StartsWith("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal),
            "string(self).startsWith('-----BEGIN PUBLIC KEY-----')" =>
                text.StartsWith("-----BEGIN PUBLIC KEY-----", StringComparison.Ordinal),
            "string(self).endsWith('-----END CERTIFICATE-----\\n') || string(self).endsWith('-----END CERTIFICATE-----')" =>
                EndsWith(text, "-----END CERTIFICATE-----"),
            "string(self).endsWith('-----END PUBLIC KEY-----\\n') || string(self).endsWith('-----END PUBLIC KEY-----')" =>
                EndsWith(text, "-----END PUBLIC KEY-----"),
            "string(self).findAll('-----BEGIN CERTIFICATE-----').size() == string(self).findAll('-----END CERTIFICATE-----').size()" =>
                text.AsSpan().Count("-----BEGIN CERTIFICATE-----") == text.AsSpan().Count("-----END CERTIFICATE-----"),
            "isURL(self)" => Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Host.Length > 0
                && !text.Contains(' ', StringComparison.Ordinal),
            "self.startsWith('*.') ? !format.dns1123Subdomain().validate(self.replace('*.', '', 1)).hasValue() : !format.dns1123Subdomain().validate(self).hasValue()" =>
                (text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text) is { Length: <= 253 } host
                    && Subdomain().IsMatch(host),
            "size(self.split('/')[0].split('.')) == 1 ? self.split('/')[0].split('.')[0].split(':')[0] == 'localhost' : true" =>
                text.Split('/')[0].Split('.') is not [var only] || only.Split(':')[0] == "localhost",
            _ => HoldsByPattern(rule, text),
        };
    }

    private static bool HoldsByPattern(string rule, string text)
    {
        if (OnePattern().Match(rule) is { Success: true } one)
            return Re2(Unquote(one.Groups[1].Value)).IsMatch(text);
        if (WildcardPattern().Match(rule) is { Success: true } wildcard)
            return text.Contains('*', StringComparison.Ordinal) == wildcard.Groups[1].Length > 0
                || Re2(Unquote(wildcard.Groups[2].Value)).IsMatch(text);
        if (TwoPatterns().Match(rule) is { Success: true } two)
            return !Re2(Unquote(two.Groups[1].Value)).IsMatch(text) || Re2(Unquote(two.Groups[2].Value)).IsMatch(text);
        throw new InvalidOperationException($"The schema has a rule that is not known here: {rule}");
    }

    private static bool EndsWith(string text, string end) =>
        text.EndsWith(end, StringComparison.Ordinal) || text.EndsWith(end + "\n", StringComparison.Ordinal);

    private static int? Number(YamlNode schema, string name) =>
        Get(schema, name) is { } node ? int.Parse(node.Value, System.Globalization.CultureInfo.InvariantCulture) : null;

    private static string Unquote(string literal) => literal.Replace(@"\\", @"\", StringComparison.Ordinal);

    // RE2's classes are ASCII, and its $ is the end of the text. Like RE2 it must not backtrack, and such an expression is dear to make.
    private static Regex Re2(string pattern) => Patterns.GetOrAdd(pattern, static p => new Regex(
        p.Replace("[[:xdigit:]]", "[0-9A-Fa-f]", StringComparison.Ordinal)
            .Replace(@"[\w", "[A-Za-z0-9_", StringComparison.Ordinal)
            .Replace(@"\S", @"[^\t\n\f\r ]", StringComparison.Ordinal)
            .Replace("$", @"\z", StringComparison.Ordinal),
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"^([-+.]?[0-9][0-9_.,:eExXobTZ+-]*|true|false|yes|no|on|off|y|n|null|~|\.inf|\.nan)\z", RegexOptions.IgnoreCase)]
    private static partial Regex NotText();

    [GeneratedRegex(@"^self\.matches\('([^']+)'\)\z")]
    private static partial Regex OnePattern();

    [GeneratedRegex(@"^(!?)self\.contains\('\*'\) \? self\.matches\('([^']+)'\) : true\z")]
    private static partial Regex WildcardPattern();

    [GeneratedRegex(@"^self\.matches\('([^']+)'\)\? self\.matches\('([^']+)'\): true\z")]
    private static partial Regex TwoPatterns();
}

internal static class SchemaNodes
{
    /// <summary>The schema of a list's items.</summary>
    public static YamlNode Items(this YamlNode schema) => CrdSchema.Get(schema, "items")!;
}
