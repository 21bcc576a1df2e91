using System.Text;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Tests.Sigstore;

public sealed class SigstoreSignatureTests
{
    [Fact]
    public void A_document_is_read()
    {
        TestSignature made = TestSignature.By(TestKey.Get("P-256"));
        Assert.True(SigstoreSignature.TryParse(made.Document(), out SigstoreSignature? signature, out string problem), problem);
        Assert.Equal(SigstoreSignature.ImageSignatureMimeType, signature.UntrustedMimeType);
        Assert.Equal(made.Payload, signature.UntrustedPayload.ToArray());
        Assert.Equal(made[SigstoreSignature.SignatureAnnotation], Assert.Single(signature.UntrustedAnnotations).Value);
    }

    [Theory]
    [InlineData("""{"mimeType":"a","payload":"eA==","annotations":{"x":"y"},"more":{"deep":[1]}}""", "a", "x", 1)]
    [InlineData("""{"annotations":null}""", "", "", 0)]
    [InlineData("""{"mimeType":null,"payload":"e\nA==\r\n"}""", "", "x", 0)]
    [InlineData("{}", "", "", 0)]
    public void What_is_not_there_is_empty(string document, string mimeType, string payload, int annotations)
    {
        Assert.True(SigstoreSignature.TryParse(Encoding.UTF8.GetBytes(document), out SigstoreSignature? signature, out string problem),
            problem);
        Assert.Equal((mimeType, payload, annotations),
            (signature.UntrustedMimeType, Encoding.UTF8.GetString(signature.UntrustedPayload.Span), signature.UntrustedAnnotations.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"payload":1}""")]
    [InlineData("""{"payload":"*"}""")]
    [InlineData("""{"payload":"e A=="}""")]
    [InlineData("""{"payload":"eA"}""")]
    [InlineData("""{"payload":"eA==","payload":"eA=="}""")]
    [InlineData("""{"payload":"eA==","Payload":"eQ=="}""")]
    [InlineData("""{"mimetype":"x"}""")]
    [InlineData("""{"mimeType":1}""")]
    [InlineData("""{"annotations":[]}""")]
    [InlineData("""{"annotations":{"a":1}}""")]
    [InlineData("""{"annotations":{"a":null}}""")]
    [InlineData("""{"annotations":{"a":"1","a":"2"}}""")]
    [InlineData("""{"annotations":{"a":"\ud800"}}""")]
    [InlineData("""{"x":1,"x":2}""")]
    [InlineData("{} {}")]
    [InlineData("{")]
    public void Other_documents_are_refused(string document)
    {
        Assert.False(SigstoreSignature.TryParse(Encoding.UTF8.GetBytes(document), out SigstoreSignature? signature, out string problem));
        Assert.Null(signature);
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void A_document_has_a_bounded_length()
    {
        Assert.True(SigstoreSignature.TryParse([.. "{}"u8, .. new string(' ', SigstoreSignature.MaxLength - 2).Select(static c => (byte)c)],
            out _, out _));
        Assert.False(SigstoreSignature
            .TryParse([.. "{}"u8, .. new string(' ', SigstoreSignature.MaxLength - 1).Select(static c => (byte)c)], out _, out _));
    }
}
