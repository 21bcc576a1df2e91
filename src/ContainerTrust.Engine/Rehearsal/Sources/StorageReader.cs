using System.Text.Json;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Rehearsal.Sources;

/// <summary>
/// The images and containers of a containers/storage directory, from its <c>images.json</c> and <c>containers.json</c>. What is not as
/// it should be is passed over: an entry without a usable name says nothing that could be judged.
/// </summary>
internal static class StorageReader
{
    /// <summary>The largest file that is read.</summary>
    public const int MaxBytes = 64 << 20;

    private const int MaxDepth = 32;
    /// <summary>Reads them.</summary>
    /// <param name="directory">The directory, as the host names it.</param>
    /// <param name="images">The content of <c>images.json</c>. Null if there is none.</param>
    /// <param name="containers">The contents of the files that list containers.</param>
    /// <returns>Images with names; and those that containers use.</returns>
    /// <exception cref="TrustFormatException">One of them is not valid JSON (<c>InvalidStorage</c>).</exception>
    public static IReadOnlyList<NamedImage> Read(
        string directory, ReadOnlyMemory<byte>? images, IEnumerable<ReadOnlyMemory<byte>> containers)
    {
        Dictionary<string, Stored> byId = new(StringComparer.Ordinal);
        List<NamedImage> found = [];
        string owner = $"image of {directory}";
        foreach (JsonElement image in images is { } content ? Items(content, $"{directory}: images.json") : [])
        {
            Stored stored = new(Texts(image, "names"), Digests(image));
            if (Text(image, "id") is { } id)
                byId[id] = stored;
            found.AddRange(stored.Names.Select(n => Named(n, owner, stored.Digests)));
        }

        foreach (ReadOnlyMemory<byte> list in containers)
        {
            foreach (JsonElement container in Items(list, $"{directory}: containers.json"))
                found.AddRange(OfContainer(container, byId));
        }

        return found;
    }

    private static IEnumerable<NamedImage> OfContainer(JsonElement container, Dictionary<string, Stored> byId)
    {
        Metadata metadata = Metadata.Read(Text(container, "metadata"));
        string? own = Texts(container, "names") is [{ Length: > 0 } first, ..] ? first : null;
        string name = (metadata.Pod is null ? own ?? metadata.Name : metadata.Name ?? own) ?? Text(container, "id") ?? "without a name";
        string owner = metadata.Pod is { } pod ? $"container {pod}/{name}" : $"container {name}";
        Stored? stored = Text(container, "image") is { Length: > 0 } id ? byId.GetValueOrDefault(id) : null;

        // By what the container was made of; the names of the image are all that it can be pulled by.
        if (metadata.Image is { Length: > 0 } image && !IsId(image))
            return [Named(image, owner, stored?.Digests ?? [])];
        return stored switch
        {
            { Names.Count: > 0 } => stored.Names.Select(n => Named(n, owner, stored.Digests)),

            // The root file system of a container that podman did not make from an image.
            null when metadata.Image is null or "" && Text(container, "image") is null or "" => [],
            _ => [new NamedImage("", owner)
            {
                IsPresent = true,
                StoredDigests = stored?.Digests ?? [],
                Problem = "Its image has no name on the host any more, so nothing says where it would be pulled from.",
            }],
        };
    }

    private static NamedImage Named(string name, string owner, IReadOnlyList<string> digests) => new(name, owner)
    {
        IsPresent = true,
        StoredDigests = digests,
    };

    private static bool IsId(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    // Of a multi-arch image the list too, under whose digest it may have been pulled.
    private static List<string> Digests(JsonElement image)
    {
        List<string> digests = [];
        if (Text(image, "digest") is { } own && ReferenceGrammar.IsDigest(own))
            digests.Add(own);
        try
        {
            foreach ((string name, string value) in image.Member("big-data-digests").Texts())
            {
                if (name.StartsWith("manifest", StringComparison.Ordinal) && ReferenceGrammar.IsDigest(value) && !digests.Contains(value))
                    digests.Add(value);
            }
        }
        catch (InvalidOperationException)
        {
            // A text that is not Unicode is no digest.
        }

        return digests;
    }

    private static List<JsonElement> Items(ReadOnlyMemory<byte> content, string file)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return json.RootElement.ValueKind == JsonValueKind.Array ? [.. json.RootElement.EnumerateArray().Select(static e => e.Clone())]
                : throw Refused(file, 0, "This is not a list, as containers/storage writes it.", null);
        }
        catch (JsonException e)
        {
            throw Refused(file, (int)(e.LineNumber ?? 0) + 1, "This is not valid JSON, as containers/storage writes it.", e);
        }
    }

    private static TrustFormatException Refused(string file, int line, string problem, Exception? cause) =>
        new("InvalidStorage", file, line, 0, "", $"{problem} Run 'podman images' on the host to see whether podman can read it.", cause);

    private static string? Text(JsonElement element, string name) => Decode(element.Member(name));

    private static string[] Texts(JsonElement element, string name) =>
        [.. (element.Member(name).Items() ?? []).Select(static i => Decode(i)).OfType<string>()];

    // Half a surrogate pair is a name of nothing.
    private static string? Decode(JsonElement? element)
    {
        try
        {
            return element.Text();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private sealed record Stored(IReadOnlyList<string> Names, IReadOnlyList<string> Digests);

    /// <summary>What podman and CRI-O keep of a container: a JSON text within the JSON.</summary>
    private sealed record Metadata(string? Image, string? Name, string? Pod)
    {
        public static Metadata Read(string? text)
        {
            if (text is not ['{', ..])
                return new Metadata(null, null, null);
            try
            {
                using JsonDocument json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
                JsonElement root = json.RootElement;
                return new Metadata(Text(root, "image-name"), Text(root, "container-name") ?? Text(root, "name"), Text(root, "pod-name"));
            }
            catch (JsonException)
            {
                return new Metadata(null, null, null);
            }
        }
    }
}
