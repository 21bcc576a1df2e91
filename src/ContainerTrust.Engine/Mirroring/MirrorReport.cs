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

    /// <summary>The components of which something was not complete.</summary>
    /// <param name="path">The file, a JSON array of results.</param>
    /// <returns>Their names.</returns>
    /// <exception cref="TrustException"><c>FileNotFound</c>; <c>InvalidMirrorReport</c>.</exception>
    public static IReadOnlySet<string> ReadIncomplete(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        HostFile file = LocalHost.Instance.TryReadFile(path, MaxBytes)
            ?? throw new TrustException("FileNotFound", TrustErrorKind.NotFound, $"The file {path} does not exist.") { Target = path };
        return Incomplete(path, file.Content);
    }

    /// <summary>The components of which something was not complete. Whatever is not said to be complete is not.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="content">The file.</param>
    /// <returns>Their names.</returns>
    /// <exception cref="TrustException"><c>InvalidMirrorReport</c>.</exception>
    public static IReadOnlySet<string> Incomplete(string name, ReadOnlyMemory<byte> content)
    {
        ArgumentNullException.ThrowIfNull(name);
        try
        {
            using JsonDocument document = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind != JsonValueKind.Array)
                throw Invalid(name, "it is not a list of results");
            HashSet<string> names = new(StringComparer.Ordinal);
            foreach (JsonElement result in document.RootElement.EnumerateArray())
            {
                string component = Text(name, result, "name") ?? throw Invalid(name, "a result has no name");
                if (Text(name, result, "status") != Complete)
                    names.Add(component);
            }

            return names;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Invalid(name, "it is not valid JSON", e);
        }
    }

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
