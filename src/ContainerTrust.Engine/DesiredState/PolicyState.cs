using System.Text.Json;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Json;
using ContainerTrust.Engine.Trust.Files;

namespace ContainerTrust.Engine.DesiredState;

/// <summary>The properties of <c>ContainerTrust/Policy</c>: the entries of a host, as they are or as they are to be.</summary>
internal sealed record PolicyState
{
    private static readonly string[] s_properties = ["root", "entries", "_purge"];

    /// <summary>A directory that is another host's root. Null for this host.</summary>
    public string? Root { get; init; }

    /// <summary>The entries, as trust files have them. Null if they are not spoken of.</summary>
    public IReadOnlyList<FileEntry>? Entries { get; init; }

    /// <summary>Whether scopes that are not among the entries are to go.</summary>
    public bool Purge { get; init; }

    /// <summary>The policy.json that was looked at. Null where that is not said.</summary>
    public string? PolicyPath { get; init; }

    /// <summary>The entries with the stores that are in force for them. Empty for what is only wanted.</summary>
    public IReadOnlyList<ImageTrust> Trust { get; init; } = [];

    /// <summary>Reads it.</summary>
    /// <param name="json">The cursor at the start of the object.</param>
    public static PolicyState Read(ref PolicyJson json)
    {
        PolicyState state = new();
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            state = name switch
            {
                "root" => state with { Root = StateInput.FullPath(ref json) },
                "entries" => state with { Entries = TrustFileReader.ReadEntries(ref json) },
                "_purge" => state with { Purge = json.TokenType != JsonTokenType.Null && StateInput.Truth(ref json) },
                "policyPath" or "_inDesiredState" => throw StateInput.ReadOnly(ref json),
                _ => throw json.UnknownMember(name, s_properties),
            };
            json.Leave();
        }

        return state;
    }

    /// <summary>The line that says it.</summary>
    /// <param name="isInDesiredState">Whether the host is as it is to be. Null where that is not asked.</param>
    public string ToLine(bool? isInDesiredState = null) => StateText.Line(json =>
    {
        json.WriteStartObject();
        StateText.WriteText(json, "root", Root);
        json.WriteStartArray("entries"u8);
        foreach (FileEntry entry in Entries ?? [])
            TrustFileWriter.Write(json, entry.Section is null ? entry : entry with { Section = StateText.Shown(entry.Section) });
        json.WriteEndArray();
        StateText.WriteText(json, "policyPath", PrintableText.LineOrNull(PolicyPath));
        if (isInDesiredState is { } answer)
            json.WriteBoolean("_inDesiredState"u8, answer);
        json.WriteEndObject();
    });

    /// <summary>Whether two say the same of the same entries.</summary>
    /// <param name="other">The other.</param>
    public bool SaysSame(PolicyState other)
    {
        IReadOnlyList<FileEntry> mine = Entries ?? [], theirs = other.Entries ?? [];
        return mine.Count == theirs.Count && mine.Zip(theirs).All(static p => p.First.Key == p.Second.Key
            && p.First.Section == p.Second.Section && RequirementWriter.MeansSame(p.First.Requirements, p.Second.Requirements));
    }

    /// <summary>The scopes here that are not among the entries of another; the default is never one.</summary>
    /// <param name="wanted">The other.</param>
    public IEnumerable<FileEntry> Unlisted(PolicyState wanted)
    {
        HashSet<(bool, string, string)> listed = [.. wanted.Entries!.Select(static e => e.Key)];
        return Entries!.Where(e => !e.IsDefault && !listed.Contains(e.Key));
    }

    /// <summary>The entries that are not here as they are to be.</summary>
    /// <param name="wanted">The entries as they are to be.</param>
    public IEnumerable<FileEntry> Differing(PolicyState wanted)
    {
        IReadOnlyList<ImageTrust> trust = TrustFile.ToTrust(wanted.Entries!);
        for (int i = 0; i < trust.Count; i++)
        {
            FileEntry entry = wanted.Entries![i];
            FileEntry? there = Entries!.FirstOrDefault(e => e.Key == entry.Key);
            if (there is null || !RequirementWriter.MeansSame(entry.Requirements, there.Requirements)
                || (Stores(entry) != Stores(there) && !HasInForce(entry, trust[i])))
                yield return entry;
        }
    }

    /// <summary>An entry with the stores that are in force for it. Null if it is not here.</summary>
    /// <param name="entry">Which.</param>
    public ImageTrust? TrustOf(FileEntry entry) => Trust.FirstOrDefault(e => e.IsDefault == entry.IsDefault
        && (e.IsDefault || (e.Transport == entry.Transport && e.Registry == entry.Scope)));

    private static LookasideSection Stores(FileEntry entry) => entry.Section ?? new LookasideSection();

    // What a scope would not inherit as it is to, it has in a section of its own, which no list of entries has to say.
    private bool HasInForce(FileEntry entry, ImageTrust wanted) => TrustOf(entry) is { } there
        && there.SignatureStore == wanted.SignatureStore && there.SignatureStoreStaging == wanted.SignatureStoreStaging
        && there.UseSigstoreAttachments == wanted.UseSigstoreAttachments;
}
