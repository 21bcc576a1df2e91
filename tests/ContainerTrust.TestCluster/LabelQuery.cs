using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ContainerTrust.TestCluster;

/// <summary>A label selector as it stands in a request.</summary>
internal static partial class LabelQuery
{
    /// <summary>Whether an object's labels satisfy a selector.</summary>
    public static bool Holds(string query, JsonObject item)
    {
        JsonObject labels = item["metadata"]?["labels"]?.AsObject() ?? [];
        return Separator().Split(query).All(part => HoldsOne(part.Trim(), labels));
    }

    private static bool HoldsOne(string part, JsonObject labels)
    {
        if (part.Length == 0)
            return true;
        if (Set().Match(part) is { Success: true } set)
        {
            string[] values = [.. set.Groups["values"].Value.Split(',').Select(static v => v.Trim())];
            bool isIn = labels[set.Groups["key"].Value] is { } value && values.Contains((string)value!);
            return set.Groups["operator"].Value == "in" ? isIn : !isIn;
        }

        if (part.StartsWith('!'))
            return !labels.ContainsKey(part[1..]);
        string[] pair = part.Split('=', 2);
        return pair.Length == 1 ? labels.ContainsKey(part) : (string?)labels[pair[0]] == pair[1].TrimStart('=');
    }

    [GeneratedRegex(@",(?![^(]*\))")]
    private static partial Regex Separator();

    [GeneratedRegex(@"^(?<key>\S+) (?<operator>in|notin) \((?<values>[^)]*)\)$")]
    private static partial Regex Set();
}
