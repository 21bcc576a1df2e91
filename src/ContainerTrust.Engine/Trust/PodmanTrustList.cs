using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Formats.Json;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Engine.Trust;

/// <summary>One line of <c>podman image trust show</c>: one requirement of one scope.</summary>
/// <param name="Transport">The transport; <c>repository</c> for docker, <c>all</c> for the policy's default.</param>
/// <param name="Name">The scope; <c>* (default)</c> for the policy's default.</param>
/// <param name="RepoName">The scope; <c>default</c> for the policy's default.</param>
/// <param name="SignatureStore">The lookaside that podman finds for the scope. Empty if none.</param>
/// <param name="Type">
/// <c>accept</c>, <c>reject</c>, <c>signed</c>, <c>sigstoreSigned</c>; empty for a type that podman does not know.
/// </param>
/// <param name="GpgId">The e-mail part of every user id of every key, joined by a comma and a blank. Empty if none.</param>
public sealed record PodmanTrustEntry(string Transport, string Name, string RepoName, string SignatureStore, string Type, string GpgId);

/// <summary>What <c>podman image trust show</c> (4.3.1) prints, for scripts that read it.</summary>
public static class PodmanTrustList
{
    /// <summary>Reads the list.</summary>
    /// <param name="store">A host's trust.</param>
    /// <returns>One entry a requirement: the default, then transports and scopes in byte order.</returns>
    /// <exception cref="TrustException">A file cannot be read or is refused.</exception>
    public static IReadOnlyList<PodmanTrustEntry> Read(TrustStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        PolicyDocument policy = store.ReadPolicy();
        LookasideConfiguration lookaside = store.ReadLookasideAsPodmanShows();
        UserIds ids = new(store.Host);
        List<PodmanTrustEntry> entries = [];
        Add(entries, new PodmanTrustEntry("all", "* (default)", "default", lookaside.AsPodmanShows("") ?? "", "", ""), policy.Default, ids);
        foreach (PolicyTransport transport in policy.Transports.OrderBy(static t => t.Name, Utf8Order.Instance))
        {
            string shown = transport.Name == "docker" ? "repository" : transport.Name;
            foreach (PolicyScope scope in transport.Scopes.OrderBy(static s => s.Name, Utf8Order.Instance))
                Add(
                    entries,
                    new PodmanTrustEntry(shown, scope.Name, scope.Name, lookaside.AsPodmanShows(scope.Name) ?? "", "", ""),
                    scope.Requirements,
                    ids);
        }

        return entries;
    }

    /// <summary>The list as <c>--json</c> prints it.</summary>
    /// <param name="entries">The list.</param>
    /// <returns>Indented JSON, without a line break at the end.</returns>
    public static string ToJson(IReadOnlyList<PodmanTrustEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArrayBufferWriter<byte> buffer = new(256 * (entries.Count + 1));
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions
            { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartArray();
            foreach (PodmanTrustEntry entry in entries)
            {
                writer.WriteStartObject();
                writer.WriteString("transport"u8, entry.Transport);
                WriteNotEmpty(writer, "name", entry.Name);
                WriteNotEmpty(writer, "repo_name", entry.RepoName);
                WriteNotEmpty(writer, "sigstore", entry.SignatureStore);
                writer.WriteString("type"u8, entry.Type);
                WriteNotEmpty(writer, "gpg_id", entry.GpgId);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return PrintableJson.Of(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void WriteNotEmpty(Utf8JsonWriter writer, string name, string value)
    {
        if (value.Length > 0)
            writer.WriteString(name, value);
    }

    private static void Add(List<PodmanTrustEntry> entries, PodmanTrustEntry template, IReadOnlyList<TrustRequirement> requirements,
        UserIds ids)
    {
        foreach (TrustRequirement requirement in requirements)
        {
            entries.Add(requirement switch
            {
                AcceptRequirement => template with { Type = "accept" },
                RejectRequirement => template with { Type = "reject" },
                SignedByRequirement r => template with { Type = "signed", GpgId = string.Join(", ", ids.Of(r)) },
                SigstoreSignedRequirement => template with { Type = "sigstoreSigned", GpgId = "N/A" },
                _ => template,
            });
        }
    }

    // Go sorts strings by their UTF-8 bytes; UTF-16 code units differ from that above U+FFFF.
    private sealed class Utf8Order : IComparer<string>
    {
        public static Utf8Order Instance { get; } = new();

        public int Compare(string? x, string? y) =>
            Ascii.IsValid(x) && Ascii.IsValid(y) ? string.CompareOrdinal(x, y)
                : Encoding.UTF8.GetBytes(x!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y!));
    }

    private sealed class UserIds(ITrustHost host)
    {
        private readonly Dictionary<string, IReadOnlyList<string>> _byPath = [];

        public IEnumerable<string> Of(SignedByRequirement requirement)
        {
            List<string> paths = requirement.KeyPath is { } path ? [path] : [.. requirement.KeyPaths ?? []];
            IEnumerable<string> ids = paths.SelectMany(OfFile);
            return requirement.KeyData is { } data ? ids.Concat(Mails(KeyData.Require(data))) : ids;
        }

        private IReadOnlyList<string> OfFile(string path)
        {
            if (_byPath.TryGetValue(path, out IReadOnlyList<string>? ids))
                return ids;

            // A key that is not there has no user ids; podman logs it and goes on.
            HostFile? file = path.StartsWith('/') ? host.TryReadFile(path, KeyMaterialFiles.MaxBytes) : null;
            ids = file is null ? [] : Mails(file.Content.Span);
            _byPath.Add(path, ids);
            return ids;
        }

        private static List<string> Mails(ReadOnlySpan<byte> content)
        {
            List<string> mails = [];
            foreach (string id in OpenPgpKeyReader.ListUserIdsAsGpg(content))
                mails.Add(OpenPgpKeyReader.EmailOf(id) ?? id);
            return mails;
        }
    }
}
