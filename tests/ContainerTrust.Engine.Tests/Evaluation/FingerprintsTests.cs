using ContainerTrust.Engine.Evaluation;

namespace ContainerTrust.Engine.Tests.Evaluation;

public class FingerprintsTests
{
    private const string Plain = "567E347AD0044ADE55BA8A5F199E2F91FD431D51";

    [Theory]
    [InlineData(Plain)]
    [InlineData("567e347ad0044ade55ba8a5f199e2f91fd431d51")]
    [InlineData("0x567e347ad0044ade55ba8a5f199e2f91fd431d51")]
    [InlineData("567E 347A D004 4ADE 55BA  8A5F 199E 2F91 FD43 1D51")]
    [InlineData("56:7E:34:7A:D0:04:4A:DE:55:BA:8A:5F:19:9E:2F:91:FD:43:1D:51")]
    public void Takes_them_as_they_are_printed(string text) => Assert.Equal([Plain], Fingerprints.Normalize([text]));

    [Fact]
    public void Any_is_no_restriction()
    {
        Assert.Empty(Fingerprints.Normalize(["any"]));
        Assert.Empty(Fingerprints.Normalize(null));
        Assert.Empty(Fingerprints.Normalize([]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("199E2F91FD431D51")]
    [InlineData("FD431D51")]
    [InlineData("567E347AD0044ADE55BA8A5F199E2F91FD431D5")]
    [InlineData("G67E347AD0044ADE55BA8A5F199E2F91FD431D51")]
    public void A_key_id_is_no_fingerprint(string text) =>
        Assert.Equal("InvalidFingerprint", Assert.Throws<TrustException>(() => Fingerprints.Normalize([text])).ErrorId);

    [Fact]
    public void Any_beside_a_fingerprint_is_refused() =>
        Assert.Equal("InvalidFingerprint", Assert.Throws<TrustException>(() => Fingerprints.Normalize([Plain, "any"])).ErrorId);
}
