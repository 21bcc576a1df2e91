namespace ContainerTrust.Engine.Images.Stores;

/// <summary>One object out of a document of Kubernetes objects: what is needed of a ConfigMap.</summary>
/// <param name="Kind">Its kind. Null if it names none.</param>
/// <param name="Name">Its name. Null if it has none.</param>
/// <param name="BinaryData">Its binary data, in the document's order: key and base64.</param>
/// <param name="Data">Its data that is text, in the document's order.</param>
internal sealed record ConfigMapData(
    string? Kind, string? Name, IReadOnlyList<KeyValuePair<string, string>> BinaryData, IReadOnlyList<KeyValuePair<string, string>> Data);
