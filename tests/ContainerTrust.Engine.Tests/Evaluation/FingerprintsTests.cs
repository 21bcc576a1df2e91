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
    public void TakesThemAsTheyArePrinted(string text) => Assert.Equal([Plain], Fingerprints.Normalize([text]));

    [Fact]
    public void AnyIsNoRestriction()
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
    public void AKeyIdIsNoFingerprint(string text) =>
        Assert.Equal("InvalidFingerprint", Assert.Throws<TrustException>(() => Fingerprints.Normalize([text])).ErrorId);

    [Fact]
    public void AnyBesideAFingerprintIsRefused() =>
        Assert.Equal("InvalidFingerprint", Assert.Throws<TrustException>(() => Fingerprints.Normalize([Plain, "any"])).ErrorId);
}
