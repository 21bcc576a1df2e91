using System.Text;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Manifests;

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
    public void OpenPGP_is_known_by_its_first_packet(int first)
    {
        byte[] blob = [(byte)first, 1, 2];
        Assert.Equal(ImageSignatureKind.SimpleSigning, Detect(blob, out byte[] content, out _));
        Assert.Equal(blob, content);
    }

    [Fact]
    public void A_mark_is_taken_off()
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
    public void Anything_else_is_unknown_and_says_why(string text)
    {
        Assert.Equal(ImageSignatureKind.Unknown, Detect(Encoding.Latin1.GetBytes(text), out _, out string problem));
        Assert.NotEmpty(problem);
    }

    // What its layer's bytes look like makes it nothing else.
    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("\0simple-signing\nx")]
    [InlineData("\0other\nx")]
    public void An_attachment_is_what_it_was_found_as(string payload)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(payload);
        SignatureAttachment attachment = new("type", bytes, new Dictionary<string, string> { ["a"] = "b" });
        StoredSignature found = StoredSignature.Of(new SignatureBlob("s", bytes) { UntrustedAttachment = attachment });
        Assert.Equal((ImageSignatureKind.Sigstore, ""), (found.Kind, found.Problem));
        Assert.Equal(("type", "b"), (found.UntrustedSigstore!.UntrustedMimeType, found.UntrustedSigstore.UntrustedAnnotations["a"]));
        Assert.Equal(bytes, found.UntrustedSigstore.UntrustedPayload.ToArray());
    }

    [Fact]
    public void A_bundle_is_what_it_was_found_as() =>
        Assert.Equal(
            ImageSignatureKind.SigstoreBundle,
            StoredSignature.Of(new SignatureBlob("s", "{}"u8.ToArray()) { IsBundle = true }).Kind);

    private static ImageSignatureKind Detect(byte[] blob, out byte[] content, out string problem)
    {
        ImageSignatureKind kind = StoredSignature.Detect(blob, out ReadOnlyMemory<byte> rest, out problem);
        content = rest.ToArray();
        return kind;
    }
}
