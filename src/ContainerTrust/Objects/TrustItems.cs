using System.Collections;
using System.Management.Automation;
using ContainerTrust.Engine.Compliance;

namespace ContainerTrust.Commands.Objects;

/// <summary>What people have that holds entries: entries, files, directories, MachineConfigs, live or from another session.</summary>
internal static class TrustItems
{
    /// <summary>The entries of an item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="localPath">Makes a path of this session absolute.</param>
    /// <returns>Entries, and whether they say which signature stores are in force.</returns>
    /// <exception cref="TrustException">It holds none (<c>InvalidBaseline</c>), or a file cannot be read.</exception>
    public static (IEnumerable<ImageTrust> Entries, bool HasStores) Of(object? item, Func<string, string> localPath)
    {
        object? plain = item is PSObject wrapped ? wrapped.BaseObject : item;
        switch (plain)
        {
            case ImageTrust trust:
                return ([trust], true);
            case string path:
                return TrustBaseline.ReadPath(localPath(path));
            case FileSystemInfo file:
                return TrustBaseline.ReadPath(file.FullName);
        }

        // A MachineConfig, live or from another session, carries its entries.
        if (plain is not null && PSObject.AsPSObject(item!).Properties["Trust"]?.Value is { } entries
            && LanguagePrimitives.GetEnumerable(entries) is { } list)
            return ([.. list.Cast<object>().Select(Live)], true);
        return ([Live(item)], true);
    }

    /// <summary>The entries of an object: an entry, or what carries entries as a MachineConfig does.</summary>
    /// <param name="item">The object, live or from another session.</param>
    /// <returns>The entries.</returns>
    /// <exception cref="TrustException">It has none (<c>InvalidInputObject</c>).</exception>
    public static IEnumerable<ImageTrust> EntriesOf(PSObject? item)
    {
        try
        {
            return item?.Properties["Trust"]?.Value is { } entries && LanguagePrimitives.GetEnumerable(entries) is { } list
                ? [.. list.Cast<object>().Select(Live)] : [Live(item)];
        }
        catch (TrustException e) when (e.ErrorId == "InvalidBaseline")
        {
            string what = item is null ? "nothing" : $"a {item.TypeNames.FirstOrDefault()}";
            throw new TrustException(
                "InvalidInputObject",
                TrustErrorKind.InvalidArgument,
                $"The file cannot hold {what}{(e.InnerException is { } cause ? $": {cause.Message}" : "")}. Give entries from " +
                    "Get-ImageTrust, New-ImageTrust or Import-ImageTrust. Nothing was written.",
                e);
        }
    }

    private static ImageTrust Live(object? item)
    {
        if (item is ImageTrust or PSObject { BaseObject: ImageTrust })
            return item as ImageTrust ?? (ImageTrust)((PSObject)item).BaseObject;
        if ((item is PSObject wrapped ? wrapped.BaseObject : item) is ImageTrustChange { After: { } after })
            return after;
        try
        {
            if (item is PSObject changed && changed.TypeNames.Contains("Deserialized.ContainerTrust.ImageTrustChange"))
                return ((ImageTrustChange)Rehydration.ToLive(changed, typeof(ImageTrustChange))).After ?? throw Invalid(null);
            if (item is PSObject bag)
                return (ImageTrust)Rehydration.ToLive(bag, typeof(ImageTrust));
        }
        catch (PSInvalidCastException e)
        {
            throw Invalid(e);
        }

        throw Invalid(null);
    }

    private static TrustException Invalid(Exception? cause) =>
        new("InvalidBaseline", TrustErrorKind.InvalidArgument,
            $"An item of the baseline is not an entry{(cause is null ? "" : $": {cause.Message}")}. Give entries from " +
            "Get-ImageTrust, a path, or a MachineConfig.", cause);
}
