using System.Text;
using ContainerTrust.Engine.OpenPgp.Armor;

namespace ContainerTrust.Engine.Tests.OpenPgp;

public sealed class ArmorReaderTests
{
    [Fact]
    public void Data_of_every_length_survives_with_and_without_checksum()
    {
        var random = new Random(3);
        for (int length = 0; length < 200; length++)
        {
            byte[] data = new byte[length];
            random.NextBytes(data);
            Assert.Equal(data, Assert.Single(ReadAll(TestPackets.Armor(data))).Data);
            Assert.Equal(data, Assert.Single(ReadAll(TestPackets.Armor(data, hasChecksum: false))).Data);
            string crlf = Encoding.ASCII.GetString(TestPackets.Armor(data)).ReplaceLineEndings("\r\n");
            Assert.Equal(data, Assert.Single(ReadAll(Encoding.ASCII.GetBytes(crlf))).Data);
        }
    }

    [Fact]
    public void The_checksum_is_the_one_of_the_specification() =>
        Assert.Equal(0x21CF02u, Crc24.Compute("123456789"u8));

    [Fact]
    public void Blocks_are_found_between_any_text()
    {
        byte[] one = TestPackets.Armor([1]);
        byte[] two = TestPackets.Armor([2], label: "SIGNATURE");
        byte[] file = [.. "pub  4096R/FD431D51 Red Hat\n-----\n-----BEGIN NONSENSE-----\n"u8, .. one,
            .. "\n-----END PGP PUBLIC KEY BLOCK-----\ntext: more\n"u8, .. two, .. one, .. "no line end"u8];
        var blocks = ReadAll(file);
        Assert.Equal([ArmorKind.PublicKey, ArmorKind.Signature, ArmorKind.PublicKey], blocks.Select(b => b.Kind));
        Assert.Equal([4, 12, 17], blocks.Select(b => b.Line));
        Assert.Empty(blocks[1].Data);
    }

    [Theory]
    [InlineData("Version: 1\nComment: x: y\nUnknown: z\n\n")]
    [InlineData("Comment:\n\n")]
    [InlineData(" \t\n")]
    public void Header_lines_are_skipped(string headers)
    {
        string text = Encoding.ASCII.GetString(TestPackets.Armor([1, 2, 3]))
            .Replace("-----\n\n", "-----  \n" + headers, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], Assert.Single(ReadAll(Encoding.ASCII.GetBytes(text))).Data);
    }

    [Theory]
    [InlineData("\n\nAQID\n=AAAA\n-----END PGP PUBLIC KEY BLOCK-----\n", "WrongArmorChecksum", 1, 0)]
    [InlineData("\n\nAQ*D\n=AAAA\n-----END PGP PUBLIC KEY BLOCK-----\n", "MalformedArmor", 3, 3)]
    [InlineData("\n\nAQID\n=AA*A\n-----END PGP PUBLIC KEY BLOCK-----\n", "MalformedArmor", 4, 4)]
    [InlineData("\n\nAQID\n=AAA\n", "MalformedArmor", 1, 0)]
    [InlineData("\n\nAQID\n=\n", "MalformedArmor", 1, 0)]
    [InlineData("\n\nAQIDB\n-----END PGP PUBLIC KEY BLOCK-----\n", "MalformedArmor", 4, 0)]
    [InlineData("\n\nAQID\n", "MalformedArmor", 1, 0)]
    [InlineData("\n\nAQID\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "MalformedArmor", 4, 1)]
    [InlineData("\nA*ID\n-----END PGP PUBLIC KEY BLOCK-----\n", "MalformedArmor", 2, 0)]
    [InlineData("\nComment:\tx\n\nAQID\n-----END PGP PUBLIC KEY BLOCK-----\n", "MalformedArmor", 2, 0)]
    [InlineData("\nComm\0ent: x\n\nAQID\n-----END PGP PUBLIC KEY BLOCK-----\n", "MalformedArmor", 2, 0)]
    [InlineData("\n-----END PGP PUBLIC KEY BLOCK-----\n", "MalformedArmor", 2, 0)]
    [InlineData("\n\nAQID\n=8QY6", "MalformedArmor", 1, 0)]
    [InlineData("\nVersion: 1\n", "MalformedArmor", 1, 0)]
    [InlineData("", "MalformedArmor", 1, 0)]
    public void A_damaged_block_is_refused_with_its_place(string afterHeader, string errorId, int line, int column)
    {
        var error = Assert.Throws<TrustFormatException>(() =>
            ReadAll(Encoding.ASCII.GetBytes("-----BEGIN PGP PUBLIC KEY BLOCK-----" + afterHeader)));
        Assert.Equal((errorId, line, column), (error.ErrorId, error.Line, error.Column));
    }

    [Theory]
    [InlineData(" -----BEGIN PGP PUBLIC KEY BLOCK-----\n")]
    [InlineData("-----BEGIN PGP PUBLIC KEY BLOCK----- x\n")]
    [InlineData("-----BEGIN PGP PUBLIC KEYS-----\n")]
    [InlineData("-----BEGIN PGP PUBLIC KEY BLOCK\n")]
    [InlineData("-----BEGIN PGP PUBLIC KEY BLOCK, PART 1/2-----\n")]
    public void What_only_resembles_a_header_is_text(string line) => Assert.Empty(ReadAll(Encoding.ASCII.GetBytes(line)));

    [Theory]
    [InlineData("AQID\n")]
    [InlineData("Version: 1\n: x\nAQID\r\n")]
    [InlineData("\tAQ\nID\n")]
    public void The_empty_line_may_be_missing_in_the_first_block_alone(string afterHeader)
    {
        string block = $"-----BEGIN PGP PUBLIC KEY BLOCK-----\n{afterHeader}{Checksum([1, 2, 3])}\n-----END PGP PUBLIC KEY BLOCK-----\n";
        byte[] other = TestPackets.Armor([4], label: "SIGNATURE");
        byte[] whole = TestPackets.Armor([5]);
        var blocks = ReadAll([.. other, .. Encoding.ASCII.GetBytes(block), .. whole]);
        Assert.Equal([false, true, false], blocks.Select(b => b.LacksEmptyLine));
        Assert.Equal([1, 2, 3], blocks[1].Data);
        Assert.Equal([5], blocks[2].Data);
        Assert.Equal(
            "MalformedArmor", Assert.Throws<TrustFormatException>(() => ReadAll([.. whole, .. Encoding.ASCII.GetBytes(block)])).ErrorId);
    }

    [Fact]
    public void Lines_that_gpg_cuts_are_no_data_and_hide_no_header()
    {
        byte[] block = TestPackets.Armor([1, 2, 3]);
        string text = Encoding.ASCII.GetString(block);
        Assert.Single(ReadAll([.. Line(19_999), .. block]));
        Assert.Empty(ReadAll([.. Line(20_000), .. block]));
        Assert.Single(ReadAll([.. "text\n"u8, .. Line(20_000), .. block]));
        Assert.Single(ReadAll(With("AQID", "AQ" + Blanks(19_994) + "ID")));
        Assert.Equal(
            "MalformedArmor", Assert.Throws<TrustFormatException>(() => ReadAll(With("AQID", "AQ" + Blanks(19_995) + "ID"))).ErrorId);
        Assert.Empty(ReadAll([.. "text\n"u8, .. With("BLOCK-----\n\n", "BLOCK-----" + Blanks(20_000) + "\n\n")]));
        Assert.Equal(
            "MalformedArmor", Assert.Throws<TrustFormatException>(() => ReadAll(With("\n\n", "\n" + Blanks(20_000) + "\n"))).ErrorId);

        byte[] With(string old, string changed) => Encoding.ASCII.GetBytes(text.Replace(old, changed, StringComparison.Ordinal));
        static string Blanks(int count) => new(' ', count);
        static byte[] Line(int length) => Encoding.ASCII.GetBytes(new string('x', length - 1) + "\n");
    }

    private static string Checksum(byte[] data)
    {
        uint checksum = Crc24.Compute(data) & 0xFFFFFF;
        return "=" + Convert.ToBase64String([(byte)(checksum >> 16), (byte)(checksum >> 8), (byte)checksum]);
    }

    private static List<ArmorBlock> ReadAll(byte[] text)
    {
        var blocks = new List<ArmorBlock>();
        var reader = new ArmorReader(text, "test");
        while (reader.TryReadNext(out var block))
            blocks.Add(block);
        return blocks;
    }
}
