using System.Text.Json;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Sigstore.Bundles;

/// <summary>
/// An entry of a transparency log, as a bundle carries it (sigstore's protobuf-specs, <c>sigstore_rekor.proto</c>,
/// <c>TransparencyLogEntry</c>). Nothing in it is verified.
/// </summary>
internal sealed class BundleLogEntry
{
    // Each node of a proof doubles the log that it can be of.
    private const int MaxHashes = 64;

    private BundleLogEntry()
    {
    }

    /// <summary>The entry's index in the log as a whole.</summary>
    public long LogIndex { get; private set; }

    /// <summary>Which log it is.</summary>
    public byte[] LogId { get; private set; } = [];

    /// <summary>The kind of the entry, such as <c>dsse</c>.</summary>
    public string Kind { get; private set; } = "";

    /// <summary>The version of the entry's kind.</summary>
    public string Version { get; private set; } = "";

    /// <summary>Seconds since 1970; 0 if nothing is said. A log proves it with <see cref="Promise"/> only.</summary>
    public long IntegratedTime { get; private set; }

    /// <summary>The signed entry timestamp. Null if there is none.</summary>
    public byte[]? Promise { get; private set; }

    /// <summary>The proof that the entry is in the log. Null if there is none.</summary>
    public BundleInclusionProof? Proof { get; private set; }

    /// <summary>The entry itself, JSON.</summary>
    public byte[] Body { get; private set; } = [];

    /// <summary>Reads a list of entries.</summary>
    /// <param name="json">Where the list is next.</param>
    /// <param name="max">How many can be in it.</param>
    /// <returns>The entries.</returns>
    public static List<BundleLogEntry> ReadList(ref StrictJson json, int max)
    {
        List<BundleLogEntry> entries = [];
        json.EnterArray("tlogEntries");
        while (json.NextToken() is var token && token != JsonTokenType.EndArray)
        {
            if (token != JsonTokenType.StartObject)
                throw new StrictJsonException("a log entry is not an object");
            if (entries.Count == max)
                throw new StrictJsonException($"it has more than {max} log entries");
            entries.Add(Read(ref json));
        }

        return entries;
    }

    private static BundleLogEntry Read(ref StrictJson json)
    {
        BundleLogEntry entry = new();
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "logIndex":
                    entry.LogIndex = json.Count("logIndex");
                    break;
                case "logId":
                    entry.LogId = ReadOne(ref json, "logId", "keyId");
                    break;
                case "kindVersion":
                    ReadKind(ref json, entry);
                    break;
                case "integratedTime":
                    entry.IntegratedTime = json.Count("integratedTime");
                    break;
                case "inclusionPromise":
                    entry.Promise = json.TryEnterObject("inclusionPromise")
                        ? ReadMembers(ref json, "signedEntryTimestamp") ?? throw StrictJson.Missing("signedEntryTimestamp") : null;
                    break;
                case "inclusionProof":
                    entry.Proof = json.TryEnterObject("inclusionProof") ? ReadProof(ref json) : null;
                    break;
                case "canonicalizedBody":
                    entry.Body = json.Base64("canonicalizedBody");
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        return entry.Body.Length > 0 ? entry : throw StrictJson.Missing("canonicalizedBody");
    }

    private static void ReadKind(ref StrictJson json, BundleLogEntry entry)
    {
        json.EnterObject("kindVersion");
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "kind":
                    entry.Kind = json.String("kind");
                    break;
                case "version":
                    entry.Version = json.String("version");
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }
    }

    private static BundleInclusionProof ReadProof(ref StrictJson json)
    {
        long index = 0;
        long size = 0;
        byte[]? root = null;
        string? checkpoint = null;
        List<byte[]> hashes = [];
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "logIndex":
                    index = json.Count("logIndex");
                    break;
                case "treeSize":
                    size = json.Count("treeSize");
                    break;
                case "rootHash":
                    root = json.Base64("rootHash");
                    break;
                case "hashes":
                    ReadHashes(ref json, hashes);
                    break;
                case "checkpoint":
                    checkpoint = ReadCheckpoint(ref json);
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        return new BundleInclusionProof(index, size, root ?? throw StrictJson.Missing("rootHash"), hashes, checkpoint);
    }

    private static void ReadHashes(ref StrictJson json, List<byte[]> hashes)
    {
        json.EnterArray("hashes");
        while (json.TryNextBase64("a hash of the inclusion proof", out byte[]? hash))
        {
            if (hashes.Count == MaxHashes)
                throw new StrictJsonException($"its inclusion proof has more than {MaxHashes} hashes");
            hashes.Add(hash);
        }
    }

    private static string? ReadCheckpoint(ref StrictJson json)
    {
        json.EnterObject("checkpoint");
        string? envelope = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            if (name == "envelope")
                envelope = json.String("envelope");
            else
                json.SkipValue();
        }

        return envelope;
    }

    private static byte[] ReadOne(ref StrictJson json, string what, string member)
    {
        json.EnterObject(what);
        return ReadMembers(ref json, member) ?? throw StrictJson.Missing($"{what}.{member}");
    }

    private static byte[]? ReadMembers(ref StrictJson json, string member)
    {
        byte[]? value = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            if (name == member)
                value = json.Base64(member);
            else
                json.SkipValue();
        }

        return value;
    }
}

/// <summary>A proof that an entry is in a log (RFC 6962 section 2.1.1). Nothing in it is verified.</summary>
/// <param name="LogIndex">The entry's index in the tree.</param>
/// <param name="TreeSize">How many entries the tree has.</param>
/// <param name="RootHash">The tree's root.</param>
/// <param name="Hashes">The nodes beside the path from the entry to the root.</param>
/// <param name="Checkpoint">What the log signed of the tree. Null if there is nothing, as in the first version of bundles.</param>
internal sealed record BundleInclusionProof(
    long LogIndex, long TreeSize, byte[] RootHash, IReadOnlyList<byte[]> Hashes, string? Checkpoint);
