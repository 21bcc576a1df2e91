using System.Text;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.ImagePolicies;
using ContainerTrust.Engine.MachineConfig.Clusters;
using ContainerTrust.Engine.Mirroring;

namespace ContainerTrust.Engine.Tests.Hosts.Lookup;

/// <summary>Everything that asks for a version takes the same ones, and finds the same in them.</summary>
public sealed class OpenShiftVersionTests
{
    [Theory]
    [InlineData("4.18", "4.18", false)]
    [InlineData("v4.18.7", "4.18", false)]
    [InlineData("4.22.0-rc.1", "4.22", false)]
    [InlineData("4.20.0-okd-scos.17", "4.20", true)]
    [InlineData("4.17.0-0.scos-2025-01-02-030405", "4.17", true)]
    [InlineData("4.21.0+build.5", "4.21", false)]
    public void A_version_is_read_the_same_everywhere(string text, string shown, bool isOkd)
    {
        OpenShiftVersion version = OpenShiftVersion.TryParse(text)!.Value;
        Assert.Equal((shown, isOkd), (version.Short, version.IsOkd));
        OpenShiftRelease release = OpenShiftRelease.Parse(text);
        Assert.Equal((shown, isOkd), (release.Version, release.Type == OpenShiftClusterType.OKD));
        MirrorDemands demands = MirrorDemands.Parse(text);
        Assert.Equal((shown, isOkd), (demands.Version, demands.IsOkd));
        Assert.Equal(version.Minor, ImagePolicyVersions.Minor(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("4")]
    [InlineData("4.018")]
    [InlineData("4.18.")]
    [InlineData("4.18-rc.1")]
    [InlineData("4.18.0-")]
    [InlineData("4.18.0-a b")]
    [InlineData("vv4.18")]
    [InlineData("4.1\u0660")]
    public void What_is_not_one_is_refused_everywhere(string text)
    {
        Assert.Null(OpenShiftVersion.TryParse(text));
        Assert.Throws<TrustException>(() => OpenShiftRelease.Parse(text));
        Assert.Throws<TrustException>(() => ImagePolicyVersions.Minor(text));
        Assert.Null(MirrorDemands.TryParse(text));
    }

    [Fact]
    public void A_damaged_version_is_a_version_or_none() =>
        Mutation.Run([.. ((string[])["4.22.0-rc.1", "4.20.0-okd-scos.17", "v4.21"]).Select(Encoding.ASCII.GetBytes)], 3000, 5,
            static bytes => OpenShiftVersion.TryParse(Encoding.Latin1.GetString(bytes)));
}
