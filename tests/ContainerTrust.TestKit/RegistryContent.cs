using System.Text.RegularExpressions;

namespace ContainerTrust.TestKit;

/// <summary>What a registry has: manifests and blobs by repository, given from memory, or written as docker-registry keeps them.</summary>
internal sealed partial class RegistryContent
{
    private readonly Dictionary<string, Dictionary<string, byte[]>> _manifests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, byte[]>> _blobs = new(StringComparer.Ordinal);

    /// <summary>The repositories.</summary>
    public IEnumerable<string> Repositories => _manifests.Keys;

    /// <summary>Puts a manifest in.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="manifest">The manifest.</param>
    /// <param name="tag">A tag of it. Null for its digest alone.</param>
    /// <returns>Its digest.</returns>
    public string PutManifest(string repository, byte[] manifest, string? tag = null)
    {
        Dictionary<string, byte[]> items = Of(_manifests, repository);
        string digest = TestImage.DigestOf(manifest);
        items[digest] = manifest;
        if (tag is not null)
            items[tag] = manifest;
        return digest;
    }

    /// <summary>Puts a blob in.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="blob">The blob.</param>
    /// <returns>Its digest.</returns>
    public string PutBlob(string repository, byte[] blob)
    {
        string digest = TestImage.DigestOf(blob);
        Of(_blobs, repository)[digest] = blob;
        return digest;
    }

    /// <summary>Takes a manifest away, by a tag or by its digest.</summary>
    public void RemoveManifest(string repository, string item) =>
        Assert.True(_manifests[repository].Remove(item), $"{repository} has {item}");

    /// <summary>Takes a blob away.</summary>
    public void RemoveBlob(string repository, string digest) =>
        Assert.True(_blobs[repository].Remove(digest), $"{repository} has {digest}");

    /// <summary>A manifest, by a tag or by its digest.</summary>
    public byte[] Manifest(string repository, string item) => _manifests[repository][item];

    /// <summary>The tags of a repository.</summary>
    public IEnumerable<string> Tags(string repository) =>
        _manifests[repository].Keys.Where(static k => !k.StartsWith("sha256:", StringComparison.Ordinal));

    /// <summary>Copies a repository, with all that is in it.</summary>
    public void Copy(string from, RegistryContent target, string to)
    {
        foreach ((string item, byte[] manifest) in Of(_manifests, from))
            Of(target._manifests, to)[item] = manifest;
        foreach ((string digest, byte[] blob) in Of(_blobs, from))
            Of(target._blobs, to)[digest] = blob;
    }

    /// <summary>What a registry answers.</summary>
    /// <param name="path">The path of a request.</param>
    public (int Status, byte[] Body, string Type) Answer(string path)
    {
        if (path == "/v2/")
            return (200, "{}"u8.ToArray(), "application/json");
        if (Request().Match(path) is not { Success: true } match)
            return (404, [], "application/json");
        string repository = match.Groups[1].Value;
        bool isManifest = match.Groups[2].Value == "manifests";
        return (isManifest ? _manifests : _blobs).TryGetValue(repository, out Dictionary<string, byte[]>? items)
            && items.TryGetValue(match.Groups[3].Value, out byte[]? content)
            ? (200, content, isManifest ? TypeOf(content) : "application/octet-stream")
            : (404, """{"errors":[{"code":"MANIFEST_UNKNOWN"}]}"""u8.ToArray(), "application/json");
    }

    /// <summary>Writes all as docker-registry's filesystem driver keeps it.</summary>
    /// <param name="rootDirectory">Its <c>rootdirectory</c>.</param>
    public void WriteTo(string rootDirectory)
    {
        string root = Path.Combine(rootDirectory, "docker/registry/v2");
        foreach ((string repository, Dictionary<string, byte[]> items) in _manifests)
        {
            foreach ((string item, byte[] manifest) in items)
            {
                string digest = TestImage.DigestOf(manifest);
                string hex = digest["sha256:".Length..];
                WriteBlob(root, hex, manifest);
                Link($"{root}/repositories/{repository}/_manifests/revisions/sha256/{hex}/link", digest);
                if (item == digest)
                    continue;
                Link($"{root}/repositories/{repository}/_manifests/tags/{item}/current/link", digest);
                Link($"{root}/repositories/{repository}/_manifests/tags/{item}/index/sha256/{hex}/link", digest);
            }
        }

        foreach ((string repository, Dictionary<string, byte[]> items) in _blobs)
        {
            foreach ((string digest, byte[] blob) in items)
            {
                string hex = digest["sha256:".Length..];
                WriteBlob(root, hex, blob);
                Link($"{root}/repositories/{repository}/_layers/sha256/{hex}/link", digest);
            }
        }
    }

    [GeneratedRegex("^/v2/(.+)/(manifests|blobs)/([^/]+)$")]
    private static partial Regex Request();

    [GeneratedRegex("\"mediaType\":\"([^\"]+)\"")]
    private static partial Regex MediaType();

    private static string TypeOf(byte[] manifest) => MediaType().Match(System.Text.Encoding.UTF8.GetString(manifest)).Groups[1].Value;

    private static Dictionary<string, byte[]> Of(Dictionary<string, Dictionary<string, byte[]>> all, string repository)
    {
        if (!all.TryGetValue(repository, out Dictionary<string, byte[]>? items))
            all.Add(repository, items = new Dictionary<string, byte[]>(StringComparer.Ordinal));
        return items;
    }

    private static void WriteBlob(string root, string hex, byte[] content)
    {
        string path = $"{root}/blobs/sha256/{hex[..2]}/{hex}/data";
        if (File.Exists(path))
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }

    private static void Link(string path, string digest)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, digest);
    }
}
