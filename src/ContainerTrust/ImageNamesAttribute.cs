using System.Collections;
using System.Management.Automation;

namespace ContainerTrust.Commands;

/// <summary>
/// Takes images as other tools name them in their JSON: an <c>Image</c> (kubectl's containers, <c>podman ps</c>, this module's results),
/// <c>Names</c>, <c>RepoTags</c> and <c>RepoDigests</c> (<c>podman images</c>), <c>Repository</c> and <c>Tag</c> or <c>Tags</c> (<c>docker
/// images</c>, <c>skopeo list-tags</c>), <c>Name</c> and <c>Digest</c> (<c>skopeo inspect</c>), and the containers of pods and workloads.
/// </summary>
/// <remarks>An object that names none is an image that cannot be judged, and not one that nobody asked about.</remarks>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ImageNamesAttribute : ArgumentTransformationAttribute
{
    private static readonly string[] s_lists = ["Names", "RepoTags", "RepoDigests"];
    // Kinds that are often in one list with workloads.
    private static readonly string[] s_imageless =
    [
        "ConfigMap", "Secret", "Service", "ServiceAccount", "Namespace", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding",
        "Ingress", "NetworkPolicy", "PersistentVolume", "PersistentVolumeClaim", "PodDisruptionBudget", "HorizontalPodAutoscaler", "Route",
    ];

    private static readonly string[] s_containers = ["initContainers", "containers", "ephemeralContainers"];

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if (Plain(inputData) is not IEnumerable list || Plain(inputData) is string or IDictionary)
            return Names(inputData) is { } names ? names.ToArray() : inputData;
        List<object?> all = [];
        foreach (object? item in list)
        {
            if (Names(item) is { } several)
                all.AddRange(several);
            else
                all.Add(item);
        }

        return all.ToArray();
    }

    // Null for what is a name by itself, or becomes one as PowerShell makes text of it.
    private static IReadOnlyList<string>? Names(object? item)
    {
        if (item is null || Plain(item) is string)
            return null;
        PSObject named = PSObject.AsPSObject(item);
        if (Text(named, "Image") is { } image)
            return [image];
        if (Of(named) is { Count: > 0 } found)
            return found;
        if (Plain(item) is not PSCustomObject)
            return null;

        // An image without a name is not on any registry; its id tells the user which one it is.
        return [Text(named, "Id") is { Length: 64 } id ? id : ""];
    }

    private static IReadOnlyList<string> Of(PSObject item)
    {
        if (Text(item, "Name") is { } name && Text(item, "Digest") is { } digest)
            return [$"{name}@{digest}"];
        foreach (string property in s_lists)
        {
            if (Texts(item, property) is { Count: > 0 } names)
                return names;
        }

        if (Text(item, "Repository") is { } repository)
            return Text(item, "Tag") is { } tag ? [$"{repository}:{tag}"] : [.. Texts(item, "Tags").Select(t => $"{repository}:{t}")];
        return [.. Pods(item)];
    }

    // The images of a list of objects, a workload with a template of pods, or a pod.
    private static IEnumerable<string> Pods(PSObject item)
    {
        if (Property(item, "items") is { } items)
            return Objects(items).SelectMany(static i => Pods(i) is var images && images.Any() || IsWithoutImages(i) ? images : [""]);
        if (Property(item, "spec") is not { } value)
            return [];
        PSObject spec = PSObject.AsPSObject(value);
        if (Property(spec, "jobTemplate") is { } job)
            return Pods(PSObject.AsPSObject(job));
        return Property(spec, "template") is { } template ? Pods(PSObject.AsPSObject(template)) : Images(spec);
    }

    // What runs, and volumes that are images: those are pulled under the same policy.
    private static IEnumerable<string> Images(PSObject spec) =>
        s_containers.SelectMany(kind => Objects(Property(spec, kind))).Select(static c => Text(c, "image") ?? "")
            .Concat(Objects(Property(spec, "volumes")).Select(static v => Property(v, "image")).OfType<object>()
                .Select(static i => Text(PSObject.AsPSObject(i), "reference") ?? ""));

    // Of what may bring pods and is not understood, nobody knows which images it brings.
    private static bool IsWithoutImages(PSObject item) => Text(item, "kind") is { } kind && s_imageless.Contains(kind);

    private static IEnumerable<PSObject> Objects(object? list) =>
        Plain(list) is IEnumerable several and not string ? several.Cast<object?>().OfType<object>().Select(PSObject.AsPSObject)
        : list is null ? [] : [PSObject.AsPSObject(list)];

    private static IReadOnlyList<string> Texts(PSObject item, string property) => Plain(Property(item, property)) switch
    {
        string text => [text],
        IEnumerable several => [.. several.Cast<object?>().Select(static v => v?.ToString() ?? "")],
        _ => [],
    };

    private static string? Text(PSObject item, string property) =>
        Plain(Property(item, property)) is string { Length: > 0 } text ? text : null;

    private static object? Property(PSObject item, string name)
    {
        try
        {
            return item.Properties[name]?.Value;
        }
        catch (GetValueException)
        {
            // A name that cannot be read is none, and is refused as such.
            return "";
        }
    }

    private static object? Plain(object? item) => item is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject
        : item is PSObject { BaseObject: PSCustomObject custom } ? custom : item;
}
