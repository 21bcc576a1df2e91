using System.Text;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig.Clusters;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>
/// Reads MachineConfigs and Butane configs from YAML or JSON: one document or several, and Kubernetes lists of them. Documents of other
/// kinds are passed over.
/// </summary>
public static class MachineConfigReader
{
    /// <summary>The largest text that is read, in bytes.</summary>
    public const int MaxBytes = 128 * 1024 * 1024;

    private const string ApiVersion = "machineconfiguration.openshift.io/v1";
    private const int MaxListDepth = 4;

    /// <summary>Reads MachineConfigs and the trust in them.</summary>
    /// <param name="content">The text, UTF-8.</param>
    /// <param name="name">Its name, a file or URL, for messages and <see cref="MachineConfigTrust.Source"/>.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <returns>The MachineConfigs, in their order, also those that do not decide on trust.</returns>
    /// <exception cref="TrustException">The text, a MachineConfig in it or a policy in that is refused; the message says
    /// where.</exception>
    public static IReadOnlyList<MachineConfigTrust> Read(ReadOnlyMemory<byte> content, string name, TrustMessages messages) =>
        [.. ReadDocuments(content, name, messages).Select(d => ToTrust(d, name, messages))];

    /// <summary>Reads MachineConfigs and their files, without a look at what the files mean.</summary>
    /// <param name="content">The text, UTF-8.</param>
    /// <param name="name">Its name, a file or URL, for messages.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <returns>The MachineConfigs, in their order.</returns>
    /// <exception cref="TrustException">The text or a MachineConfig in it is refused.</exception>
    public static IReadOnlyList<MachineConfigDocument> ReadDocuments(ReadOnlyMemory<byte> content, string name, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(messages);
        if (content.Length > MaxBytes)
            throw new TrustException(
                "FileTooLarge",
                TrustErrorKind.LimitsExceeded,
                $"{name} has {content.Length} bytes, more than the {MaxBytes} that are read. Give the MachineConfigs that matter only.")
            {
                Target = name,
            };
        List<MachineConfigDocument> documents = [];
        FileBudget budget = new();
        IReadOnlyList<DocumentNode> roots = DocumentNodes.Read(content, name);
        foreach (DocumentNode root in roots)
        {
            if (ButaneReader.IsButane(root))
                documents.Add(ButaneReader.Read(
                    root,
                    roots.Count == 1 ? Encoding.UTF8.GetString(content.Span) : null,
                    name,
                    budget,
                    messages));
            else
                Take(root, name, documents, budget, 0, messages);
        }

        return documents;
    }

    /// <summary>The trust in a MachineConfig, as its files alone have it.</summary>
    /// <param name="document">The MachineConfig.</param>
    /// <param name="source">Where it was read from, for messages and <see cref="MachineConfigTrust.Source"/>.</param>
    /// <param name="messages">
    /// Where words for the user go. Keys that are not in the document are not a reason for a warning: they may well be on the node.
    /// </param>
    /// <returns>The object.</returns>
    /// <exception cref="TrustException">policy.json or a file of registries.d is refused, or cannot be read.</exception>
    public static MachineConfigTrust ToTrust(MachineConfigDocument document, string? source, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(messages);
        try
        {
            return new MachineConfigTrust
            {
                Name = document.Name,
                Role = document.Role,
                OpenShiftVersion = document.OpenShiftVersion,
                IgnitionVersion = document.IgnitionVersion,
                Labels = document.Labels,
                Files = document.Files.ToArray(),
                Trust = ReadTrust(document.ToHost(), messages),
                Yaml = document.ToYaml(),
                Butane = document.Butane,
                MergedFrom = MergeMark.HashOf(document.Annotations),
                Source = source,
            };
        }
        catch (TrustException e)
        {
            throw new TrustException(
                e.ErrorId,
                e.Kind,
                $"{(source is null ? "" : source + ": ")}MachineConfig {Shown(document.Name)}: {e.Message}",
                e)
            {
                Target = source ?? document.Name,
            };
        }
    }

    /// <summary>
    /// The trust that a document's files alone amount to; none where there is no policy.json. Lists are arrays: a shell can index nothing
    /// else.
    /// </summary>
    internal static ImageTrust[] ReadTrust(DocumentHost host, TrustMessages messages)
    {
        if (!host.Exists(TrustLocations.SystemPolicyPath))
            return [];
        TrustStore store = new(host, new TrustLocations(TrustLocations.SystemPolicyPath, TrustLocations.SystemRegistriesDirectory,
            PolicyExists: true, IsUserPolicy: false), messages)
        {
            ExpectsMissingKeys = true,
        };
        return [.. store.Read(TrustQuery.All)
            .Select(static t => t with { Requirements = t.Requirements.ToArray(), Keys = t.Keys.ToArray() })];
    }

    internal static string Shown(string name) => Printable.Of(name, Printable.NameLength);

    private static void Take(DocumentNode node, string name, List<MachineConfigDocument> documents, FileBudget budget, int depth,
        TrustMessages messages)
    {
        string? kind = node.Member("kind")?.Value;
        string? apiVersion = node.Member("apiVersion")?.Value;
        if (kind is "List" or "MachineConfigList" && node.Member("items") is { } items)
        {
            // Lists in lists, by way of YAML's aliases, could stand for any number of objects.
            if (depth == MaxListDepth)
                throw new TrustFormatException(
                    "InvalidMachineConfig",
                    name,
                    0,
                    0,
                    "",
                    $"Lists are nested more than {MaxListDepth} deep; flatten them.");
            foreach (DocumentNode item in items.Items)
                Take(item, name, documents, budget, depth + 1, messages);
        }
        else if (kind == "MachineConfig" && apiVersion == ApiVersion)
        {
            documents.Add(MachineConfigShape.Read(node, name, budget, messages));
        }
        else
        {
            messages.Verbose($"{name}: a document of kind {Shown(kind ?? "(none)")} ({Shown(apiVersion ?? "no apiVersion")}) is not a " +
                "MachineConfig and is passed over.");
        }
    }
}

/// <summary>How much content of files may still be unpacked from one text, so that a small text cannot fill the memory.</summary>
internal sealed class FileBudget
{
    private const int MaxFile = 16 * 1024 * 1024;
    private long _left = 256L * 1024 * 1024;

    public byte[] Decode(string? source, string? compression)
    {
        byte[] content = DataUrl.Decode(source, compression, (int)Math.Min(MaxFile, _left));
        _left -= content.Length;
        return content;
    }
}
