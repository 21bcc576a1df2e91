namespace ContainerTrust.Engine.OpenPgp;

/// <summary>Keys to import.</summary>
/// <param name="Name">Where they come from, for messages: a path, or "the policy".</param>
/// <param name="Content">A key file, armored or binary.</param>
internal sealed record KeyringSource(string Name, ReadOnlyMemory<byte> Content);
