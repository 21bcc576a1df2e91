using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands.Fleet;

/// <summary>Piped entries that belong to the same files of the same host.</summary>
/// <param name="Origin">Where they are. Null for this machine, of entries that no host has yet.</param>
/// <param name="Entries">The entries, in the order in which they were piped.</param>
internal sealed record EntryTarget(ImageTrustOrigin? Origin, IReadOnlyList<ImageTrust> Entries)
{
    /// <summary>Which of the host's files are meant.</summary>
    public TrustStoreOptions Files => Origin is not { } origin ? new TrustStoreOptions() : new TrustStoreOptions
    {
        RootDirectory = origin.Root,
        PolicyPath = origin.PolicyPath,
        RegistriesDirectory = origin.RegistriesDirectory,
        CurrentUser = origin.CurrentUser,
        PodmanVersion = origin.PodmanVersion,
    };
}

/// <summary>Where piped entries are changed: where they were read, unless the call names a place.</summary>
internal static class EntryTargets
{
    // Names that many machines have say nothing of which one it is.
    private static readonly string[] s_names = ["localhost", "localhost.localdomain", "linux"];

    /// <summary>Puts entries together that belong to the same files.</summary>
    /// <param name="entries">The entries.</param>
    /// <returns>The places, in the order in which entries first name them.</returns>
    /// <exception cref="TrustException">
    /// An entry was read on another machine, and does not say how that is reached (<c>TargetUnknown</c>).
    /// </exception>
    public static IReadOnlyList<EntryTarget> Group(IReadOnlyList<ImageTrust> entries)
    {
        foreach (ImageTrust entry in entries)
            RequireKnown(entry);

        // The same name may be another machine by another way.
        return [.. entries.GroupBy(static e => (e.Origin, e.Origin?.Connection)).Select(static g => new EntryTarget(g.Key.Origin, [.. g]))];
    }

    /// <summary>Refuses entries that say different things of one scope: which one wins would be chance.</summary>
    /// <param name="entries">The entries.</param>
    /// <exception cref="TrustException">There are such (<c>EntriesContradict</c>).</exception>
    public static void RequireAgreement(IReadOnlyList<ImageTrust> entries)
    {
        Dictionary<(bool, string?, string?), ImageTrust> first = [];
        foreach (ImageTrust entry in entries)
        {
            (bool, string?, string?) scope = (entry.IsDefault, entry.IsDefault ? null : entry.Transport,
                entry.IsDefault ? null : entry.Registry);
            if (first.TryAdd(scope, entry))
                continue;
            ImageTrust other = first[scope];
            if (SaySame(other, entry))
                continue;
            throw new TrustException(
                "EntriesContradict",
                TrustErrorKind.InvalidArgument,
                $"The entries for {Name(entry)} of {Place(other)} and of {Place(entry)} differ, and only one can be written: " +
                $"{Words(other)}, and {Words(entry)}. Nothing was written. Pipe the entries of one host.")
            {
                Target = entry.Registry,
            };
        }
    }

    private static bool SaySame(ImageTrust one, ImageTrust other) =>
        one.SignatureStore == other.SignatureStore && one.SignatureStoreStaging == other.SignatureStoreStaging
            && one.UseSigstoreAttachments == other.UseSigstoreAttachments
            && (one.Requirements is null || other.Requirements is null
                ? one.Requirements == other.Requirements : RequirementWriter.MeansSame(one.Requirements, other.Requirements));

    private static string Words(ImageTrust entry) =>
        (entry.Requirements is { Count: > 0 } list && !list.Contains(null!) ? RequirementText.OfList(list) : "nothing required")
            + (entry.SignatureStore is { } store ? $" with store {PrintableText.WithoutUser(store)}" : "");

    private static string Name(ImageTrust entry) => entry.IsDefault ? "the default" : PrintableText.Line(entry.Registry ?? "");

    private static string Place(ImageTrust entry) =>
        PrintableText.Line(entry.Origin?.ToString() ?? (entry.ComputerName is { Length: > 0 } name ? name : "no host"));

    private static void RequireKnown(ImageTrust entry)
    {
        string here = LocalHost.Instance.ComputerName;
        if (entry.Origin is { IsOfSession: false } far && (far.Root ?? far.PolicyPath ?? far.RegistriesDirectory) is not null)
        {
            // What comes from a file does not say which other file is written.
            throw new TrustException(
                "TargetUnknown",
                TrustErrorKind.InvalidArgument,
                $"The entry for {Name(entry)} was read from files that were named ({Place(entry)}), in another session. " +
                "Specify where it is to be worked on: -Root, -PolicyPath, -HostName, or -Local for the files in force on this machine.")
            {
                Target = entry.Registry,
            };
        }

        if (entry.Origin is { } origin ? origin.HostName is not null || IsHere(origin, here)
            : entry.ComputerName is null or "" || (entry.ComputerName == here && !s_names.Contains(here, StringComparer.OrdinalIgnoreCase)))
            return;
        throw new TrustException(
            "TargetUnknown",
            TrustErrorKind.InvalidArgument,
            $"The entry for {Name(entry)} is from {Place(entry)}, which is not this session's machine ({here}). " +
            "Specify where it is to be worked on: -HostName for other machines, -Root for a directory, or -Local for this machine.")
        {
            Target = entry.Registry,
        };
    }

    private static bool IsHere(ImageTrustOrigin origin, string here) =>
        origin.ComputerName == here && (origin.IsOfSession || !s_names.Contains(here, StringComparer.OrdinalIgnoreCase));
}
