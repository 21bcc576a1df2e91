using System.Text.Json;
using ContainerTrust.Engine.Formats.Documents;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>A Kubernetes label selector (<c>metav1.LabelSelector</c>): all its conditions must hold.</summary>
internal sealed class LabelSelector
{
    private readonly List<Condition> _conditions = [];

    private LabelSelector()
    {
    }

    private enum Operator
    {
        In,
        NotIn,
        Exists,
        DoesNotExist,
    }

    /// <summary>Whether it has no condition. Such a selector selects nothing in a pool.</summary>
    public bool IsEmpty => _conditions.Count == 0;

    /// <summary>Reads a selector.</summary>
    /// <param name="untrusted">The selector's object, or nothing.</param>
    /// <returns>The selector; null if it is not one that can be understood.</returns>
    public static LabelSelector? Read(JsonElement? untrusted)
    {
        LabelSelector selector = new();
        if (untrusted is null)
            return selector;
        if (untrusted is not { ValueKind: JsonValueKind.Object } element)
            return null;
        if (element.Member("matchLabels") is { } labels)
        {
            if (labels.ValueKind != JsonValueKind.Object)
                return null;
            foreach (JsonProperty label in labels.EnumerateObject())
            {
                if (label.Value.ValueKind != JsonValueKind.String)
                    return null;
                selector._conditions.Add(new Condition(label.Name, Operator.In, [label.Value.GetString()!]));
            }
        }

        if (element.Member("matchExpressions") is { } expressions)
        {
            if (((JsonElement?)expressions).Items() is not { } items)
                return null;
            foreach (JsonElement item in items)
            {
                if (ReadExpression(item) is not { } condition)
                    return null;
                selector._conditions.Add(condition);
            }
        }

        return selector;
    }

    /// <summary>Whether a pool with this selector takes something with these labels.</summary>
    public bool Selects(IReadOnlyDictionary<string, string> labels) => !IsEmpty && _conditions.All(c => c.Holds(labels));

    /// <summary>The selector as <c>kubectl --selector</c> takes it, and people read it.</summary>
    public override string ToString() => string.Join(',', _conditions);

    private static Condition? ReadExpression(JsonElement item)
    {
        if (item.Member("key").Text() is not { Length: > 0 } key || item.Member("operator").Text() is not { } word
            || !Enum.GetNames<Operator>().Contains(word))
            return null;
        Operator operation = Enum.Parse<Operator>(word);
        IReadOnlyList<JsonElement> values = item.Member("values") is { } list ? ((JsonElement?)list).Items() ?? [] : [];
        bool takesValues = operation is Operator.In or Operator.NotIn;
        if (takesValues != values.Count > 0 || values.Any(static v => v.ValueKind != JsonValueKind.String))
            return null;
        return new Condition(key, operation, [.. values.Select(static v => v.GetString()!)]);
    }

    private sealed record Condition(string Key, Operator Operation, string[] Values)
    {
        public bool Holds(IReadOnlyDictionary<string, string> labels)
        {
            bool has = labels.TryGetValue(Key, out string? value);
            return Operation switch
            {
                Operator.In => has && Values.Contains(value),
                Operator.NotIn => !has || !Values.Contains(value),
                Operator.Exists => has,
                _ => !has,
            };
        }

        public override string ToString() => Operation switch
        {
            Operator.In when Values.Length == 1 => $"{Key}={Values[0]}",
            Operator.In => $"{Key} in ({string.Join(',', Values)})",
            Operator.NotIn => $"{Key} notin ({string.Join(',', Values)})",
            Operator.Exists => Key,
            _ => $"!{Key}",
        };
    }
}
