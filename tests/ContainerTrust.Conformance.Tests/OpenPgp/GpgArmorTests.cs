using System.Text;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Conformance.Tests.OpenPgp;

/// <summary>Which spoilt key files gpg 2.2 imports, and that we read no key from the others.</summary>
public sealed class GpgArmorTests : IDisposable
{
    private const string Begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";

    private readonly GpgTool _gpg = new();

    public void Dispose() => _gpg.Dispose();

    [SkippableFact]
    public void A_file_is_read_exactly_where_gpg_imports_it()
    {
        GpgTool.RequireVersion22();
        string key = Encoding.ASCII.GetString(
            _gpg.Export(_gpg.MakeKey("Armor <a@example.com>", "ed25519", "sign,cert", "never"), isArmored: true));
        string bare = key.Replace("\n\n", "\n", StringComparison.Ordinal);
        string signature = "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n";
        Dictionary<string, string> files = new()
        {
            ["as exported"] = key,
            ["no empty line"] = bare,
            ["no empty line, CR LF"] = bare.ReplaceLineEndings("\r\n"),
            ["no empty line after a header"] = Header(bare, "Version: x"),
            ["no empty line after two headers"] = Header(bare, "Version: x\nComment: y"),
            ["no empty line, blanks before the data"] = Header(bare, "").Replace(Begin + "\n\n", Begin + "\n \t", StringComparison.Ordinal),
            ["no empty line, text before"] = "hello\n" + bare,
            ["no empty line, no checksum"] = WithoutChecksum(bare),
            ["no empty line after another kind of block"] = signature + bare,
            ["no empty line in the first of two"] = bare + key,
            ["no empty line in the second of two"] = key + bare,
            ["no empty line in the second, after text"] = key + "hello\n\n" + bare,
            ["no empty line in the second, after a header"] = key + Header(bare, "Version: x"),
            ["white space for the empty line"] = Header(bare, " \t "),
            ["a header without a value"] = Header(key, "Version:"),
            ["a header without a name"] = Header(key, ": x"),
            ["a header that is not ASCII"] = Header(key, "Über: y"),
            ["a header with a tab"] = Header(key, "Version:\tx"),
            ["a header without a space"] = Header(key, "Version:x"),
            ["a header with a zero"] = Header(key, "Ver\0sion: x"),
            ["a header without a space and no empty line"] = Header(bare, "Version:x"),
            ["a word"] = Header(key, "garb"),
            ["words and no empty line"] = Header(bare, "garbage line"),
            ["the first line twice"] = Header(key, Begin),
            ["a byte order mark"] = "\uFEFF" + key,
            ["indented"] = "  " + key.Replace("\n", "\n  ", StringComparison.Ordinal),
            ["one line"] = key.Replace("\n", "", StringComparison.Ordinal),
            ["line breaks written out"] = key.Replace("\n", @"\n", StringComparison.Ordinal),
            ["carriage returns alone"] = key.Replace("\n", "\r", StringComparison.Ordinal),
            ["a long first line"] = new string('x', 19_998) + "\n" + key,
            ["a first line too long"] = new string('x', 19_999) + "\n" + key,
            ["a long second line"] = "x\n" + new string('x', 25_000) + "\n" + key,
            ["a long header"] = Header(key, "Comment: " + new string('x', 25_000)),
            ["a long end of the first line"] = "x\n" + key.Replace(Begin, Begin + new string(' ', 20_000), StringComparison.Ordinal),
        };
        int taken = 0;
        foreach ((string name, string text) in files)
        {
            byte[] content = Encoding.UTF8.GetBytes(text);
            bool isImported = IsImported(content);
            Assert.True(isImported == IsRead(content), $"{name}: gpg {(isImported ? "imports" : "refuses")} it.");
            taken += isImported ? 1 : 0;
        }

        Assert.InRange(taken, 10, files.Count - 10);
    }

    [SkippableFact]
    public void No_file_is_read_that_gpg_refuses()
    {
        GpgTool.RequireVersion22();
        string key = Encoding.ASCII.GetString(
            _gpg.Export(_gpg.MakeKey("Armor <a@example.com>", "ed25519", "sign,cert", "never"), isArmored: true));
        string[] lines =
        [
            "", " \t", "\f", "a: b", "a:b", "AAAA", "**!!**", "=AAAA", "-", "-----END PGP PUBLIC KEY BLOCK-----", "a: ",
            new string('A', 25_000), new string(' ', 25_000),
        ];
        foreach (string first in lines)
        {
            foreach (string second in lines)
            {
                byte[] content = Encoding.UTF8.GetBytes(Header(key.Replace("\n\n", "\n", StringComparison.Ordinal), $"{first}\n{second}"));
                if (IsRead(content))
                    Assert.True(IsImported(content), $"'{first}', '{second}': gpg refuses it.");
            }
        }
    }

    private static string Header(string key, string lines) => key.Replace(Begin + "\n", $"{Begin}\n{lines}\n", StringComparison.Ordinal);

    private static string WithoutChecksum(string key) => string.Join('\n', key.Split('\n').Where(static l => l is not ['=', ..]));

    private static bool IsRead(byte[] content)
    {
        try
        {
            return OpenPgpKeyReader.Read(content, "key").Keys.Count > 0;
        }
        catch (TrustFormatException)
        {
            return false;
        }
    }

    private bool IsImported(byte[] content)
    {
        string home = Path.Combine(_gpg.Home, "other");
        Directory.CreateDirectory(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            GpgTool.Ask(home, "--batch", "--no-autostart", "--import", _gpg.Write("spoilt", content));
            return Encoding.UTF8.GetString(GpgTool.Ask(home, "--no-autostart", "--with-colons", "--list-keys").Output).Contains(
                "\nfpr:", StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }
}
