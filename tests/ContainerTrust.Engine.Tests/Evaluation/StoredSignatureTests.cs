using System.Text;
using ContainerTrust.Engine.Evaluation;

namespace ContainerTrust.Engine.Tests.Evaluation;

public class StoredSignatureTests
{
    [Theory]
    [InlineData(0xA3)]
    [InlineData(0xC8)]
    [InlineData(0x90)]
    [InlineData(0xC4)]
    [InlineData(0x88)]
    [InlineData(0xC2)]
    public void OpenPgpIsKnownByItsFirstPacket(int first)
    {
        byte[] blob = [(byte)first, 1, 2];
        Assert.Equal(ImageSignatureKind.SimpleSigning, Detect(blob, out byte[] content, out _));
        Assert.Equal(blob, content);
    }

    [Fact]
    public void AMarkIsTakenOff()
    {
        Assert.Equal(ImageSignatureKind.SimpleSigning, Detect([0, .. "simple-signing\n"u8, 0x90], out byte[] content, out _));
        Assert.Equal([0x90], content);
        Assert.Equal(ImageSignatureKind.Sigstore,
            Detect([0, .. "sigstore-json\n"u8, .. """{"mimeType":"a","payload":"YQ==","annotations":{"b":"c"}}"""u8], out _, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN PGP MESSAGE-----")]
    [InlineData("{}")]
    [InlineData("\0simple-signing")]
    [InlineData("\0other\nx")]
    [InlineData("\0\n")]
    [InlineData("\0sigstore-json\n")]
    [InlineData("\0sigstore-json\n[]")]
    [InlineData("\0sigstore-json\n{\"payload\":1}")]
    [InlineData("\0sigstore-json\n{\"payload\":\"*\"}")]
    [InlineData("\0sigstore-json\n{\"annotations\":{\"a\":1}}")]
    [InlineData("\0sigstore-json\n{\"mimeType\":[]}")]
    public void AnythingElseIsUnknownAndSaysWhy(string text)
    {
        Assert.Equal(ImageSignatureKind.Unknown, Detect(Encoding.Latin1.GetBytes(text), out _, out string problem));
        Assert.NotEmpty(problem);
    }

    private static ImageSignatureKind Detect(byte[] blob, out byte[] content, out string problem)
    {
        ImageSignatureKind kind = StoredSignature.Detect(blob, out ReadOnlyMemory<byte> rest, out problem);
        content = rest.ToArray();
        return kind;
    }
}
