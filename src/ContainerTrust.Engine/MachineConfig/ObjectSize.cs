using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.MachineConfig.Clusters;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>What a cluster keeps of an object at most. What is larger is refused before anything is written.</summary>
internal static class ObjectSize
{
    // etcd's limit, which is the operator's for what it renders; ours is only a part of that.
    private const int MaxBytes = 1_572_864;
    private const int LargeBytes = MaxBytes / 2;

    // TotalAnnotationSizeLimitB of Kubernetes: names and values of all annotations of an object together.
    private const int MaxAnnotationBytes = 262_144;

    /// <summary>Refuses a MachineConfig that no cluster could keep.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="node">The document.</param>
    /// <param name="annotations">Its annotations.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <exception cref="TrustException">It is too large (<c>MachineConfigTooLarge</c>).</exception>
    public static void Require(string name, DocumentNode node, IReadOnlyDictionary<string, string> annotations, TrustMessages messages)
    {
        int marked = annotations.Sum(static a => Encoding.UTF8.GetByteCount(a.Key) + Encoding.UTF8.GetByteCount(a.Value));
        if (marked > MaxAnnotationBytes || !MergeMark.IsReadable(annotations))
            throw TooLarge(name,
                $"The annotations of MachineConfig {name}, which list the merged scopes, would have {marked} bytes, and a cluster keeps " +
                $"at most {MaxAnnotationBytes}; at most {MergeMark.MaxScopes} scopes can be merged. Name fewer: a namespace in place of " +
                "its repositories, or the wildcard of a domain.");
        using MemoryStream output = new();
        using (Utf8JsonWriter writer = new(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            DocumentJson.Write(writer, node);
        if (output.Length > MaxBytes)
            throw TooLarge(name,
                $"MachineConfig {name} would have {output.Length} bytes, " +
                $"and a cluster keeps no object of more than {MaxBytes} (etcd's limit). Name fewer scopes, " +
                "or give keys by their path instead of inside the policy.");
        if (output.Length > LargeBytes)
            messages.Warning($"MachineConfig {name} has {output.Length} bytes. All MachineConfigs of a pool together must not have " +
                $"more than {MaxBytes}, or the operator cannot store what it renders of them.");

        // 'oc apply' keeps the whole document in an annotation.
        if (output.Length + marked > MaxAnnotationBytes)
            messages.Warning($"MachineConfig {name} is too large for 'oc apply', which keeps it a second time in an annotation of at " +
                $"most {MaxAnnotationBytes} bytes. Use 'oc apply --server-side'.");
    }

    private static TrustException TooLarge(string name, string message) =>
        new("MachineConfigTooLarge", TrustErrorKind.LimitsExceeded, message) { Target = name };
}
