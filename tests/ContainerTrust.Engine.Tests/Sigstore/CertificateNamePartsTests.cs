using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>The parsers and comparisons behind name constraints, each alone.</summary>
public sealed class CertificateNamePartsTests
{
    [Theory]
    [InlineData("u@example.com", "u", "example.com")]
    [InlineData("a.b@example.com", "a.b", "example.com")]
    [InlineData("!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~", "example.com")]
    [InlineData("\"a b\"@example.com", "a b", "example.com")]
    [InlineData("\"a@b\"@example.com", "a@b", "example.com")]
    [InlineData("\"a\\\"b\"@example.com", "a\"b", "example.com")]
    [InlineData("\"\\\t\"@example.com", "\t", "example.com")]
    [InlineData("\"\"@example.com", "", "example.com")]
    [InlineData("a\\@b@example.com", "a@b", "example.com")]
    [InlineData("a\\ b@example.com", "a b", "example.com")]
    [InlineData("*@example.com", "*", "example.com")]
    [InlineData("u@[192.0.2.1]", "u", "[192.0.2.1]")]
    [InlineData("u@", "u", "")]
    public void Mailboxes(string address, string local, string domain)
    {
        Assert.True(Mailbox.TryParse(address, out Mailbox mailbox));
        Assert.Equal(new Mailbox(local, domain), mailbox);
        Assert.True(mailbox.IsSame(new Mailbox(local, domain.ToUpperInvariant())));
        Assert.False(mailbox.IsSame(new Mailbox(local + "x", domain)));
        Assert.False(mailbox.IsSame(new Mailbox(local, domain + "x")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("u")]
    [InlineData("@example.com")]
    [InlineData(".u@example.com")]
    [InlineData("u.@example.com")]
    [InlineData("a..b@example.com")]
    [InlineData("a b@example.com")]
    [InlineData("u@example.com.")]
    [InlineData("u@.example.com")]
    [InlineData("u@example..com")]
    [InlineData("u@exa mple.com")]
    [InlineData("u@evil.org@example.com")]
    [InlineData("\"u@example.com")]
    [InlineData("\"u\"x@example.com")]
    [InlineData("\"u\\")]
    [InlineData("\"u\t\"@example.com")]
    [InlineData("\"u\n\"@example.com")]
    [InlineData("\"u\\\r\"@example.com")]
    [InlineData("\"u\0\"@example.com")]
    [InlineData("u\\")]
    [InlineData("u\"v\"@example.com")]
    [InlineData("<u@example.com>")]
    [InlineData("u@example.com\0")]
    public void Not_mailboxes(string address) => Assert.False(Mailbox.TryParse(address, out _));

    [Theory]
    [InlineData("", true)]
    [InlineData("a", true)]
    [InlineData("*.a", true)]
    [InlineData("a_b.c-d", true)]
    [InlineData(".a", false)]
    [InlineData("a.", false)]
    [InlineData(".", false)]
    [InlineData("a..b", false)]
    [InlineData("a b", false)]
    [InlineData("a\0", false)]
    [InlineData("a\x7F", false)]
    public void Domain_names(string name, bool isReadable)
    {
        Assert.Equal(isReadable, DomainName.IsReadable(name));
        Assert.Equal(isReadable && name.Length > 0, DomainName.IsReadableConstraint("." + name));
        Assert.Equal(isReadable || name == ".a", DomainName.IsReadableConstraint(name));
    }

    [Theory]
    [InlineData("*.example.com", "bar.example.com", true)]
    [InlineData("*.example.com", "com", true)]
    [InlineData("*bar.example.com", "foo.example.com", true)]
    [InlineData("*.example.com", "a.bar.example.com", false)]
    [InlineData("*.example.com", ".bar.example.com", false)]
    [InlineData("*.example.com", "bar.example.org", false)]
    [InlineData("*", "example", false)]
    [InlineData("x.example.com", "bar.example.com", false)]
    [InlineData("", "example.com", false)]
    [InlineData("", "", true)]

    // Go 1.24 and 1.25 compare what is left without the first labels; others only the parent.
    [InlineData("*.example.com", "org", true)]
    [InlineData("*.a.example.com", "bar.example.com", true)]
    [InlineData("*.a.example.com", ".bar.example.com", true)]
    public void Exclusions_and_wildcards(string name, string constraint, bool isExcluded) =>
        Assert.Equal(isExcluded, DomainName.IsExcluded(name, constraint));

    [Theory]
    [InlineData("https://example.com", "example.com")]
    [InlineData("https://example.com:443/a?b#c", "example.com")]
    [InlineData("https://example.com:", "example.com")]
    [InlineData("https://user:pass@example.com/", "example.com")]
    [InlineData("https://a@b@example.com/", "example.com")]
    [InlineData("//example.com/a", "example.com")]
    [InlineData("spiffe://example.com/ns/a", "example.com")]
    [InlineData("https://[2001:db8::1]:443/", "[2001:db8::1]")]
    [InlineData("https://192.0.2.1/", "192.0.2.1")]
    [InlineData("https:///a", "")]
    [InlineData("file:/a", "")]
    [InlineData("urn:uuid:1", "")]
    [InlineData("mailto:u@example.com", "")]
    [InlineData("mailto:%", "")]
    [InlineData("a/b:c", "")]
    [InlineData("///a", "")]
    [InlineData("?a", "")]
    [InlineData("*", "")]
    [InlineData("", "")]
    public void Hosts_of_URIs(string uri, string host)
    {
        Assert.True(UriHost.TryRead(uri, out string read));
        Assert.Equal(host, read);
        Assert.Equal(host == "example.com", UriHost.IsName(read));
    }

    [Theory]
    [InlineData(":a")]
    [InlineData("a b:c")]
    [InlineData("1a:b")]
    [InlineData("https://a b/")]
    [InlineData("https://a\nb/")]
    [InlineData("https://a\x7F/")]
    [InlineData("https://example.com:a/")]
    [InlineData("https://example.com:1:2/")]
    [InlineData("https://example.com./")]
    [InlineData("https://.example.com/")]
    [InlineData("https://[::1/")]
    [InlineData("https://[example.com]/")]
    [InlineData("https://[::1%25eth0]/")]
    [InlineData("https://[::1]a/")]
    [InlineData("https://a%41/")]
    [InlineData("https://example.com/%zz")]
    [InlineData("https://example.com/%4")]
    [InlineData("https://example.com/#%")]
    [InlineData("https://a%@example.com/")]
    [InlineData("https://a\"@example.com/")]
    [InlineData("https://a\\b/")]
    public void Not_URIs(string uri) => Assert.False(UriHost.TryRead(uri, out _));
}
