using System.Text;
using ContainerTrust.Engine.ImagePolicies;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.X509;
using ContainerTrust.Engine.Tests.Sigstore;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>
/// Keys and certificates that editors, templates and shells have spoilt: gpg, and Go's PEM reader, do not find them, and neither do we;
/// the message says why.
/// </summary>
public sealed class SpoiledBlockTests
{
    public static TheoryData<string, string> Faults => new()
    {
        { "mark", "it begins with a byte order mark, which gpg, podman and skopeo do not skip; save it as UTF-8 without one." },
        { "indented", "it has blanks before the dashes of its first or last line; remove the blanks at the beginning of all lines." },
        { "one line", "its line breaks are missing; get the file again, or put one after the first line and one before the last." },
        { "blanks", "its line breaks are missing; get the file again, or put one after the first line and one before the last." },
        { "written out", @"it has \n written out where its lines should end; put a line break in the place of each." },
        { "written out, with CR", @"it has \n written out where its lines should end; put a line break in the place of each." },
        { "old Mac", "its lines end with carriage returns alone; save it with the line ends of Unix." },
        { "in YAML", "something stands before -----BEGIN in its line; begin a line with -----BEGIN." },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_spoilt_OpenPGP_key_is_not_found_and_the_message_says_why(string fault, string problem)
    {
        var error = Assert.Throws<TrustFormatException>(() => OpenPgpKeyReader.Read(Spoil(TestKeys.Release, fault), "/k"));
        Assert.Equal(("NoUsableKey", $"the file has an OpenPGP public key, but {problem}"), (error.ErrorId, error.Problem));
        error = Assert.Throws<TrustFormatException>(() => OpenPgpKeyring.Import([new KeyringSource("/k", Spoil(TestKeys.Release, fault))]));
        Assert.EndsWith(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_last_line_break_that_got_lost_is_named()
    {
        var error = Assert.Throws<TrustFormatException>(() => PemPublicKeyReader.Read(Spoil(TestPemKeys.P256 + "\n", "last break"), "/k"));
        Assert.EndsWith("something stands before -----END in its line; put a line break before it.", error.Problem,
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_spoilt_PEM_key_is_not_found_and_the_message_says_why(string fault, string problem)
    {
        string pem = TestPemKeys.P256 + "\n";
        var error = Assert.Throws<TrustFormatException>(() => PemPublicKeyReader.Read(Spoil(pem, fault), "/k"));
        Assert.Equal(("NoUsableKey", $"the file has a PEM public key, but {problem}"), (error.ErrorId, error.Problem));
        SigstoreKeySource good = new("/good", Encoding.ASCII.GetBytes(pem));
        error = Assert.Throws<TrustFormatException>(
            () => SigstoreTrust.FromPublicKeys([good], [new SigstoreKeySource("/rekor", Spoil(pem, fault))]));
        Assert.Equal("/rekor", error.Path);
        Assert.EndsWith(problem, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Spoilt_certificates_are_not_found_and_the_message_says_why(string fault, string problem)
    {
        string pem = TestCertificate.Authority("Root").Pem;
        SigstoreKeySource good = new("/good", Encoding.ASCII.GetBytes(pem));
        SigstoreKeySource spoilt = new("/ca", Spoil(pem, fault));
        var error = Assert.Throws<TrustFormatException>(() => SigstoreTrust.FromPki(spoilt, null, "a@example.com", null));
        Assert.Equal(("NoUsableCertificate", $"it has a PEM certificate, but {problem}"), (error.ErrorId, error.Problem));
        error = Assert.Throws<TrustFormatException>(() => SigstoreTrust.FromPki(good, spoilt, "a@example.com", null));

        // White space around a text of intermediates means nothing.
        if (fault != "indented")
            Assert.Equal($"its intermediate certificates cannot be used: {problem[..^1]}; give sound ones alone.", error.Problem);
        List<string> faults = [];
        Assert.Empty(CertificateCheck.Read(spoilt.Content.Span, KeyMaterialUse.PkiRoots, faults));
        Assert.Equal([problem[..^1]], faults);
        error = Assert.Throws<TrustFormatException>(() => CertificateBundle.Read(spoilt.Content.Span, "/ca"));
        Assert.Equal(problem, error.Problem);
    }

    [Fact]
    public void What_follows_or_lacks_is_named()
    {
        string first = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
        Assert.EndsWith(
            "something follows the dashes in its first line; put a line break there.",
            Problem(TestKeys.Release.Replace(first, first + " x", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        string pem = TestPemKeys.P256 + "\n";
        string last = "-----END PUBLIC KEY-----";
        Assert.EndsWith(
            "its last line (-----END …) is missing; get the file again.",
            PemProblem(pem.Replace(last, "", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.EndsWith(
            "remove the blanks at the beginning of all lines.",
            PemProblem(pem.Replace(last, "  " + last, StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.EndsWith(
            "its block is damaged; get the file again.",
            PemProblem(pem.Replace("M", "*", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.EndsWith("an OpenPGP public key is needed here.", Problem(pem), StringComparison.Ordinal);
        Assert.EndsWith(
            "a whole PEM public key (-----BEGIN PUBLIC KEY-----) is needed here.",
            PemProblem(" " + TestKeys.Release),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_spoilt_armored_message_is_named_as_such()
    {
        OpenPgpKeyring keyring = OpenPgpKeyring.Import([new KeyringSource("/k", Encoding.ASCII.GetBytes(TestKeys.Release))]);
        byte[] message = [0xEF, 0xBB, 0xBF, .. "-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----\n"u8];
        Assert.Equal(
            "It is an armored message, but it begins with a byte order mark, "
                + "which gpg, podman and skopeo do not skip; save it as UTF-8 without one.",
            keyring.Verify(message, DateTimeOffset.UtcNow).Reason);
    }

    private static string Problem(string text) =>
        Assert.Throws<TrustFormatException>(() => OpenPgpKeyReader.Read(Encoding.UTF8.GetBytes(text), "/k")).Problem;

    private static string PemProblem(string text) =>
        Assert.Throws<TrustFormatException>(() => PemPublicKeyReader.Read(Encoding.UTF8.GetBytes(text), "/k")).Problem;

    private static byte[] Spoil(string text, string fault)
    {
        text = text.ReplaceLineEndings("\n");
        return Encoding.UTF8.GetBytes(fault switch
        {
            "mark" => "\uFEFF" + text,
            "indented" => "  " + text.Replace("\n", "\n  ", StringComparison.Ordinal),
            "one line" => text.Replace("\n", "", StringComparison.Ordinal),
            "blanks" => text.Replace("\n", " ", StringComparison.Ordinal),
            "written out" => text.Replace("\n", @"\n", StringComparison.Ordinal),
            "written out, with CR" => text.Replace("\n", @"\r\n", StringComparison.Ordinal),
            "old Mac" => text.Replace("\n", "\r", StringComparison.Ordinal),
            "last break" => text.Replace("\n-----END", "-----END", StringComparison.Ordinal),
            _ => "key: " + text,
        });
    }
}
