using ContainerTrust.Engine.ImagePolicies;

namespace ContainerTrust.Engine.Tests.ImagePolicies;

public sealed class ImagePolicyVersionsTests : IDisposable
{
    private readonly PolicyHost _host = new();

    public static TheoryData<string, string> Clusters => new()
    {
        { "4.16", "v1alpha1" }, { "4.18", "v1alpha1" }, { "4.19.7", "v1alpha1" }, { "4.20", "v1" }, { "4.21", "v1" }, { "4.22.3", "v1" },
    };

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("4.18", 18)]
    [InlineData("v4.18", 18)]
    [InlineData("4.18.7", 18)]
    [InlineData("4.22.0-rc.1", 22)]
    [InlineData("4.20.0-okd-scos.17", 20)]
    [InlineData("4.21.0-0.nightly-2026-01-02-030405", 21)]
    [InlineData("4.21.0+build.5", 21)]
    [InlineData("4.7", 7)]
    public void A_version_is_read_as_clusters_print_it(string text, int minor) => Assert.Equal(minor, ImagePolicyVersions.Minor(text));

    [Theory]
    [InlineData("")]
    [InlineData("4")]
    [InlineData("4.")]
    [InlineData("3.11")]
    [InlineData("6.1")]
    [InlineData("4.08")]
    [InlineData("4.018")]
    [InlineData("4.20.")]
    [InlineData("4.20.x")]
    [InlineData("4.20.0-")]
    [InlineData("4.20.0 rc1")]
    [InlineData("4.20-rc.1")]
    [InlineData("4.20.0.1")]
    [InlineData(" 4.20")]
    [InlineData("4.2000")]
    [InlineData("4.2٠")]
    [InlineData("latest")]
    public void What_is_not_a_version_is_refused(string text)
    {
        TrustException error = Assert.Throws<TrustException>(() => _host.Convert([], version: text));
        Assert.Equal(("UnknownOpenShiftVersion", text), (error.ErrorId, error.Target));
        Assert.Contains("4.22.0-okd-scos.1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4.8")]
    [InlineData("v4.15.23")]
    public void A_version_without_such_policies_is_refused(string text)
    {
        TrustException error = Assert.Throws<TrustException>(() => _host.Convert([], version: text));
        Assert.Equal("OpenShiftWithoutImagePolicies", error.ErrorId);
        Assert.Contains("4.16", error.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Clusters))]
    public void Documents_are_valid_by_the_schema_of_their_version(string version, string api)
    {
        bool hasPki = version.StartsWith("4.21", StringComparison.Ordinal) || version.StartsWith("4.22", StringComparison.Ordinal);
        foreach ((string kind, string? @namespace) in new[] { ("ClusterImagePolicy", null), ("ImagePolicy", "team-a") })
        {
            CrdSchema schema = hasPki ? CrdSchema.Of(kind) : CrdSchema.WithoutPki(kind, api);
            ImageTrust[] entries =
            [
                PolicyHost.Entry("key.example.com", PolicyHost.ByKey() with { RekorPublicKeyPath = "/keys/rekor.pub" }),
                PolicyHost.Entry("fulcio.example.com", PolicyHost.ByFulcio()),
                PolicyHost.Entry("pki.example.com", PolicyHost.ByPki()),
            ];
            ImagePolicyConversion conversion = _host.Convert(entries, @namespace: @namespace, version: version);
            Assert.All(conversion.Documents, d => Assert.Empty(schema.Faults(d.Yaml)));
            Assert.All(conversion.Documents, d => Assert.StartsWith($"apiVersion: config.openshift.io/{api}\n", d.Yaml,
                StringComparison.Ordinal));
            Assert.Equal(hasPki ? 3 : 2, conversion.Documents.Count);
            Assert.Equal(hasPki ? [] : [("PkiNotInVersion", "pki.example.com")],
                conversion.Refusals.Select(static r => (r.ErrorId, r.Target)));
        }
    }

    // What the version prevents: without it, the document for 4.22 is one that 4.20 does not take.
    [SkippableFact]
    public void A_document_with_a_pki_is_not_valid_by_the_schema_of_4_20()
    {
        string yaml = _host.One(PolicyHost.Entry("pki.example.com", PolicyHost.ByPki())).Yaml;
        Assert.Empty(CrdSchema.Of("ClusterImagePolicy").Faults(yaml));
        Assert.NotEmpty(CrdSchema.WithoutPki("ClusterImagePolicy", "v1").Faults(yaml));
        Assert.Contains("require OpenShift 4.21", Assert.Single(_host.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4.16", true)]
    [InlineData("4.19.3", true)]
    [InlineData("4.20.0-rc.2", false)]
    [InlineData("4.22", false)]
    [InlineData("4.23.1", false)]
    [InlineData("5.0", false)]
    public void A_version_that_has_them_in_preview_alone_is_warned_of(string version, bool isWarned)
    {
        Assert.Single(_host.Convert([PolicyHost.Entry("a.example.com")], version: version).Documents);
        if (isWarned)
            Assert.Contains("TechPreviewNoUpgrade", Assert.Single(_host.Warnings), StringComparison.Ordinal);
        else
            Assert.Empty(_host.Warnings);
    }

    [Fact]
    public void Nothing_is_said_of_a_version_where_nothing_is_made()
    {
        Assert.Empty(_host.Convert([PolicyHost.Entry("a.example.com", new RejectRequirement())], version: "4.18").Documents);
        Assert.Empty(_host.Warnings);
    }

    [Fact]
    public void Completion_has_every_version_with_its_api()
    {
        Assert.Equal(["4.16", "4.17", "4.18", "4.19", "4.20", "4.21", "4.22"], ImagePolicyVersions.OpenShift);
        Assert.Equal(["v1alpha1", "v1"], ImagePolicyVersions.OpenShift.Select(ImagePolicyVersions.ApiOf).Distinct());
    }
}
