namespace ContainerTrust.Engine.OpenPgp;

/// <summary>One armored block of a file.</summary>
/// <param name="Kind">What it says it contains.</param>
/// <param name="Line">The line of its header, from 1.</param>
/// <param name="Data">The decoded data; empty for kinds that are skipped.</param>
internal readonly record struct ArmorBlock(ArmorKind Kind, int Line, byte[] Data);
