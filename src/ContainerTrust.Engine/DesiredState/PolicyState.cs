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
                "_inDesiredState" => throw StateInput.ReadOnly(ref json),
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
}
