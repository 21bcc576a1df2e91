using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace ContainerTrust.Commands.Objects;

/// <summary>
/// Reads the properties of an object that crossed a session boundary. What is not there, or was cut to text on the way, is an error.
/// </summary>
internal readonly struct PropertyBag(PSObject bag)
{
    /// <summary>A text, or null.</summary>
    public string? Text(string name) => Value(name) switch
    {
        null => null,
        string text => text,
        _ => throw Broken(name),
    };

    /// <summary>Whether there is such a property.</summary>
    public bool Has(string name) => bag.Properties[name] is not null;

    /// <summary>A text; null also where there is no such property.</summary>
    public string? TextIfAny(string name) => bag.Properties[name] is null ? null : Text(name);

    /// <summary>A text that must be there.</summary>
    public string RequiredText(string name) => Text(name) ?? throw Broken(name);

    /// <summary>A list of texts, or null.</summary>
    public string[]? Texts(string name) =>
        Value(name) is null ? null : [.. Items(name).Select(item => item as string ?? throw Broken(name))];

    /// <summary>Yes or no, or null.</summary>
    public bool? Truth(string name) => Value(name) switch
    {
        null => null,
        bool value => value,
        _ => throw Broken(name),
    };

    /// <summary>A whole number.</summary>
    public int Number(string name) => Value(name) is int number ? number : throw Broken(name);

    /// <summary>A whole number, or null.</summary>
    public int? OptionalNumber(string name) => Value(name) is null ? null : Number(name);

    /// <summary>Bytes.</summary>
    public byte[] Bytes(string name) => Value(name) is byte[] bytes ? bytes : throw Broken(name);

    /// <summary>Texts by name.</summary>
    public Dictionary<string, string> TextMap(string name)
    {
        if (Value(name) is not IDictionary map)
            throw Broken(name);
        Dictionary<string, string> texts = new(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in map)
            texts.Add(Plain(entry.Key) as string ?? throw Broken(name), Plain(entry.Value) as string ?? throw Broken(name));
        return texts;

        static object? Plain(object? item) => item is PSObject wrapped ? wrapped.BaseObject : item;
    }

    /// <summary>A large whole number, or null.</summary>
    public long? LargeNumber(string name) => Value(name) switch
    {
        null => null,
        long value => value,
        _ => throw Broken(name),
    };

    /// <summary>A value of an enumeration, which crosses as its name.</summary>
    public T Choice<T>(string name)
        where T : struct, Enum => Value(name) switch
        {
            T value => value,
            string text when Enum.TryParse(text, out T parsed) && Enum.IsDefined(parsed) => parsed,
            _ => throw Broken(name),
        };

    /// <summary>A moment, or null.</summary>
    public DateTimeOffset? Moment(string name)
    {
        object? value = Value(name);
        if (value is null or DateTimeOffset)
            return (DateTimeOffset?)value;
        if (Property(name) is PSObject moment && moment.Properties["UtcTicks"]?.Value is long ticks
            && moment.Properties["Offset"]?.Value is TimeSpan offset)
            return new DateTimeOffset(ticks, TimeSpan.Zero).ToOffset(offset);
        return value is string text
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset parsed)
            ? parsed : throw Broken(name);
    }

    /// <summary>An object, or null.</summary>
    public T? Object<T>(string name)
        where T : class =>
        Value(name) is null ? null : Live<T>(Property(name)!, name);

    /// <summary>A list of objects.</summary>
    public T[] Objects<T>(string name)
        where T : class =>
        [.. Items(name, unwrap: false).Select(item => Live<T>(item, name))];

    /// <summary>A list of objects; empty if an older session knew none of that name.</summary>
    public T[] ObjectsIfAny<T>(string name)
        where T : class => bag.Properties[name] is null ? [] : Objects<T>(name);

    private static T Live<T>(object item, string name)
        where T : class
    {
        if ((item is PSObject wrapped ? wrapped.BaseObject : item) is T plain)
            return plain;
        return item is PSObject nested && Rehydration.ToLive(nested, typeof(T)) is T live ? live : throw Broken(name);
    }

    private static PSInvalidCastException Broken(string name) => new($"The property {name} did not survive the way between the sessions.");

    private IEnumerable<object> Items(string name, bool unwrap = true)
    {
        // Text is enumerable too, and is what a list becomes where the way was too shallow.
        object? value = Value(name);
        if (value is string || value is not IEnumerable list)
            throw Broken(name);
        foreach (object? item in list)
        {
            object? plain = item is PSObject wrapped ? wrapped.BaseObject : item;
            yield return (unwrap ? plain : item) ?? throw Broken(name);
        }
    }

    private object? Property(string name) => (bag.Properties[name] ?? throw Broken(name)).Value;

    private object? Value(string name) => Property(name) is PSObject wrapped ? wrapped.BaseObject : Property(name);
}
