using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Mirroring.Saving;

/// <summary>
/// ConfigMaps in which a cluster has the signatures of releases, one file for each digest: namespace <c>openshift-config-managed</c>, label
/// <c>release.openshift.io/verification-signatures</c>, <c>binaryData</c> with <c>sha256-HEX-N</c>, as <c>oc adm release mirror</c> writes
/// them.
/// </summary>
/// <param name="directory">The directory of the files.</param>
/// <param name="options">Whether something is written, and replaced.</param>
internal sealed class ConfigMapTarget(string directory, SaveOptions options) : SignatureTarget(directory, options)
{
    // What the API server takes of one ConfigMap.
    private const int MaxBytes = 1024 * 1024;

    /// <inheritdoc/>
    public override SavedSignatureForm Form => SavedSignatureForm.ConfigMap;

    /// <inheritdoc/>
    public override ImageSignatureKind Kind => ImageSignatureKind.SimpleSigning;

    /// <inheritdoc/>
    public override string PathOf(SignedManifest manifest) =>
        $"{Root.TrimEnd('/')}/signature-{manifest.Algorithm}-{manifest.Hex}.json";

    /// <inheritdoc/>
    public override IReadOnlyList<SignatureBlob> Read(SignedManifest manifest)
    {
        string path = PathOf(manifest);
        if (ReadFile(path) is not { } file)
            return [];
        IReadOnlyList<SignatureBlob> present = [.. SignatureConfigMaps.Read(path, file.Content, manifest.Digest)];

        // One with another namespace or label is not read by a cluster; that is said where something is to be added.
        return file.Content.Span.SequenceEqual(Render(manifest, [.. present.Select(static s => s.UntrustedContent)])) ? present : [];
    }

    /// <inheritdoc/>
    public override Task<TargetOutcome> AddAsync(SignedManifest manifest, IReadOnlyList<StoredSignature> verified,
        CancellationToken cancellationToken)
    {
        string path = PathOf(manifest);
        if (IsDryRun)
            return Task.FromResult(Plan(manifest, path, ReadFile(path), verified).Outcome);
        using IHostChange change = Begin([Root], cancellationToken);
        HostFile? file = ReadFile(path);
        (byte[]? content, TargetOutcome outcome) = Plan(manifest, path, file, verified);
        if (content is not null)
            change.Replace(path, content, file);
        return Task.FromResult(outcome);
    }

    private (byte[]? Content, TargetOutcome Outcome) Plan(SignedManifest manifest, string path, HostFile? file,
        IReadOnlyList<StoredSignature> verified)
    {
        List<ReadOnlyMemory<byte>> all = file is null ? [] : Present(manifest, path, file);
        int before = all.Count;
        int there = 0;
        foreach (ReadOnlyMemory<byte> content in verified.Select(static v => v.UntrustedContent))
        {
            int at = all.FindIndex(c => c.Span.SequenceEqual(content.Span));
            if (at < 0)
                all.Add(content);
            else if (at < before)
                there++;
        }

        TargetOutcome outcome = new(all.Count - before, there);
        byte[]? kept = file is null ? null : Render(manifest, all[..before]);
        bool isOurs = file is null || file.Content.Span.SequenceEqual(kept);
        if (all.Count == before && isOurs)
            return (null, outcome);
        if (!isOurs && !IsForced)
            throw Differs(path, "exists and is not as it is written here: it is something else, or was changed by hand");
        if (all.Count > ImageLimits.Signatures)
            throw TooMany(path, ImageLimits.Signatures);
        if (all.Sum(static c => (long)c.Length) > MaxBytes)
            throw new TrustException("ConfigMapTooLarge", TrustErrorKind.LimitsExceeded,
                $"The signatures of {manifest} are larger than {MaxBytes} bytes together, and no cluster takes a ConfigMap of that size. " +
                "Save them in a store.") { Target = path };
        return (Render(manifest, all), outcome);
    }

    private List<ReadOnlyMemory<byte>> Present(SignedManifest manifest, string path, HostFile file)
    {
        try
        {
            return [.. SignatureConfigMaps.Read(path, file.Content, manifest.Digest).Select(static s => s.UntrustedContent)];
        }
        catch (TrustException e)
        {
            return IsForced ? [] : throw Differs(path, $"cannot be read ({e.ErrorId})", e);
        }
    }

    private static HostFile? ReadFile(string path) => Host.TryReadFile(path, SignatureConfigMaps.MaxDocumentBytes);

    private static byte[] Render(SignedManifest manifest, List<ReadOnlyMemory<byte>> signatures)
    {
        string name = $"{manifest.Algorithm}-{manifest.Hex}";
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions
            { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion"u8, "v1"u8);
            json.WriteString("kind"u8, "ConfigMap"u8);
            json.WriteStartObject("metadata"u8);
            json.WriteString("name"u8, name);
            json.WriteString("namespace"u8, "openshift-config-managed"u8);
            json.WriteStartObject("labels"u8);
            json.WriteString("release.openshift.io/verification-signatures"u8, ""u8);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("binaryData"u8);
            for (int i = 0; i < signatures.Count; i++)
                json.WriteString(string.Create(CultureInfo.InvariantCulture, $"{name}-{i + 1}"),
                    Convert.ToBase64String(signatures[i].Span));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }
}
