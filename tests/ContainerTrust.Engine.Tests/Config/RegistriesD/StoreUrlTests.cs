using ContainerTrust.Engine.Config.RegistriesD;

namespace ContainerTrust.Engine.Tests.Config.RegistriesD;

/// <summary>How a store is shown.</summary>
public sealed class StoreUrlTests
{
    [Theory]
    [InlineData("https://user:secret@store.example.com/a@b", "https://store.example.com/a@b")]
    [InlineData("https://user@store.example.com", "https://store.example.com")]
    [InlineData("https://a@b:c@store.example.com/", "https://store.example.com/")]
    [InlineData("https://user:secret@store.example.com?x=@", "https://store.example.com?…")]
    [InlineData("https://store.example.net/sig?sv=1&sig=secret", "https://store.example.net/sig?…")]
    [InlineData("https://store.example.net:8443/sig#secret", "https://store.example.net:8443/sig?…")]
    [InlineData("https://user:pa/ss@store.example.com/x", "https://…")]
    [InlineData("https://store.example.com:8443/a@b", "https://store.example.com:8443/a@b")]
    [InlineData("https://store.example.com/a@b", "https://store.example.com/a@b")]
    [InlineData("https://store.example.com", "https://store.example.com")]
    [InlineData("file:///var/lib/a@b", "file:///var/lib/a@b")]
    [InlineData("/var/lib/a@b", "/var/lib/a@b")]
    [InlineData("https://", "https://")]
    public void A_password_is_not_shown(string store, string shown)
    {
        Assert.Equal(shown, StoreUrl.WithoutUser(store));
        Assert.Equal(shown != store, StoreUrl.HasSecret(store));
        Assert.Equal(
            $"store {shown}, staging {shown}, sigstore attachments not set",
            new LookasideSection { SignatureStore = store, SignatureStoreStaging = store }.ToString());
    }
}
