using System.Text;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>The key and the message of RFC 9580, appendix A.3 and A.7: version 6, a text signature over lines that end with LF.</summary>
public sealed class Rfc9580ExampleTests
{
    private const string Message = """
        -----BEGIN PGP MESSAGE-----

        xEYGAQobIHZJX1AhiJD39eLuPBgiUU9wUA9VHYblySHkBONKU/usyxhsTwYJppfk
        1S36bHIrDB8eJ8GKVnCPZSXsJ7rZrMkBy0p1AAAAAABXaGF0IHdlIG5lZWQgZnJv
        bSB0aGUgZ3JvY2VyeSBzdG9yZToKCi0gdG9mdQotIHZlZ2V0YWJsZXMKLSBub29k
        bGVzCsKYBgEbCgAAACkFgmOYo2MiIQbLGGxPBgmml+TVLfpscisMHx4nwYpWcI9l
        JewnutmsyQAAAABpNiB2SV9QIYiQ9/Xi7jwYIlFPcFAPVR2G5ckh5ATjSlP7rCfQ
        b7gKqPxbyxbhljGygHQPnqau1eBzrQD5QVplPEDnemrnfmkrpx0GmhCfokxYz9jj
        FtCgazStmsuOXF9SFQE=
        -----END PGP MESSAGE-----

        """;

    [Fact]
    public void The_text_signature_of_version_6_is_over_CRLF()
    {
        OpenPgpVerification verification = Verified();
        Assert.True(verification.IsGood, verification.Reason);
        Assert.Equal("CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9", verification.Fingerprint);
        Assert.StartsWith("What we need from the grocery store:\n\n- tofu\n", Encoding.ASCII.GetString(verification.Content.Span),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_line_is_refused()
    {
        OpenPgpKeyring keyring = OpenPgpKeyring.Import([new KeyringSource("A.3", Encoding.ASCII.GetBytes(TestKeys.Version6))]);
        string changed = Message.Replace("bGVzCsKY", "bGV0CsKY", StringComparison.Ordinal);
        Assert.Equal(OpenPgpProblem.BadSignature,
            keyring.Verify(Encoding.ASCII.GetBytes(changed), DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000)).Problem);
    }

    /// <summary>What becomes of the message.</summary>
    internal static OpenPgpVerification Verified() =>
        OpenPgpKeyring.Import([new KeyringSource("A.3", Encoding.ASCII.GetBytes(TestKeys.Version6))])
        .Verify(Encoding.ASCII.GetBytes(Message), DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000));
}
