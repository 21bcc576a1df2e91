using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>Real keys.</summary>
public sealed class CorpusKeyTests
{
    [SkippableFact]
    public void Red_Hats_release_key_is_read()
    {
        var result = OpenPgpKeyReader.Read(Corpus.Read("openshift-release/keyrings/redhat.txt"), "redhat.txt");
        Assert.Empty(result.Warnings);
        var key = Assert.Single(result.Keys);
        Assert.Equal("567E347AD0044ADE55BA8A5F199E2F91FD431D51", key.Fingerprint);
        Assert.Equal(("RSA", 4096, true), (key.Algorithm, key.Size, key.CanSign));
        Assert.Equal("security@redhat.com", OpenPgpKeyReader.EmailOf(Assert.Single(key.UserIds)));
    }

    [SkippableFact]
    public void A_revoked_subkey_is_read()
    {
        var key = Assert.Single(OpenPgpKeyReader.Read(Corpus.Read("containers-image/public-key-with-revoked-subkey.gpg"), "key").Keys);
        Assert.Contains(key.Subkeys, s => s.IsRevoked);
        Assert.False(key.IsRevoked);
    }

    [SkippableFact]
    public void A_ring_of_private_keys_is_refused()
    {
        var error = Assert.Throws<TrustFormatException>(() =>
            OpenPgpKeyReader.Read(Corpus.Read("containers-image/secring.gpg"), "secring.gpg"));
        Assert.Equal("NoUsableKey", error.ErrorId);
        Assert.Contains("private key", error.Message, StringComparison.Ordinal);
    }
}
