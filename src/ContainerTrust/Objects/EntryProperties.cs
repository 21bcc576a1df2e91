using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Reflection;

namespace ContainerTrust.Commands.Objects;

/// <summary>
/// The lists of an entry as PowerShell has them: an array of it can be given back (<c>$entry.Requirements += …</c>), and in a table (CSV)
/// they say what is in them.
/// </summary>
public static class EntryProperties
{
    private const string And = " and ";
    private const string Comma = ", ";

    /// <summary>The property <c>Requirements</c>.</summary>
    /// <param name="item">An <see cref="ImageTrust"/>.</param>
    /// <returns>The list; null if there is none.</returns>
    public static object? Requirements(PSObject item) =>
        Live(item).Requirements is { } list ? new WordyList<TrustRequirement>(list, And) : null;

    /// <summary>Sets the property <c>Requirements</c>.</summary>
    /// <param name="item">An <see cref="ImageTrust"/>.</param>
    /// <param name="value">Requirements.</param>
    public static void SetRequirements(PSObject item, object? value) =>
        Set<TrustRequirement>(item, nameof(ImageTrust.Requirements), value);

    /// <summary>The property <c>Keys</c>.</summary>
    /// <param name="item">An <see cref="ImageTrust"/>.</param>
    /// <returns>The list; null if there is none.</returns>
    public static object? Keys(PSObject item) => Live(item).Keys is { } list ? new WordyList<TrustKey>(list, Comma) : null;

    /// <summary>Sets the property <c>Keys</c>.</summary>
    /// <param name="item">An <see cref="ImageTrust"/>.</param>
    /// <param name="value">Keys.</param>
    public static void SetKeys(PSObject item, object? value) => Set<TrustKey>(item, nameof(ImageTrust.Keys), value);

    /// <summary>What a table (CSV) has of a list.</summary>
    /// <param name="live">A property of an entry.</param>
    /// <returns>The words. Null if it is not such a list.</returns>
    internal static string? Words(object live) => live switch
    {
        IReadOnlyList<TrustRequirement> requirements => new WordyList<TrustRequirement>(requirements, And).ToString(),
        IReadOnlyList<TrustKey> keys => new WordyList<TrustKey>(keys, Comma).ToString(),
        _ => null,
    };

    private static ImageTrust Live(PSObject item) => (ImageTrust)(item ?? throw new ArgumentNullException(nameof(item))).BaseObject;

    private static void Set<T>(PSObject item, string name, object? value)
        where T : notnull
    {
        ImageTrust entry = Live(item);
        T[] list = value is null ? []
            : [.. (LanguagePrimitives.GetEnumerable(value) ?? new[] { value }).Cast<object?>()
                .Select(static v => v is null ? throw new PSInvalidCastException("A member of the list is null.")
                    : LanguagePrimitives.ConvertTo<T>(v))];
        PropertyInfo property = typeof(ImageTrust).GetProperty(name)!;
        property.SetValue(entry, list);
    }

    private sealed class WordyList<T>(IReadOnlyList<T> list, string joint) : ReadOnlyCollection<T>([.. list])
        where T : notnull
    {
        // The length of a cell that a person still reads.
        private const int Most = 1000;

        public override string ToString()
        {
            string text = PrintableText.Line(string.Join(joint, this));
            return text.Length <= Most ? text : string.Concat(text.AsSpan(0, Most), "\u2026");
        }
    }
}
