using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;

namespace ContainerTrust.Commands.Objects;

/// <summary>What the columns of a row may be: a requirement that is written down and not read is one that is lost.</summary>
internal static class RowColumns
{
    // What is read of a row, see EntryRows.
    private static readonly string[] s_read =
    [
        "Registry", "Scope", "Default", "IsDefault", "Transport", "Type", "KeyPath", "AnyKey", "SignedIdentity", "ExactReference",
        "ExactRepository", "RemapPrefix", "SignedPrefix", "SignatureStore", "SignatureStoreStaging", "UseSigstoreAttachments",
        "FulcioCAPath", "OidcIssuer", "SubjectEmail", "RekorPublicKeyPath", "CARootsPath", "CAIntermediatesPath", "SubjectHostname",
        "Requirements", "HostName", "ComputerName", "PSComputerName", "Origin", "Root", "PolicyPath", "Definition",
    ];

    // Words of which a column's name says that it is about trust.
    private static readonly string[] s_words =
    [
        "key", "rekor", "fulcio", "caroot", "cainter", "capath", "cadata", "pki", "identity", "prefix", "signed",
        "signature", "subject", "oidc", "issuer", "store", "sigstore", "attachment", "require", "inline", "transport", "registr",
        "exact", "reject", "accept",
    ];

    // What an entry's tables show besides, made of what it has; and what is not written anywhere.
    private static readonly string[] s_shown = ["Definition", "Keys", "Reason", "Reference", "Store", "Signer", "Scope", "Type"];

    /// <summary>Refuses columns that seem to be about trust and are not read.</summary>
    /// <param name="row">A row without a Definition.</param>
    /// <exception cref="TrustException">There is one that is not empty (<c>InvalidEntry</c>).</exception>
    public static void RequireKnown(PSObject row)
    {
        foreach (PSPropertyInfo column in row.Properties)
        {
            if (IsEmpty(column.Value) || s_read.Contains(column.Name, StringComparer.OrdinalIgnoreCase)
                || !s_words.Any(w => column.Name.Contains(w, StringComparison.OrdinalIgnoreCase)))
                continue;
            throw new TrustException(
                "InvalidEntry",
                TrustErrorKind.InvalidArgument,
                $"A row has a column {PrintableText.Line(column.Name)}, which is not read. Name the columns as the parameters of " +
                $"Set-ImageTrust are ({string.Join(", ", s_read.Take(8))}, ...), or leave it out.")
            {
                Target = column.Name,
            };
        }
    }

    /// <summary>A column that says something else than the whole entry that the row holds besides.</summary>
    /// <param name="row">The row.</param>
    /// <param name="entry">The entry of its Definition.</param>
    /// <returns>The column's name. Null if all agree.</returns>
    public static string? Disagreeing(PSObject row, ImageTrust entry)
    {
        if (row.Properties["Type"] is { } type && !Agrees(type.Value, entry.Type))
            return "Type";
        foreach (PSPropertyInfo column in row.Properties)
        {
            if (s_shown.Contains(column.Name, StringComparer.OrdinalIgnoreCase))
                continue;
            PropertyInfo? property = typeof(ImageTrust).GetProperty(column.Name);
            bool agrees = property is not null ? Agrees(column.Value, property.GetValue(entry))
                : IsEmpty(column.Value) || !s_read.Contains(column.Name, StringComparer.OrdinalIgnoreCase)
                    || column.Name is "PSComputerName" or "HostName";
            if (!agrees)
                return column.Name;
        }

        return null;
    }

    // What is shown of a value by Export-Csv, ConvertTo-Json or Select-Object, beside the value itself.
    private static bool Agrees(object? shown, object? live)
    {
        shown = shown is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : shown;
        if (IsEmpty(shown) || live is null)
            return IsEmpty(shown) && IsEmpty(live);
        if (live is Enum choice)
            return Words(shown!).Equals(choice.ToString(), StringComparison.OrdinalIgnoreCase)
                || Words(shown!) == Convert.ToInt32(choice, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
        if (live is string or bool)
            return Words(shown!).Equals(Words(live), live is bool ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
        if (shown is string words)
            return words == live.ToString() || words == EntryProperties.Words(live)
                || (live is IEnumerable && words.EndsWith("[]", StringComparison.Ordinal));
        if (ReferenceEquals(shown, live) || shown!.Equals(live))
            return true;
        if (live is IEnumerable list)
        {
            object?[] members = [.. list.Cast<object?>()];
            object?[] others = shown is IEnumerable some ? [.. some.Cast<object?>()] : [shown];
            return members.Length == others.Length && members.Zip(others).All(static p => Agrees(p.Second, p.First));
        }

        return shown is not PSObject bag || bag.Properties.All(p =>
            live.GetType().GetProperty(p.Name) is { } property && Agrees(p.Value, property.GetValue(live)));
    }

    private static string Words(object value) =>
        value is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : value.ToString() ?? "";

    private static bool IsEmpty(object? value) =>
        (value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value)
            is null or "" or Array { Length: 0 } or ICollection { Count: 0 };
}
