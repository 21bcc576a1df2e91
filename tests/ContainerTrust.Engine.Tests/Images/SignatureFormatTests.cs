using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.Tests.OpenPgp;

namespace ContainerTrust.Engine.Tests.Images;

/// <summary>The formats of stored signatures.</summary>
public sealed class SignatureFormatTests
{
    [Theory]
    [InlineData(new byte[] { 0xA3, 1 }, ImageSignatureKind.SimpleSigning, 2)]
    [InlineData(new byte[] { 0x90 }, ImageSignatureKind.SimpleSigning, 1)]
    [InlineData(new byte[] { 0xC2, 0, 10 }, ImageSignatureKind.SimpleSigning, 3)]
    public void OpenPgp_messages_have_no_mark(byte[] blob, ImageSignatureKind expected, int length)
    {
        Assert.True(SignatureFormat.TryRead(blob, out ImageSignatureKind kind, out ReadOnlyMemory<byte> signature, out _));
        Assert.Equal((expected, length), (kind, signature.Length));
    }

    [Theory]
    [InlineData("\0sigstore-json\n{}", ImageSignatureKind.Sigstore, "{}")]
    [InlineData("\0simple-signing\nx\ny", ImageSignatureKind.SimpleSigning, "x\ny")]
    [InlineData("\0simple-signing\n", ImageSignatureKind.SimpleSigning, "")]
    public void Marked_signatures_lose_their_mark(string blob, ImageSignatureKind expected, string content)
    {
        Assert.True(SignatureFormat.TryRead(System.Text.Encoding.UTF8.GetBytes(blob), out ImageSignatureKind kind,
            out ReadOnlyMemory<byte> signature, out _));
        Assert.Equal((expected, content), (kind, System.Text.Encoding.UTF8.GetString(signature.Span)));
    }

    [Theory]
    [InlineData("-----BEGIN PGP MESSAGE-----\n", "gpg --dearmor")]
    [InlineData("-----BEGIN PGP SIGNED MESSAGE-----\n", "signed in the clear")]
    [InlineData("-----BEGIN PGP SIGNATURE-----\n", "not a signed message")]
    [InlineData("-----BEGIN", "0x2d")]
    public void Armor_is_named(string blob, string expected)
    {
        Assert.False(SignatureFormat.TryRead(System.Text.Encoding.UTF8.GetBytes(blob), out _, out _, out string problem));
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("-----BEGIN PGP MESSAGE-----")]
    [InlineData("\0")]
    [InlineData("\0sigstore-json")]
    [InlineData("\0Sigstore-json\n{}")]
    [InlineData("\0\n{}")]
    [InlineData("\u0000\u001b[0m\n{}")]
    public void Anything_else_is_none(string blob)
    {
        Assert.False(SignatureFormat.TryRead(System.Text.Encoding.UTF8.GetBytes(blob), out _, out _, out string problem));
        Assert.DoesNotContain('\u001b', problem);
        Assert.NotEmpty(problem);
    }

    [SkippableTheory]
    [InlineData("dir-img-valid/signature-1", ImageSignatureKind.SimpleSigning)]
    [InlineData("dir-img-cosign-valid/signature-1", ImageSignatureKind.Sigstore)]
    [InlineData("subkey.signature-v3", ImageSignatureKind.SimpleSigning)]
    public void The_corpus_is_told_apart(string file, ImageSignatureKind expected)
    {
        Assert.True(SignatureFormat.TryRead(Corpus.Read("containers-image/" + file), out ImageSignatureKind kind, out _, out _));
        Assert.Equal(expected, kind);
    }
}
