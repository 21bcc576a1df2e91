using ContainerTrust.Engine.Formats.Documents;

namespace ContainerTrust.Engine.Rehearsal.Sources;

/// <summary>
/// The images that documents name: pods, workloads with a template of pods and lists of them, image streams, compose files, and the JSON
/// of <c>crictl images</c>, <c>crictl ps</c>, <c>podman images</c> and <c>podman ps</c>. Of what may name images and is not understood,
/// one image without a name is reported.
/// </summary>
internal static class WorkloadReader
{
    /// <summary>The largest document that is read.</summary>
    public const int MaxBytes = 64 << 20;

    private const int MaxNesting = 8;
    private const string ErrorId = "InvalidWorkload";
    private const string Variable = "The name has a variable in it. Judge the image by the name that it stands for.";

    private static readonly string[] s_containers = ["initContainers", "containers", "ephemeralContainers"];

    // Kinds that are often in one file or list with workloads, and bring no pods.
    private static readonly HashSet<string> s_imageless = new(StringComparer.Ordinal)
    {
        "ConfigMap", "Secret", "Service", "ServiceAccount", "Namespace", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding",
        "Ingress", "NetworkPolicy", "PersistentVolume", "PersistentVolumeClaim", "PodDisruptionBudget", "HorizontalPodAutoscaler", "Route",
    };

    /// <summary>Reads documents.</summary>
    /// <param name="content">JSON, or YAML with one document or several.</param>
    /// <param name="name">Its name, for messages and as an owner of what names itself by nothing.</param>
    /// <returns>The images.</returns>
    /// <exception cref="TrustFormatException">It is neither JSON nor YAML as it is read here (<c>InvalidWorkload</c>).</exception>
    public static IReadOnlyList<NamedImage> Read(ReadOnlyMemory<byte> content, string name)
    {
        List<NamedImage> found = [];
        foreach (DocumentNode document in Documents(content, name))
            Add(found, document, name, 0);
        return found;
    }

    private static IReadOnlyList<DocumentNode> Documents(ReadOnlyMemory<byte> content, string name)
    {
        // A list at the top, as podman writes it, becomes a member.
        ReadOnlySpan<byte> start = content.Span.TrimStart(" \t\r\n"u8);
        bool isJson = start is [(byte)'[' or (byte)'{', ..];
        byte[] wrapped = [.. "{\"items\":"u8, .. start is [(byte)'[', ..] ? content.Span : "[]"u8, (byte)'}'];
        try
        {
            return DocumentNodes.Read(start is [(byte)'[', ..] ? wrapped : content, name);
        }
        catch (TrustFormatException e)
        {
            throw new TrustFormatException(ErrorId, name, e.Line, e.Column, "", isJson
                ? "This is not valid JSON, or a member appears twice. Write it again with the program that it is from." : e.Problem, e);
        }
    }

    private static void Add(List<NamedImage> found, DocumentNode node, string owner, int depth)
    {
        if (depth > MaxNesting)
        {
            found.Add(new NamedImage("", owner) { Problem = "Lists are nested too deeply in it to be read." });
            return;
        }

        if (node.Member("items") is { Kind: DocumentNodeKind.List } list)
        {
            foreach (DocumentNode item in list.Items)
                Add(found, item, owner, depth + 1);
        }
        else if (!OfCluster(found, node, owner) && !OfCompose(found, node, owner) && !OfRuntime(found, node, owner))
        {
            found.Add(new NamedImage("", owner)
            {
                Problem = $"A {Kind(node)} in it is not understood, so the images that it may name are not known.",
            });
        }
    }

    private static string Kind(DocumentNode node) =>
        Text(node, "kind") is { } kind ? $"{Printable.Of(kind, Printable.NameLength)}" : "document";

    // Pods, what makes pods, and image streams.
    private static bool OfCluster(List<NamedImage> found, DocumentNode node, string file)
    {
        string? kind = Text(node, "kind");
        string owner = Owner(node, kind, file);
        if (kind == "ImageStream")
        {
            OfImageStream(found, node, owner);
            return true;
        }

        // Other programs have kinds of the same names, which bring pods: a Service of Knative does.
        bool isImageless = kind is not null && s_imageless.Contains(kind) && IsOfKubernetes(Text(node, "apiVersion"));
        if (node.Member("spec") is not { Kind: DocumentNodeKind.Map } spec)
            return isImageless;
        for (int depth = 0; depth < MaxNesting; depth++)
        {
            if ((spec.Member("jobTemplate") ?? spec.Member("template"))?.Member("spec") is not { } inner)
                break;
            spec = inner;
        }

        if (!s_containers.Any(c => spec.Member(c) is not null))
            return isImageless;
        IReadOnlyDictionary<string, string> digests = kind == "Pod" ? RunningDigests(node) : new Dictionary<string, string>();
        foreach (DocumentNode container in s_containers.SelectMany(c => spec.Member(c)?.Items ?? []))
            found.Add(Named(Text(container, "image"), owner, digests.GetValueOrDefault(Text(container, "name") ?? "")));
        foreach (DocumentNode volume in spec.Member("volumes")?.Items ?? [])
        {
            if (volume.Member("image") is { } image)
                found.Add(Named(Text(image, "reference"), owner));
        }

        return true;
    }

    private static bool IsOfKubernetes(string? version) => version is null || version.IndexOf('/') is var at
        && (at < 0 || version[..at] is "policy" or "autoscaling" or "extensions" or "networking.k8s.io" or "rbac.authorization.k8s.io"
            or "route.openshift.io");

    private static string Owner(DocumentNode node, string? kind, string file)
    {
        DocumentNode? metadata = node.Member("metadata");
        string? name = metadata is null ? null : Text(metadata, "name") ?? Text(metadata, "generateName");
        string? space = metadata is null ? null : Text(metadata, "namespace");
        string named = name is null ? file : $"{(kind ?? "workload").ToLowerInvariant()} {(space is null ? "" : $"{space}/")}{name}";
        return name is null || file.Length == 0 ? named : $"{named} in {file}";
    }

    // The digests that run, by container: imageID is REPOSITORY@DIGEST, or the digest of the configuration, which says nothing here.
    private static Dictionary<string, string> RunningDigests(DocumentNode pod)
    {
        Dictionary<string, string> digests = new(StringComparer.Ordinal);
        foreach (DocumentNode status in (string[])["initContainerStatuses", "containerStatuses"] is { } lists
            ? lists.SelectMany(l => pod.Member("status")?.Member(l)?.Items ?? []) : [])
        {
            if (Text(status, "name") is { } name && Text(status, "imageID") is { } id && id.LastIndexOf('@') is > 0 and int at)
                digests[name] = id[(at + 1)..];
        }

        return digests;
    }

    // What was imported, and what is to be: both are pulled by the cluster.
    private static void OfImageStream(List<NamedImage> found, DocumentNode stream, string owner)
    {
        List<string> names = [];
        foreach (DocumentNode tag in stream.Member("spec")?.Member("tags")?.Items ?? [])
        {
            if (tag.Member("from") is { } from && Text(from, "kind") == "DockerImage" && Text(from, "name") is { } name)
                names.Add(name);
        }

        foreach (DocumentNode tag in stream.Member("status")?.Member("tags")?.Items ?? [])
        {
            // The first item is the one that the tag stands for.
            if (tag.Member("items")?.Items is [{ } newest, ..] && Text(newest, "dockerImageReference") is { } reference)
                names.Add(reference);
        }

        found.AddRange(names.Distinct(StringComparer.Ordinal).Select(n => Named(n, owner)));
    }

    private static bool OfCompose(List<NamedImage> found, DocumentNode node, string file)
    {
        if (node.Member("services") is not { Kind: DocumentNodeKind.Map } services)
            return false;
        foreach ((string name, DocumentNode service) in services.Members)
        {
            string owner = $"service {name} in {file}";
            if (Text(service, "image") is { } image)
                found.Add(Named(image, owner));
            else if (service.Member("build") is not null)
                found.Add(new NamedImage("", owner) { Problem = "It is built, and what it is built from is not read here." });
            else
                found.Add(new NamedImage("", owner) { Problem = "The service names no image; another file may." });
        }

        return true;
    }

    // crictl images, crictl ps, podman images, podman ps.
    private static bool OfRuntime(List<NamedImage> found, DocumentNode node, string owner)
    {
        if (node.Member("images") is { Kind: DocumentNodeKind.List } images)
        {
            foreach (DocumentNode image in images.Items)
            {
                if (!OfImage(found, image, owner))
                    found.Add(new NamedImage("", owner) { Problem = $"An image in a {Kind(node)} is not understood, so it is not known." });
            }

            return true;
        }

        if (node.Member("containers") is { Kind: DocumentNodeKind.List } containers)
        {
            foreach (DocumentNode container in containers.Items)
                OfContainer(found, container);
            return true;
        }

        if (Text(node, "Image") is { } named)
        {
            string name = node.Member("Names") is { Items: [{ } first, ..] } ? first.Value : Text(node, "Id") ?? "without a name";
            found.Add(Named(named, $"container {name}") with { IsPresent = true });
            return true;
        }

        return OfImage(found, node, owner);
    }

    private static bool OfImage(List<NamedImage> found, DocumentNode image, string owner)
    {
        if ((image.Member("repoTags") ?? image.Member("RepoTags") ?? image.Member("Names")
            ?? image.Member("repoDigests") ?? image.Member("RepoDigests")) is null && Text(image, "Id") is null)
            return false;
        List<DocumentNode> tags = (image.Member("repoTags") ?? image.Member("RepoTags") ?? image.Member("Names"))?.Items ?? [];
        List<DocumentNode> digests = (image.Member("repoDigests") ?? image.Member("RepoDigests"))?.Items ?? [];
        string[] stored = [.. digests.Select(static d => d.Value[(d.Value.LastIndexOf('@') + 1)..])];

        // An image without a tag can be pulled by digest alone.
        foreach (DocumentNode name in tags.Count > 0 ? tags : digests)
            found.Add(Named(name.Value, owner.Length > 0 ? owner : "image") with { IsPresent = true, StoredDigests = stored });
        return true;
    }

    private static void OfContainer(List<NamedImage> found, DocumentNode container)
    {
        DocumentNode? labels = container.Member("labels");
        string? space = labels is null ? null : Text(labels, "io.kubernetes.pod.namespace");
        string? pod = labels is null ? null : Text(labels, "io.kubernetes.pod.name");
        string name = container.Member("metadata") is { } metadata && Text(metadata, "name") is { } given ? given : "without a name";
        string owner = pod is null ? $"container {name}" : $"pod {(space is null ? "" : $"{space}/")}{pod}";
        string? image = container.Member("image") is { } spec ? Text(spec, "userSpecifiedImage") ?? Text(spec, "image") : null;
        string? reference = Text(container, "imageRef");

        // CRI-O and containerd may give the image's id alone.
        if (image is null || IsId(image))
            image = reference is not null && reference.Contains('@', StringComparison.Ordinal) ? reference : null;
        found.Add(image is null
            ? new NamedImage("", owner) 
            {
                IsPresent = true,
                Problem = "The runtime gives an id and no name. Give 'crictl images -o json' too."
            }
            : Named(image, owner) with { IsPresent = true });
    }

    private static bool IsId(string text)
    {
        ReadOnlySpan<char> digits = text.AsSpan(text.StartsWith("sha256:", StringComparison.Ordinal) ? "sha256:".Length : 0);
        return digits.Length >= 12 && digits.TrimStart("0123456789abcdef").IsEmpty;
    }

    private static NamedImage Named(string? name, string owner, string? digest = null) => name switch
    {
        null or "" => new NamedImage("", owner) { Problem = "It names no image." },
        _ when name.Contains('$', StringComparison.Ordinal) => new NamedImage(name, owner) { Problem = Variable },
        _ => new NamedImage(name, owner) { IsPresent = digest is not null, StoredDigests = digest is null ? [] : [digest] },
    };

    private static string? Text(DocumentNode node, string name) =>
        node.Member(name) is { Kind: DocumentNodeKind.Text, Value.Length: > 0 } text ? text.Value : null;
}
