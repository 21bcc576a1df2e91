using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Config.RegistriesD;

/// <summary>What has to be written so that registries.d says what is wanted. Nothing is written yet.</summary>
/// <param name="Files">The files that change, in ordinal order of their paths; empty if everything is as wanted already.</param>
/// <param name="Warnings">What is allowed and probably not meant.</param>
internal sealed record LookasideEdit(IReadOnlyList<LookasideFileEdit> Files, IReadOnlyList<LookasideWarning> Warnings);

/// <summary>One file of a <see cref="LookasideEdit"/>, for <see cref="IHostChange.Replace"/> or <see cref="IHostChange.Delete"/>.</summary>
/// <param name="Path">An absolute path on the host.</param>
/// <param name="Expected">The file as it was read; null if it is new.</param>
/// <param name="NewContent">The new content; null to delete the file.</param>
internal sealed record LookasideFileEdit(string Path, HostFile? Expected, ReadOnlyMemory<byte>? NewContent);
