using System.Text.Json;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Mirroring;

/// <summary>Reads what was found of a mirror before, to ask again only for what was not complete.</summary>
public static class MirrorReport
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    private const int MaxDepth = 8;
    private const string Complete = "complete";

    /// <summary>The images that were complete, and need not be asked about again.</summary>
    /// <param name="path">The file, a JSON array of results.</param>
    /// <param name="plan">What is asked for. Results of another release, mirror or version do not count.</param>
    /// <param name="takesPresent">Whether signatures only have to exist; otherwise one that was not verified does not count.</param>
    /// <returns>Their names, each of which all results say to be complete.</returns>
    /// <exception cref="TrustException"><c>FileNotFound</c>; <c>InvalidMirrorReport</c>.</exception>
    public static IReadOnlySet<string> ReadComplete(string path, MirrorPlan plan, bool takesPresent)
    {
        ArgumentNullException.ThrowIfNull(path);
        HostFile file = LocalHost.Instance.TryReadFile(path, MaxBytes)
            ?? throw new TrustException("FileNotFound", TrustErrorKind.NotFound, $"The file {path} does not exist.") { Target = path };
        ArgumentNullException.ThrowIfNull(plan);
        return CompleteIn(path, file.Content, (plan.Release, plan.Mirror, plan.Demands.Version), takesPresent);
    }

    /// <summary>The images that were complete. Whatever is not said to be complete is not.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="content">The file.</param>
    /// <param name="asked">The release by digest, the mirror, and the version, which results must have.</param>
    /// <param name="takesPresent">Whether a signature that was not verified counts.</param>
    /// <returns>Their names.</returns>
    /// <exception cref="TrustException"><c>InvalidMirrorReport</c>.</exception>
    internal static IReadOnlySet<string> CompleteIn(string name, ReadOnlyMemory<byte> content,
        (string Release, string Mirror, string Version) asked, bool takesPresent)
    {
        ArgumentNullException.ThrowIfNull(name);
        try
        {
            using JsonDocument document = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind != JsonValueKind.Array)
                throw Invalid(name, "it is not a list of results");
            Dictionary<string, bool> names = new(StringComparer.Ordinal);
            foreach (JsonElement result in document.RootElement.EnumerateArray())
            {
                string component = Text(name, result, "name") ?? throw Invalid(name, "a result has no name");
                bool isComplete = Text(name, result, "status") == Complete && Text(name, result, "release") == asked.Release
                    && Text(name, result, "mirror") == asked.Mirror && Text(name, result, "openShiftVersion") == asked.Version
                    && (takesPresent || (IsSure(name, result, "openPgpSignature") && IsSure(name, result, "sigstoreSignature")));
                names[component] = isComplete && names.GetValueOrDefault(component, true);
            }

            return names.Where(static n => n.Value).Select(static n => n.Key).ToHashSet(StringComparer.Ordinal);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Invalid(name, "it is not valid JSON", e);
        }
    }

    private static bool IsSure(string name, JsonElement result, string member) =>
        Text(name, result, member) is "verified" or "notRequired";

    private static string? Text(string name, JsonElement element, string member)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Invalid(name, "a result is not an object");
        string? found = null;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (property.Name != member)
                continue;
            if (found is not null || property.Value.ValueKind != JsonValueKind.String)
                throw Invalid(name, $"the member '{member}' of a result appears twice, or is not text");
            found = property.Value.GetString();
        }

        return found;
    }

    private static TrustException Invalid(string name, string problem, Exception? cause = null) => new(
        "InvalidMirrorReport", TrustErrorKind.InvalidData,
        $"{name} cannot be read: {problem}. Specify a file with the results in JSON.", cause) { Target = name };
}
