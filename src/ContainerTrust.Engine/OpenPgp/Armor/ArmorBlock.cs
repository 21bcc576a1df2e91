namespace ContainerTrust.Engine.OpenPgp.Armor;

/// <summary>One armored block of a file.</summary>
/// <param name="Kind">What it says it contains.</param>
/// <param name="Line">The line of its header, from 1.</param>
/// <param name="Data">The decoded data; empty for kinds that are skipped.</param>
/// <param name="LacksMark">
/// Whether its data ends with neither padding nor a checksum, as RFC 9580 section 6.1 allows: GnuPG up to 2.4 reads nothing of a file
/// with such a block.
/// </param>
/// <param name="LacksEmptyLine">
/// Whether its data follows its header lines without an empty line between them: GnuPG reads that, Go's OpenPGP does not.
/// </param>
internal readonly record struct ArmorBlock(ArmorKind Kind, int Line, byte[] Data, bool LacksMark, bool LacksEmptyLine);
