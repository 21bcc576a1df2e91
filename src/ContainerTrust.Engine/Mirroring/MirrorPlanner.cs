using System.Text.Json;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Mirroring;

/// <summary>Finds out what of a release a mirror is to have, and where in the mirror.</summary>
/// <param name="images">Fetches the release image.</param>
/// <param name="options">What is asked.</param>
/// <param name="layouts">How the mirror may be laid out.</param>
/// <param name="given">The demands of the version that was given. Null for the release's own.</param>
/// <param name="exists">Whether the mirror has a manifest.</param>
internal sealed class MirrorPlanner(ImageVerifier images, MirrorOptions options, IReadOnlyList<MirrorLayout> layouts, MirrorDemands? given,
    Func<DockerReference, string, CancellationToken, Task<bool>> exists)
{
    private const int MaxConfigBytes = 4 * 1024 * 1024;

    /// <summary>Makes the plan.</summary>
    public async Task<MirrorPlan> PlanAsync(string release, CancellationToken cancellationToken)
    {
        ReleaseParts parts = await ReleaseParts.ReadAsync(images, release, cancellationToken).ConfigureAwait(false);
        (FetchedImage top, string pinned, IReadOnlyList<ReleaseImageContent> contents) = (parts.Top, parts.Pinned, parts.Contents);
        (string digest, string? name) = (top.Judged.Digest, parts.Name);
        MirrorDemands demands = given ?? parts.Demands(release);
        DockerReference? origin = Origin(top.Name.Reference, contents);
        string? architecture = await ArchitectureAsync(top, cancellationToken).ConfigureAwait(false);
        string? tag = name is not null && architecture is not null && !name.EndsWith(architecture, StringComparison.Ordinal)
            ? $"{name}-{architecture}" : name;
        MirrorLayout layout = await LayoutAsync(digest, contents, cancellationToken).ConfigureAwait(false);
        images.Messages.Verbose($"Release images are looked for in {layout.ReleaseRepository.Name}, components in " +
            $"{layout.ComponentRepository.Name}.");
        HashSet<string> twice = [.. contents.GroupBy(static c => c.Name, StringComparer.Ordinal).Where(static g => g.Count() > 1)
            .Select(static g => g.Key)];
        List<MirrorItem> items =
        [
            new MirrorItem { Name = MirrorItem.ReleaseName, Digest = digest, IsRelease = true, Source = origin,
                Repository = layout.ReleaseRepository, Tag = Tag(tag) },
        ];
        items.AddRange(contents.Select(content => new MirrorItem
        {
            Name = content.Name,
            Digest = content.Digest,
            Source = DockerReference.TryParse(content.Image, out DockerReference? image, out _) ? image : null,
            Repository = layout.ComponentRepository,
            Tag = tag is null || twice.Contains(content.Name) ? null : Tag($"{tag}-{content.Name}"),
        }));
        return new MirrorPlan { Items = items, Release = pinned, ReleaseName = name, Mirror = options.Mirror, Demands = demands };
    }

    private async Task<MirrorLayout> LayoutAsync(string digest, IReadOnlyList<ReleaseImageContent> contents,
        CancellationToken cancellationToken)
    {
        if (layouts.Count == 1)
            return layouts[0];
        TrustException? refusal = null;
        foreach (MirrorLayout layout in layouts)
        {
            if (await HasAsync(layout.ReleaseRepository, digest).ConfigureAwait(false))
                return layout;
        }

        // Without the release image, its first component tells.
        foreach (MirrorLayout layout in layouts)
        {
            if (await HasAsync(layout.ComponentRepository, contents[0].Digest).ConfigureAwait(false))
                return layout;
        }

        return refusal is null ? layouts[0] : throw refusal;

        // Some registries refuse what they do not have. Where the image is elsewhere, that says nothing.
        async Task<bool> HasAsync(DockerReference repository, string wanted)
        {
            try
            {
                return await exists(repository, wanted, cancellationToken).ConfigureAwait(false);
            }
            catch (TrustException e) when (e.ErrorId == "RegistryUnauthorized")
            {
                refusal ??= e;
                return false;
            }
        }
    }

    // Where the release comes from: its own name, unless that is one in the mirror.
    private DockerReference? Origin(DockerReference? release, IReadOnlyList<ReleaseImageContent> contents)
    {
        if (options.SourceRepository is { } given)
        {
            return DockerReference.TryParse(given, out DockerReference? parsed, out string problem) && parsed.IsNameOnly ? parsed
                : throw new TrustException("InvalidReference", TrustErrorKind.InvalidArgument,
                    $"'{Printable.Of(given, Printable.NameLength)}' is not a repository{(problem.Length > 0 ? $": {problem}" : "")}. " +
                    "Specify one as quay.io/openshift-release-dev/ocp-release.") { Target = given };
        }

        if (release is not null && layouts.All(l => l.ReleaseRepository.Name != release.Name))
            return NameOf(release.Name);
        string[] repositories = [.. contents.Select(static c => c.Image[..c.Image.IndexOf('@', StringComparison.Ordinal)]).Distinct()];
        return repositories.Any(static r => r.StartsWith("quay.io/openshift-release-dev/", StringComparison.Ordinal))
            ? NameOf("quay.io/openshift-release-dev/ocp-release")
            : repositories.Any(static r => r is "quay.io/okd/scos-content") ? NameOf("quay.io/okd/scos-release")
            : null;
    }

    private static DockerReference? NameOf(string name) =>
        DockerReference.TryParse(name, out DockerReference? parsed, out _) ? parsed : null;

    private static string? Tag(string? tag) => tag is not null && ReferenceGrammar.IsTag(tag) ? tag : null;

    // As releases are tagged: 4.22.1-x86_64, 4.22.1-multi. Only for the tag of a copy, so what cannot be read is left out.
    private static async Task<string?> ArchitectureAsync(FetchedImage top, CancellationToken cancellationToken)
    {
        if (ManifestList.IsList(top.Manifest!))
            return "multi";
        if (Text(top.Manifest!.Content, "config", "digest") is not { } config)
            return null;
        try
        {
            return Architecture(await top.Source!.GetBlobAsync(config, MaxConfigBytes, cancellationToken).ConfigureAwait(false));
        }
        catch (TrustException)
        {
            return null;
        }
    }

    /// <summary>The architecture of an image's configuration, in the words of releases' tags.</summary>
    /// <param name="untrustedConfig">The configuration.</param>
    /// <returns>Such as <c>x86_64</c>. Null if it does not say.</returns>
    internal static string? Architecture(ReadOnlyMemory<byte> untrustedConfig) => Text(untrustedConfig, "architecture") switch
    {
        "amd64" => "x86_64",
        "arm64" => "aarch64",
        { Length: > 0 and <= 32 } other when other.All(char.IsAsciiLetterOrDigit) => other,
        _ => null,
    };

    private static string? Text(ReadOnlyMemory<byte> untrustedJson, params ReadOnlySpan<string> path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(untrustedJson);
            JsonElement element = document.RootElement;
            foreach (string name in path)
            {
                if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                    return null;
            }

            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
