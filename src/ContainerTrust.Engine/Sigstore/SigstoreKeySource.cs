namespace ContainerTrust.Engine.Sigstore;

/// <summary>A PEM file of a <c>sigstoreSigned</c> requirement, already read.</summary>
/// <param name="Name">The file's path, or what else it is called in messages (<c>the policy</c>).</param>
/// <param name="Content">The file's content.</param>
internal sealed record SigstoreKeySource(string Name, ReadOnlyMemory<byte> Content);
