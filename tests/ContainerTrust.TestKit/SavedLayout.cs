using System.Text.Json;

namespace ContainerTrust.TestKit;

/// <summary>An OCI layout that was saved, to be looked at and carried elsewhere.</summary>
/// <param name="directory">Its directory.</param>
internal sealed class SavedLayout(string directory)
{
    /// <summary>The tags and the manifests that they name, in the order of the index.</summary>
    public IReadOnlyList<(string Tag, byte[] Manifest)> Images
    {
        get
        {
            using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "index.json")));
            return [.. index.RootElement.GetProperty("manifests").EnumerateArray().Select(m => (
                m.GetProperty("annotations").GetProperty("org.opencontainers.image.ref.name").GetString()!,
                Blob(m.GetProperty("digest").GetString()!)))];
        }
    }

    /// <summary>Puts every image of it into a registry.</summary>
    /// <param name="content">The registry.</param>
    /// <param name="repositoryOf">The repository for a tag.</param>
    /// <returns>How many there are.</returns>
    public int CopyTo(RegistryContent content, Func<string, string> repositoryOf)
    {
        int count = 0;
        foreach ((string tag, byte[] manifest) in Images)
        {
            using JsonDocument document = JsonDocument.Parse(manifest);
            JsonElement root = document.RootElement;
            foreach (JsonElement part in root.GetProperty("layers").EnumerateArray().Append(root.GetProperty("config")))
                content.PutBlob(repositoryOf(tag), Blob(part.GetProperty("digest").GetString()!));
            content.PutManifest(repositoryOf(tag), manifest, tag);
            count++;
        }

        return count;
    }

    private byte[] Blob(string digest) => File.ReadAllBytes(Path.Combine(directory, "blobs", digest.Replace(':', '/')));
}
