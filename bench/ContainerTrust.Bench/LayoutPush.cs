using System.Net.Http.Headers;
using System.Text.Json;

namespace ContainerTrust.Bench;

/// <summary>Brings the images of an OCI layout into a registry, as the other side of an air gap does with its own tools.</summary>
/// <param name="registry">The registry, which asks for no password.</param>
internal sealed class LayoutPush(string registry) : IDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = new Uri($"http://{registry}/") };

    public void Dispose() => _client.Dispose();

    /// <summary>Pushes all of them.</summary>
    /// <param name="layout">The layout's directory.</param>
    /// <param name="repositoryOf">The repository for a tag.</param>
    public Task PushAsync(string layout, Func<string, string> repositoryOf) => Parallel.ForEachAsync(
        new SavedLayout(layout).Images, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (image, cancellation) =>
        {
            string repository = repositoryOf(image.Tag);
            using JsonDocument document = JsonDocument.Parse(image.Manifest);
            JsonElement root = document.RootElement;
            foreach (JsonElement part in root.GetProperty("layers").EnumerateArray().Append(root.GetProperty("config")))
            {
                string digest = part.GetProperty("digest").GetString()!;
                await PushBlobAsync(repository, digest, $"{layout}/blobs/{digest.Replace(':', '/')}", cancellation).ConfigureAwait(false);
            }

            using ByteArrayContent manifest = new(image.Manifest);
            manifest.Headers.ContentType = new MediaTypeHeaderValue("application/vnd.oci.image.manifest.v1+json");
            using HttpResponseMessage answer = await _client.PutAsync($"v2/{repository}/manifests/{image.Tag}", manifest, cancellation)
                .ConfigureAwait(false);
            answer.EnsureSuccessStatusCode();
        });

    private async Task PushBlobAsync(string repository, string digest, string path, CancellationToken cancellation)
    {
        using HttpResponseMessage begun = await _client.PostAsync($"v2/{repository}/blobs/uploads/", null, cancellation)
            .ConfigureAwait(false);
        begun.EnsureSuccessStatusCode();
        Uri place = new(_client.BaseAddress!, begun.Headers.Location!);
        using ByteArrayContent content = new(await File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        string separator = place.Query.Length > 0 ? "&" : "?";
        using HttpResponseMessage answer = await _client
            .PutAsync(new Uri($"{place.AbsoluteUri}{separator}digest={Uri.EscapeDataString(digest)}"), content, cancellation)
            .ConfigureAwait(false);
        answer.EnsureSuccessStatusCode();
    }
}
