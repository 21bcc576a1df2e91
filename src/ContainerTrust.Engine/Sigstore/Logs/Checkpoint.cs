using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Formats.Data;

namespace ContainerTrust.Engine.Sigstore.Logs;

/// <summary>
/// What a log signs of its tree: a signed note (https://github.com/C2SP/C2SP, <c>tlog-checkpoint.md</c> and <c>signed-note.md</c>). Parsed,
/// and nothing of it verified.
/// </summary>
internal sealed class Checkpoint
{
    private const int MaxLength = 64 * 1024;
    private const int MaxSignatures = 32;
    private const string SignatureMark = "— ";

    private Checkpoint(string signedText, string origin, long treeSize, byte[] rootHash, IReadOnlyList<NoteSignature> signatures)
    {
        SignedText = Encoding.UTF8.GetBytes(signedText);
        Origin = origin;
        TreeSize = treeSize;
        RootHash = rootHash;
        Signatures = signatures;
    }

    /// <summary>The bytes that are signed.</summary>
    public byte[] SignedText { get; }

    /// <summary>Which log it is, as its first line says.</summary>
    public string Origin { get; }

    /// <summary>How many entries the tree has.</summary>
    public long TreeSize { get; }

    /// <summary>The tree's root.</summary>
    public byte[] RootHash { get; }

    /// <summary>The signatures, of the log and of witnesses.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="note">A signed note.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(string note, [NotNullWhen(true)] out Checkpoint? checkpoint)
    {
        checkpoint = null;
        int end = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (note.Length > MaxLength || end < 0 || end + 2 >= note.Length || note[^1] != '\n' || note.Any(static c => c < ' ' && c != '\n'))
            return false;
        string text = note[..(end + 1)];
        string[] lines = text[..^1].Split('\n');
        if (lines.Length < 3 || lines[0].Length == 0 || !TryReadSize(lines[1], out long size)
            || KeyData.Decode(lines[2]) is not { Length: 32 } root)
            return false;
        string[] signatureLines = note[(end + 2)..^1].Split('\n');
        if (signatureLines.Length > MaxSignatures)
            return false;
        List<NoteSignature> signatures = [];
        foreach (string line in signatureLines)
        {
            if (!TryReadSignature(line, out NoteSignature? signature))
                return false;
            signatures.Add(signature);
        }

        checkpoint = new Checkpoint(text, lines[0], size, root, signatures);
        return true;
    }

    private static bool TryReadSize(string text, out long size)
    {
        size = 0;
        return text.Length is > 0 and < 20 && (text[0] != '0' || text.Length == 1)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size);
    }

    private static bool TryReadSignature(string line, [NotNullWhen(true)] out NoteSignature? signature)
    {
        signature = null;
        if (!line.StartsWith(SignatureMark, StringComparison.Ordinal)
            || line[SignatureMark.Length..].Split(' ') is not [{ Length: > 0 } name, var data]
            || KeyData.Decode(data) is not { Length: > 4 } bytes)
            return false;
        signature = new NoteSignature(name, bytes[..4], bytes[4..]);
        return true;
    }
}

/// <summary>One line of signature of a note.</summary>
/// <param name="Name">Who signs.</param>
/// <param name="KeyHint">The first four bytes of the key's identifier.</param>
/// <param name="Signature">The signature.</param>
internal sealed record NoteSignature(string Name, byte[] KeyHint, byte[] Signature);
