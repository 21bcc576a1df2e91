using ContainerTrust.Engine.ImageMode;

namespace ContainerTrust.Engine.Tests.ImageMode;

/// <summary>What hosts in image mode say of themselves, and what is no such document.</summary>
public sealed class BootStatusReaderTests
{
    [Fact]
    public void What_bootc_prints_is_read()
    {
        BootStatus status = Read(BootDocuments.Bootc());
        Assert.Equal("bootc", status.Program);
        Assert.Equal("docker://registry.example.com/os:v1", status.Staged!.Origin!.Image);
        Assert.Equal(BootOriginVerification.ContainerPolicy, status.Staged.Origin.Verification);
        Assert.Equal("ostree-image-signed:docker://registry.example.com/os:v1", status.Staged.Origin.ToString());
        Assert.Equal(BootDocuments.Digest, status.Staged.UntrustedDigest);
        Assert.Equal($"/ostree/deploy/default/deploy/{BootDocuments.Staged}.0", status.Staged.Deployment!.Path);
        Assert.Null(status.Next);
        Assert.NotNull(Read(BootDocuments.Bootc(isRollback: true)).Next);
    }

    [Theory]
    [InlineData("", BootOriginVerification.NotEnforced)]
    [InlineData(",\"signature\":null", BootOriginVerification.NotEnforced)]
    [InlineData(",\"signature\":\"insecure\"", BootOriginVerification.NotEnforced)]
    [InlineData(",\"signature\":\"containerPolicy\"", BootOriginVerification.ContainerPolicy)]
    [InlineData(",\"signature\":{\"ostreeRemote\":\"fedora\"}", BootOriginVerification.OstreeRemote)]
    public void What_the_origin_demands_is_read(string signature, BootOriginVerification expected) =>
        Assert.Equal(expected, Read(BootDocuments.Bootc(signature)).Booted!.Origin!.Verification);

    [Theory]
    [InlineData("ostree-image-signed:docker://r.example.com/os", "docker://r.example.com/os", BootOriginVerification.ContainerPolicy)]
    [InlineData("ostree-image-signed:registry:r.example.com/os", "docker://r.example.com/os", BootOriginVerification.ContainerPolicy)]
    [InlineData("ostree-unverified-registry:r.example.com/os", "docker://r.example.com/os", BootOriginVerification.NotEnforced)]
    [InlineData("ostree-unverified-image:oci:/srv/os", "oci:/srv/os", BootOriginVerification.NotEnforced)]
    [InlineData("ostree-unverified-image:containers-storage:localhost/os", "containers-storage:localhost/os",
        BootOriginVerification.NotEnforced)]
    [InlineData("ostree-remote-registry:fedora:r.example.com/os", "docker://r.example.com/os", BootOriginVerification.OstreeRemote)]
    [InlineData("ostree-remote-image:fedora:docker://r.example.com/os", "docker://r.example.com/os", BootOriginVerification.OstreeRemote)]
    public void What_rpm_ostree_prints_is_read(string origin, string image, BootOriginVerification expected)
    {
        BootStatus status = Read(BootDocuments.RpmOstree(origin));
        Assert.Equal("rpm-ostree", status.Program);
        Assert.Equal((image, expected), (status.Staged!.Origin!.Image, status.Staged.Origin.Verification));
        Assert.Equal($"/ostree/deploy/default/deploy/{BootDocuments.Booted}.0", status.Booted!.Deployment!.Path);
    }

    [Theory]
    [InlineData("ostree-image-signed")]
    [InlineData("ostree-image-signed:")]
    [InlineData("ostree-image-signed:docker:r.example.com/os")]
    [InlineData("ostree-image-signed:docker://")]
    [InlineData("ostree-image-signed:ftp:os")]
    [InlineData("ostree-remote-image::docker://r.example.com/os")]
    [InlineData("docker://r.example.com/os")]
    public void An_origin_of_another_form_is_refused(string origin) => Refused(BootDocuments.RpmOstree(origin));

    [Theory]
    [InlineData("\"kind\":\"BootcHost\"", "\"kind\":\"Pod\"")]
    [InlineData("org.containers.bootc/v1", "org.containers.bootc/v9")]
    [InlineData("\"transport\":\"registry\"", "\"transport\":\"ftp\"")]
    [InlineData("\"containerPolicy\"", "\"somethingNew\"")]
    [InlineData("\"containerPolicy\"", "{\"somethingNew\":1}")]
    [InlineData("\"stateroot\":\"default\"", "\"stateroot\":\"../..\"")]
    [InlineData("\"stateroot\":\"default\"", "\"stateroot\":\"..\"")]
    [InlineData("\"checksum\":\"2222", "\"checksum\":\"/222")]
    [InlineData("\"deploySerial\":0", "\"deploySerial\":-1")]
    [InlineData("\"deploySerial\":0", "\"deploySerial\":0.5")]
    [InlineData("sha256:3333", "sha256:333")]
    [InlineData("\"kind\":\"BootcHost\"", "\"kind\":\"BootcHost\",\"kind\":\"BootcHost\"")]
    [InlineData("\"rollbackQueued\":false", "\"rollbackQueued\":\"false\"")]
    [InlineData("\"staged\":", "\"booted\":")]
    public void What_bootc_does_not_write_is_refused(string part, string instead)
    {
        string text = BootDocuments.Bootc();
        string changed = text.Replace(part, instead, StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        Refused(changed);
    }

    [Theory]
    [InlineData("\"booted\" : false", "\"booted\" : true")]
    [InlineData("\"staged\" : false", "\"staged\" : true")]
    [InlineData("\"booted\" : true", "\"booted\" : 1")]
    [InlineData("\"osname\" : \"default\"", "\"osname\" : \"a/b\"")]
    [InlineData("\"deployments\" : [", "\"kind\" : \"BootcHost\", \"deployments\" : [")]
    public void What_rpm_ostree_does_not_write_is_refused(string part, string instead) =>
        Refused(BootDocuments.RpmOstree().Replace(part, instead, StringComparison.Ordinal));

    [Fact]
    public void The_first_system_is_next_where_none_is_staged() =>
        Assert.NotNull(Read(BootDocuments.RpmOstree().Replace("\"staged\" : true", "\"staged\" : false", StringComparison.Ordinal)).Next);

    [Fact]
    public void A_document_that_is_too_large_is_not_read() => Assert.Equal("BootStatusTooLarge",
        Assert.Throws<TrustException>(() => BootStatusReader.Read(new byte[BootStatusReader.MaxBytes + 1], "x")).ErrorId);

    [Fact]
    public void Damaged_documents_are_read_or_refused_and_nothing_else()
    {
        byte[][] seeds =
        [
            BootDocuments.Bytes(BootDocuments.Bootc()), BootDocuments.Bytes(BootDocuments.RpmOstree()),
            BootDocuments.Bytes(BootDocuments.Bootc(",\"signature\":{\"ostreeRemote\":\"r\"}")),
        ];
        int refused = Mutation.Run(seeds, 6000, 19, static content => BootStatusReader.Read(content, "x"));
        Assert.InRange(refused, 1000, 5999);
    }

    // Nothing may make a document say that an origin is verified which did not say so.
    [Fact]
    public void No_damage_makes_a_verified_origin_of_another()
    {
        byte[] seed = BootDocuments.Bytes(BootDocuments.Bootc(""));
        Mutation mutation = new(190);
        int read = 0;
        for (int i = 0; i < 6000; i++)
        {
            byte[] content = mutation.Of(seed, words: Mutation.Marks);
            try
            {
                BootStatus status = BootStatusReader.Read(content, "x");
                read++;
                Assert.DoesNotContain(new[] { status.Booted, status.Staged, status.Next },
                    static e => e?.Origin?.Verification is BootOriginVerification.ContainerPolicy or BootOriginVerification.OstreeRemote);
            }
            catch (TrustException)
            {
                // It is refused.
            }
        }

        Assert.InRange(read, 200, 5999);
    }

    private static BootStatus Read(string text) => BootStatusReader.Read(BootDocuments.Bytes(text), "x");

    private static void Refused(string text) =>
        Assert.Equal("BootStatusInvalid", Assert.Throws<TrustException>(() => Read(text)).ErrorId);
}
