using System.Globalization;
using System.Management.Automation;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands.Objects;

/// <summary>
/// What is piped as entries: entries, live or from another session; names of scopes; and rows of a table (CSV, JSON, psd1) whose columns
/// are named as the parameters of <c>Set-ImageTrust</c> are.
/// </summary>
internal static class EntryRows
{
    // A scope, a path and a URL have no semicolon in them.
    private const char Separator = ';';

    /// <summary>An item as an entry.</summary>
    /// <param name="item">The item.</param>
    /// <param name="resolve">Makes a path absolute, given the path and the name of its column.</param>
    /// <param name="isRemoval">Whether it is going to be removed: then of a removed scope what was there counts.</param>
    /// <returns>The entry. A name alone has no requirements.</returns>
    /// <exception cref="TrustException">It is not one (<c>InvalidEntry</c>), or says what is not possible.</exception>
    public static ImageTrust ToEntry(object? item, Func<string, string, string> resolve, bool isRemoval = false)
    {
        object? plain = item is PSObject wrapped ? wrapped.BaseObject : item;
        switch (plain)
        {
            case ImageTrust entry:
                return entry;
            case ImageTrustChange change:
                return OfChange(change, isRemoval);
            case string { Length: > 0 } name:
                return Named("docker", name, isDefault: false);
            case string:
                throw new TrustException(
                    "EmptyScope",
                    TrustErrorKind.InvalidArgument,
                    "A registry is empty; perhaps a variable is not set.");
            case System.Collections.IDictionary table:
                return OfRow(OfTable(table), resolve);
        }

        if (item is not PSObject bag)
            throw Invalid($"A {plain?.GetType().Name ?? "null"} is not an entry", null);
        if (bag.TypeNames.Contains("Deserialized.ContainerTrust.ImageTrust")
            || bag.TypeNames.Contains("Deserialized.ContainerTrust.ImageTrustChange"))
        {
            try
            {
                object live = Rehydration.ToLive(bag, typeof(object));
                return live is ImageTrustChange change ? OfChange(change, isRemoval) : (ImageTrust)live;
            }
            catch (PSInvalidCastException e)
            {
                throw Invalid($"An entry from another session is not complete: {e.Message.TrimEnd('.')}", e);
            }
        }

        if (plain is not PSCustomObject)
            throw Invalid($"A {plain!.GetType().Name} is not an entry", null);
        return OfRow(bag, resolve);
    }

    /// <summary>An item as a preset, live or from another session.</summary>
    /// <param name="item">The item.</param>
    /// <returns>The preset. Null if it is not one.</returns>
    /// <exception cref="TrustException">It is one, and not complete (<c>InvalidEntry</c>).</exception>
    public static ImageTrustPreset? OfPreset(object? item)
    {
        object? plain = item is PSObject wrapped ? wrapped.BaseObject : item;
        if (plain is ImageTrustPreset preset)
            return preset;
        if (item is not PSObject bag || !bag.TypeNames.Contains("Deserialized.ContainerTrust.ImageTrustPreset"))
            return null;
        try
        {
            return (ImageTrustPreset)Rehydration.ToLive(bag, typeof(ImageTrustPreset));
        }
        catch (PSInvalidCastException e)
        {
            throw Invalid($"A preset from another session is not complete: {e.Message.TrimEnd('.')}", e);
        }
    }

    // What is there after a change; else the scope alone, where the change was or was to be made. A removed scope is not set again.
    private static ImageTrust OfChange(ImageTrustChange change, bool isRemoval)
    {
        if (change.After is { } after)
            return after;
        if (change.Transport.Length == 0)
            throw Invalid($"A change of {PrintableText.Line(change.ComputerName)} names no scope", null);
        if (!isRemoval && change.Status == ImageTrustChangeStatus.Removed)
            throw Invalid($"{PrintableText.Line(change.Registry)} was removed, so there is nothing to set", null);
        return (isRemoval ? change.Before : null)
            ?? Named(change.Transport, change.Registry, change.IsDefault) with { Origin = change.Origin };
    }

    private static PSObject OfTable(System.Collections.IDictionary table)
    {
        PSObject row = new();
        foreach (System.Collections.DictionaryEntry cell in table)
            row.Properties.Add(new PSNoteProperty(cell.Key.ToString(), cell.Value));
        return row;
    }

    private static ImageTrust OfRow(PSObject row, Func<string, string, string> resolve)
    {
        if (Text(row, "Definition") is { } definition)
            return OfDefinition(row, definition);
        RowColumns.RequireKnown(row);
        bool isDefault = Flag(row, "Default") ?? Flag(row, "IsDefault") ?? false;
        string? registry = Text(row, "Registry") ?? Text(row, "Scope");
        if (isDefault && registry is not (null or "default"))
            throw Invalid($"A row is for the default, and for {PrintableText.Line(registry)}", null);
        if (registry is null && !isDefault)
        {
            throw Invalid(
                "A row has no column Registry. Its columns are named as the parameters of Set-ImageTrust are: Registry, Type, KeyPath, " +
                $"SignatureStore and so on; this one has {Names(row)}",
                null);
        }

        RequirementOptions options = Options(row, resolve);
        LookasideSection stores = new()
        {
            SignatureStore = Text(row, "SignatureStore"),
            SignatureStoreStaging = Text(row, "SignatureStoreStaging"),
            UseSigstoreAttachments = Flag(row, "UseSigstoreAttachments"),
        };
        ImageTrust entry = Named(isDefault ? "all" : Text(row, "Transport") ?? "docker", isDefault ? "default" : registry!, isDefault);
        return entry with
        {
            // Of another host: it is not changed here in its place.
            ComputerName = Text(row, "HostName") ?? Text(row, "PSComputerName") ?? Text(row, "ComputerName") ?? Text(row, "Root")
                ?? Text(row, "PolicyPath") ?? "",
            Origin = row.Properties["Origin"]?.Value switch
            {
                ImageTrustOrigin origin => origin,
                PSObject { BaseObject: ImageTrustOrigin origin } => origin,
                _ => null,
            },
            Requirements = Requirements(row, options),
            Section = stores.IsEmpty ? null : stores,
            SignatureStore = stores.SignatureStore,
            SignatureStoreStaging = stores.SignatureStoreStaging,
            UseSigstoreAttachments = stores.UseSigstoreAttachments,
        };
    }

    // Keys of a row are paths of the host that it is written to; nothing is read here.
    private static IReadOnlyList<TrustRequirement> Requirements(PSObject row, RequirementOptions options)
    {
        if (row.Properties["Requirements"]?.Value is not { } value)
            return options.IsEmpty ? [] : new RequirementFactory(Engine.Hosts.LocalHost.Instance).Build(options);
        IReadOnlyList<TrustRequirement> own = LiveRequirements(value);
        if (!(options with { Type = null }).IsEmpty || (options.Type is { } type && type != ImageTrust.Summarize(own)))
            throw Invalid("A row has Requirements, and columns that say something else", null);
        return own;
    }

    private static TrustRequirement[] LiveRequirements(object value)
    {
        if (value is string || LanguagePrimitives.GetEnumerable(value) is not { } list)
            throw Invalid("A row's Requirements are not requirements, but words for them", null);
        try
        {
            return [.. list.Cast<object?>().Select(static item => (item is PSObject wrapped ? wrapped.BaseObject : item) switch
            {
                // Refused as an entry that is not complete.
                null => null!,
                TrustRequirement live => live,
                _ => (TrustRequirement)Rehydration.ToLive(PSObject.AsPSObject(item!), typeof(TrustRequirement)),
            })];
        }
        catch (PSInvalidCastException e)
        {
            throw Invalid($"A row's Requirements cannot be taken: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static RequirementOptions Options(PSObject row, Func<string, string, string> resolve)
    {
        string[] Paths(string column) => [.. Texts(row, column).Select(path => resolve(path, column))];
        string? Path(string column) => Text(row, column) is { } path ? resolve(path, column) : null;
        return new RequirementOptions
        {
            Type = Text(row, "Type") is { } type ? TypeOf(type) : null,
            KeyPaths = Paths("KeyPath"),
            BaseDirectory = "/",
            AnyKey = Flag(row, "AnyKey") ?? false,
            SignedIdentity = IdentityRule.Of(Text(row, "SignedIdentity"), Text(row, "ExactReference"), Text(row, "ExactRepository"),
                Text(row, "RemapPrefix"), Text(row, "SignedPrefix")),
            FulcioCAPath = Path("FulcioCAPath"),
            OidcIssuer = Text(row, "OidcIssuer"),
            SubjectEmail = Text(row, "SubjectEmail"),
            RekorPublicKeyPaths = Paths("RekorPublicKeyPath"),
            CARootsPath = Path("CARootsPath"),
            CAIntermediatesPath = Path("CAIntermediatesPath"),
            SubjectHostname = Text(row, "SubjectHostname"),
        };
    }

    // The summary of several requirements cannot be taken for the requirements.
    private static TrustType TypeOf(string text) =>
        Enum.TryParse(text, ignoreCase: true, out TrustType type) && Enum.IsDefined(type) && !char.IsAsciiDigit(text[0])
            && type is TrustType.SignedBy or TrustType.SigstoreSigned or TrustType.Accept or TrustType.Reject
            ? type
            : throw Invalid($"A row's Type is '{text}'; it is one of SignedBy, SigstoreSigned, Accept and Reject", null);

    private static ImageTrust OfDefinition(PSObject row, string definition)
    {
        ImageTrust entry;
        try
        {
            entry = ImageTrust.Parse(definition);
        }
        catch (FormatException e)
        {
            throw Invalid($"A row's Definition cannot be read: {e.Message.TrimEnd('.')}", e);
        }

        return RowColumns.Disagreeing(row, entry) is { } column ? throw Contradiction(column) : entry;
    }

    private static TrustException Contradiction(string column) => Invalid(
        $"A row's column {column} says something else than its Definition, which holds the whole entry. To change a row, take the column " +
        "Definition out and say what is required in columns of their own",
        null);

    private static ImageTrust Named(string transport, string registry, bool isDefault) => new()
    {
        ComputerName = "",
        Transport = transport,
        Registry = registry,
        IsDefault = isDefault,
        Requirements = [],
    };

    private static string Names(PSObject row)
    {
        string[] names = [.. row.Properties.Select(static p => p.Name).Take(12)];
        return names.Length == 0 ? "none" : PrintableText.Line(string.Join(", ", names));
    }

    // Tables have empty cells where there is nothing to say.
    private static string? Text(PSObject row, string column)
    {
        object? value = row.Properties[column]?.Value;
        string? text = (value is PSObject wrapped ? wrapped.BaseObject : value) switch
        {
            null => null,
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            { } other => other.ToString(),
        };
        return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }

    private static IEnumerable<string> Texts(PSObject row, string column)
    {
        object? value = row.Properties[column]?.Value;
        if (value is not null and not string && LanguagePrimitives.GetEnumerable(value) is { } list)
            return list.Cast<object?>().Select(static i => i?.ToString() ?? "").Where(static t => !string.IsNullOrWhiteSpace(t));
        return Text(row, column)?.Split(Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
    }

    private static bool? Flag(PSObject row, string column)
    {
        object? value = row.Properties[column]?.Value;
        if ((value is PSObject wrapped ? wrapped.BaseObject : value) is bool flag)
            return flag;
        return Text(row, column)?.ToUpperInvariant() switch
        {
            null => null,
            "TRUE" or "YES" or "1" or "$TRUE" => true,
            "FALSE" or "NO" or "0" or "$FALSE" => false,
            _ => throw Invalid($"A row's column {column} is not true or false", null),
        };
    }

    private static TrustException Invalid(string what, Exception? cause) =>
        new("InvalidEntry", TrustErrorKind.InvalidArgument,
            $"{what}. Pipe entries from Get-ImageTrust, names of registries, or rows with columns such as Registry and Type.", cause);
}
