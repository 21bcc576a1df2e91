using ContainerTrust.Engine.Formats.Pem;
using ContainerTrust.Engine.OpenPgp.Armor;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>Finds the packets of a key file, armored or binary.</summary>
internal static class KeyFile
{
    /// <summary>In a warning of what is used here, and not by every release.</summary>
    internal const string NotReadByAll = "gpg reads it, but Go's OpenPGP in some builds of podman does not";

    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxLength = 10_000_000;

    /// <summary>Hands the packets of a file on, block by block.</summary>
    /// <param name="content">The file.</param>
    /// <param name="path">The file's name, for messages.</param>
    /// <param name="sink">Who takes them.</param>
    /// <exception cref="TrustFormatException">The file has no public key block (<c>NoUsableKey</c>), or is damaged.</exception>
    /// <exception cref="TrustException">The file is too large (<c>KeyFileTooLarge</c>) or has too many packets.</exception>
    public static void Read(ReadOnlySpan<byte> content, string path, IKeyPacketSink sink)
    {
        if (content.Length > MaxLength)
        {
            throw new TrustException(
                "KeyFileTooLarge",
                TrustErrorKind.LimitsExceeded,
                $"{path} is larger than 10 MB, too large for a key file; export only the keys that are needed.")
            {
                Target = path,
            };
        }

        if (ArmorLines.IsBinary(content))
        {
            if (ArmorLines.IsCutByGpg(content))
            {
                throw new TrustFormatException("MalformedOpenPgp", path, 0, 0, "",
                    "its first 19,999 octets have no line feed, and GnuPG loses what follows them in a binary file; export the " +
                        "key with gpg --export --armor.");
            }

            sink.Parse(content, 0);
        }
        else
            ReadArmored(content, path, sink);
    }

    // To GnuPG the blocks of a file are one stream of packets, and what a label calls a private key is read like what it calls a public
    // one: only the packets say what they are. Whoever passes a file on can cut it anywhere, and write any label, and must not make a
    // revocation disappear by it.
    private static void ReadArmored(ReadOnlySpan<byte> content, string path, IKeyPacketSink sink)
    {
        if (!HasPublicKeyBlock(content, path))
            throw NoPublicKey(content, path);
        var armor = new ArmorReader(content, path, static kind => kind is ArmorKind.PublicKey or ArmorKind.PrivateKey);
        while (armor.TryReadNext(out var block))
        {
            if (block.Kind is not (ArmorKind.PublicKey or ArmorKind.PrivateKey))
            {
                sink.Warn($"the armored block at line {block.Line} is not a public key and is skipped.");
                continue;
            }

            if (block.Kind == ArmorKind.PrivateKey)
                sink.Warn($"the private key block at line {block.Line} must not be where policies are; a private key in it is not used.");
            if (block.LacksEmptyLine)
            {
                sink.Warn($"the armored block at line {block.Line} lacks the empty line before its data; {NotReadByAll}. "
                    + "Export the key again with gpg --export --armor.");
            }

            if (block.LacksMark)
                sink.MarkMissing(block.Line);
            sink.Parse(block.Data, block.Line);
        }
    }

    private static bool HasPublicKeyBlock(ReadOnlySpan<byte> content, string path)
    {
        var armor = new ArmorReader(content, path, static _ => false);
        while (armor.TryReadNext(out var block))
        {
            if (block.Kind == ArmorKind.PublicKey)
                return true;
        }

        return false;
    }

    private static TrustFormatException NoPublicKey(ReadOnlySpan<byte> content, string path)
    {
        string problem = SpoiledBlock.Describe(content, "PGP PUBLIC KEY BLOCK"u8) is { } spoiled
            ? $"the file has an OpenPGP public key, but {spoiled}."
            : ForeignContent.Describe(content) is { } description
            ? $"the file {description}; an OpenPGP public key is needed here."
            : content.StartsWith<byte>([0xEF, 0xBB, 0xBF])
            ? "the file begins with a byte order mark, which gpg does not read; save it as UTF-8 without one."
            : "it has no OpenPGP public key; export one with gpg --export --armor.";
        return new TrustFormatException("NoUsableKey", path, 0, 0, "", problem);
    }
}

/// <summary>Takes the packets of a key file.</summary>
internal interface IKeyPacketSink
{
    /// <summary>Reads binary data, which continues what was read before.</summary>
    /// <param name="data">Packets.</param>
    /// <param name="line">The line of the armor header, 0 for a binary file.</param>
    void Parse(ReadOnlySpan<byte> data, int line);

    /// <summary>Takes that a block ends with neither padding nor a checksum: GnuPG up to 2.4 reads nothing of the file.</summary>
    /// <param name="line">The line of the armor header.</param>
    void MarkMissing(int line);

    /// <summary>Takes a warning about the file.</summary>
    /// <param name="problem">A sentence.</param>
    void Warn(string problem);
}
