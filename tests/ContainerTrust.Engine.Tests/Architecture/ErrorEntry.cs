namespace ContainerTrust.Engine.Tests.Architecture;

/// <summary>An error id.</summary>
/// <param name="Id">The id.</param>
/// <param name="Kinds">The kinds of its errors, as far as they stand beside it.</param>
/// <param name="Files">The files that raise it, below src.</param>
internal sealed record ErrorEntry(string Id, IReadOnlyList<string> Kinds, IReadOnlyList<string> Files);
