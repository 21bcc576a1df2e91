namespace ContainerTrust.Conformance.Tests.OpenPgp;

/// <summary>Real key files are read, and listed, as GnuPG does.</summary>
public sealed class CorpusConformanceTests : IDisposable
{
    private readonly GpgTool _gpg = new();

    public void Dispose() => _gpg.Dispose();

    [SkippableTheory]
    [InlineData("openshift-release/keyrings/redhat.txt")]
    [InlineData("openshift-release/keyrings/simple.txt")]
    [InlineData("openshift-release/keyrings/combined.txt")]
    [InlineData("containers-image/public-key.gpg")]
    [InlineData("containers-image/public-key-1.gpg")]
    [InlineData("containers-image/public-key-2.gpg")]
    [InlineData("containers-image/public-key-with-subkey.gpg")]
    [InlineData("containers-image/public-key-with-revoked-subkey.gpg")]
    [InlineData("containers-image/pubring.gpg")]
    public void A_real_key_file_is_read_as_gpg_lists_it(string name)
    {
        GpgTool.Require();
        byte[] content = Read(name);
        byte[] listing = _gpg.Run(0, "--show-keys", "--with-colons", _gpg.Write("key", content));
        Assert.Equal(ColonListing.OfGpg(listing), ColonListing.OfReader(content));
        GpgListingTests.AssertSame(_gpg, content);
    }

    private static byte[] Read(string name)
    {
        Skip.If(Corpus.Root is null, Corpus.Missing);
        return File.ReadAllBytes(Path.Combine(Corpus.Root, name));
    }
}
