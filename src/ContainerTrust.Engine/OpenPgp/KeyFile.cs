namespace ContainerTrust.Engine.OpenPgp;

/// <summary>Finds the packets of a key file, armored or binary.</summary>
internal static class KeyFile
{
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
            throw new TrustException("KeyFileTooLarge", TrustErrorKind.LimitsExceeded, $"{path} is larger than 10 MB, too large for a key file; export only the keys that are needed.")
            {
                Target = path,
            };
        }

        if (ArmorLines.IsBinary(content))
            sink.Parse(content, 0);
        else
            ReadArmored(content, path, sink);
    }

    private static void ReadArmored(ReadOnlySpan<byte> content, string path, IKeyPacketSink sink)
    {
        var armor = new ArmorReader(content, path);
        bool hasBlock = false;
        while (armor.TryReadNext(out var block))
        {
            switch (block.Kind)
            {
                case ArmorKind.PublicKey:
                    hasBlock = true;
                    sink.Parse(block.Data, block.Line);
                    break;
                case ArmorKind.PrivateKey:
                    sink.Warn($"the private key block at line {block.Line} is skipped; a private key must not be where policies are.");
                    break;
                default:
                    sink.Warn($"the armored block at line {block.Line} is no public key and is skipped.");
                    break;
            }
        }

        if (hasBlock)
            return;
        string problem = ForeignContent.Describe(content) is { } description
            ? $"the file {description}; an OpenPGP public key is needed here."
            : content.StartsWith<byte>([0xEF, 0xBB, 0xBF]) ? "the file begins with a byte order mark, which gpg does not read; remove it." : "it has no OpenPGP public key; export one with gpg --export --armor.";
        throw new TrustFormatException("NoUsableKey", path, 0, 0, "", problem);
    }
}

/// <summary>Takes the packets of a key file.</summary>
internal interface IKeyPacketSink
{
    /// <summary>Reads binary data.</summary>
    /// <param name="data">Packets.</param>
    /// <param name="line">The line of the armor header, 0 for a binary file.</param>
    void Parse(ReadOnlySpan<byte> data, int line);

    /// <summary>Takes a warning about the file.</summary>
    /// <param name="problem">A sentence.</param>
    void Warn(string problem);
}
