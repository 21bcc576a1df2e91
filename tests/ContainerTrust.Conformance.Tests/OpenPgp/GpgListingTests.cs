using System.Text;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Conformance.Tests.OpenPgp;

/// <summary>What podman shows of a key file comes from <c>gpg2 --with-colons FILE</c>, on good files and on damaged ones.</summary>
public sealed class GpgListingTests : IDisposable
{
    private readonly GpgTool _gpg = new();

    public void Dispose() => _gpg.Dispose();

    [SkippableFact]
    public void Damaged_files_are_listed_as_gpg_lists_them()
    {
        GpgTool.RequireVersion22();
        byte[] armored = MakeTwoKeys(isArmored: true);
        byte[] binary = MakeTwoKeys(isArmored: false);
        var random = new Random(20240102);
        for (int i = 0; i < 300; i++)
        {
            byte[] content = [.. i % 2 == 0 ? armored : binary];
            switch (i / 2 % 3)
            {
                case 0:
                    content[random.Next(content.Length)] = (byte)random.Next(256);
                    break;
                case 1:
                    content = content[..random.Next(content.Length)];
                    break;
                default:
                    int at = random.Next(content.Length);
                    content = [.. content[..at], .. content[Math.Min(content.Length, at + 1 + random.Next(4))..]];
                    break;
            }

            AssertSame(_gpg, content);
        }
    }

    [SkippableTheory]
    [InlineData("checksum")]
    [InlineData("no checksum")]
    [InlineData("no end")]
    [InlineData("no empty line")]
    [InlineData("header without value")]
    [InlineData("byte order mark")]
    [InlineData("text")]
    [InlineData("empty")]
    [InlineData("version 6")]
    [InlineData("version 3")]
    [InlineData("unknown algorithm")]
    [InlineData("unknown packet")]
    [InlineData("user id first")]
    [InlineData("control characters")]
    [InlineData("invalid UTF-8")]
    [InlineData("whole portions")]
    public void Odd_files_are_listed_as_gpg_lists_them(string kind)
    {
        GpgTool.RequireVersion22();
        string armored = Encoding.UTF8.GetString(MakeTwoKeys(isArmored: true));
        byte[] binary = MakeTwoKeys(isArmored: false);
        byte[] content = kind switch
        {
            "checksum" => Encoding.UTF8.GetBytes(ReplaceChecksums(armored, "=AAAA")),
            "no checksum" => Encoding.UTF8.GetBytes(ReplaceChecksums(armored, "")),
            "no end" => Encoding.UTF8.GetBytes(armored.Replace("-----END PGP PUBLIC KEY BLOCK-----\n", "", StringComparison.Ordinal)),
            "no empty line" => Encoding.UTF8.GetBytes(armored.Replace("-----\n\n", "-----\n", StringComparison.Ordinal)),
            "header without value" =>
                Encoding.UTF8.GetBytes(armored.Replace("-----\n\n", "-----\nComment:\nUnknown: x\n\n", StringComparison.Ordinal)),
            "byte order mark" => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(armored)],
            "text" => "no key here\n"u8.ToArray(),
            "empty" => [],
            "version 6" => [.. binary, 0xC6, 12, 6, 0, 0, 0, 1, 27, 0, 0, 0, 1, 0, 0],
            "version 3" => [.. binary, 0xC6, 12, 3, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0xCD, 3, (byte)'o', (byte)'l', (byte)'d'],
            "unknown algorithm" => [.. binary, 0xC6, 13, 4, 0, 0, 0, 1, 99, 1, 2, 3, 4, 5, 6, 7, 0xCD, 3, (byte)'n', (byte)'e', (byte)'w'],
            "unknown packet" => [.. binary, 0xFC, 3, 1, 2, 3, .. binary],
            "user id first" => [0xCD, 3, (byte)'o', (byte)'n', (byte)'e', .. binary],
            "control characters" => [.. binary, 0xCD, 9, 0x1B, (byte)'[', (byte)'\n', (byte)':', (byte)'\\', 0, 0x7F, 0x0B, (byte)'x'],
            "invalid UTF-8" => [.. binary, 0xCD, 6, 0xE4, (byte)'a', 0xE2, 0x82, (byte)'b', 0xFF],
            _ => WholePortions(binary),
        };
        AssertSame(_gpg, content);
    }

    internal static void AssertSame(GpgTool gpg, byte[] content)
    {
        if (!GpgTool.IsVersion22)
            return;
        byte[] listing = gpg.Run(null, out int code, "--batch", "--with-colons", gpg.Write("listed", content));

        // What podman does with it: nothing after a failure; field 10 of pub and uid lines, where an empty one is left out.
        var expected = new List<string>();
        foreach (byte[] line in Lines(listing))
        {
            string text = DecodeAsGo(line);
            if (code == 0 && (text.StartsWith("uid:", StringComparison.Ordinal) || text.StartsWith("pub:", StringComparison.Ordinal))
                && text.Split(':')[9] is { Length: > 0 } userId)
                expected.Add(userId);
        }

        var actual = OpenPgpKeyReader.ListUserIdsAsGpg(content);
        Assert.True(expected.SequenceEqual(actual),
            $"gpg ({code}): [{string.Join('|', expected)}] here: [{string.Join('|', actual)}] for {Convert.ToBase64String(content)}");
    }

    private static IEnumerable<byte[]> Lines(byte[] text)
    {
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != (byte)'\n')
                continue;
            yield return text[start..i];
            start = i + 1;
        }
    }

    private static string DecodeAsGo(ReadOnlySpan<byte> octets)
    {
        var text = new StringBuilder();
        while (!octets.IsEmpty)
        {
            bool isGood = Rune.DecodeFromUtf8(octets, out var rune, out int consumed) == System.Buffers.OperationStatus.Done;
            text.Append(isGood ? rune.ToString() : "\uFFFD");
            octets = octets[(isGood ? consumed : 1)..];
        }

        return text.ToString();
    }

    private static string ReplaceChecksums(string armored, string replacement) =>
        string.Join('\n', armored.Split('\n').Select(line => line.Length == 5 && line[0] == '=' ? replacement : line));

    // The first block is padded with ignored packets to 8192 octets, the length at which GnuPG loses the blocks after it.
    private static byte[] WholePortions(byte[] binary)
    {
        int missing = 8192 - binary.Length;
        byte[] padded = [.. binary, 0xFF - 3, 0xFF, 0, 0, (byte)((missing - 6) >> 8), (byte)(missing - 6), .. new byte[missing - 6]];
        string block = $"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{Convert.ToBase64String(padded, Base64FormattingOptions.InsertLineBreaks).ReplaceLineEndings("\n")}\n-----END PGP PUBLIC KEY BLOCK-----\n";
        return Encoding.ASCII.GetBytes(block + block);
    }

    private byte[] MakeTwoKeys(bool isArmored)
    {
        string listing = Encoding.UTF8.GetString(_gpg.Run(null, "--with-colons", "--list-keys"));
        if (!listing.Contains("one@example.com", StringComparison.Ordinal))
        {
            string one = _gpg.MakeKey("One: first <one@example.com>", "ed25519", "cert", "never");
            _gpg.Batch("20240203T040506", "--quick-add-uid", one, "Änderung <two@example.com>");
            _gpg.Batch("20240203T040506", "--quick-add-key", one, "nistp256/ecdsa", "sign", "never");
            _gpg.MakeKey("Three <three@example.com>", "rsa1024", "sign,cert", "1y");
        }

        return [.. _gpg.Export("one@example.com", isArmored), .. _gpg.Export("three@example.com", isArmored)];
    }
}
