using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Hosts.Lookup;

/// <summary>Which policy.json is in force, by release. The expected answers are written from the rules of containers/image, not from the
/// code.</summary>
public sealed class PolicyLookupTests
{
    private const string Home = "/home/u/.config/containers/policy.json";
    private const string Xdg = "/xdg/containers/policy.json";
    private const string Etc = LevelsHost.Policy;
    private const string Usr = LevelsHost.VendorPolicy;

    [Theory]
    [InlineData("5", "", Etc)]
    [InlineData("5", Usr, Etc)]
    [InlineData("5", Etc + " " + Usr, Etc)]
    [InlineData("5", Home + " " + Etc, Home)]
    [InlineData("5", Xdg + " " + Etc, Etc)]
    [InlineData("6", "", Etc)]
    [InlineData("6", Usr, Usr)]
    [InlineData("6", Etc + " " + Usr, Etc)]
    [InlineData("6", Home + " " + Etc, Etc)]
    [InlineData("6", Xdg + " " + Home + " " + Etc, Xdg)]
    public void The_configuration_home_is_for_podman_6(string version, string files, string expected)
    {
        using LevelsHost host = new("/home/u", ("XDG_CONFIG_HOME", "/xdg"));
        Assert.Equal(expected, Find(host, version, files).PolicyPath);
    }

    [Theory]
    [InlineData("5", Home + " " + Etc, Home)]
    [InlineData("6", Home + " " + Etc, Home)]
    [InlineData("6", Usr, Usr)]
    public void Without_it_the_home_is_both(string version, string files, string expected)
    {
        using LevelsHost host = new("/home/u");
        Assert.Equal(expected, Find(host, version, files).PolicyPath);
    }

    [Theory]
    [InlineData("")]
    [InlineData("relative")]
    public void A_relative_configuration_home_is_nowhere(string value)
    {
        using LevelsHost host = new("/home/u", ("XDG_CONFIG_HOME", value));
        Assert.Equal(Etc, Find(host, "6", Home + " " + Etc).PolicyPath);
        Assert.Equal(Home, Find(host, "5", Home + " " + Etc).PolicyPath);
        Assert.Equal("NoCurrentUser", Assert.Throws<TrustException>(() => host.Open("6", currentUser: true)).ErrorId);
    }

    [Theory]
    [InlineData("5", Home)]
    [InlineData("6", "/env.json")]
    [InlineData(null, "/env.json")]
    public void The_variable_is_not_for_podman_5(string? version, string expected)
    {
        using LevelsHost host = new("/home/u", ("CONTAINERS_POLICY_JSON", "/env.json"), ("CONTAINERS_POLICY_JSON_OVERRIDE", "/other.json"));
        Assert.Equal(expected, Find(host, version, Home + " " + Etc + " /env.json /other.json").PolicyPath);
    }

    [Theory]
    [InlineData("5", Home + " " + Etc + " " + Usr, "User", Etc)]
    [InlineData("6", Home + " " + Etc + " " + Usr, "User", Etc + ", " + Usr)]
    [InlineData(null, Home + " " + Usr, "User", Usr)]
    [InlineData("5", Etc + " " + Usr, "System", null)]
    [InlineData("6", Etc + " " + Usr, "System", Usr)]
    [InlineData("6", Etc, "System", null)]
    [InlineData("6", Usr, "Vendor", null)]
    public void Whose_it_is_and_what_it_hides_is_shown(string? version, string files, string level, string? hides)
    {
        using LevelsHost host = new("/home/u");
        foreach (string file in files.Split(' '))
            host.Write(file, """{"default":[{"type":"reject"}]}""");
        ImageTrust entry = Assert.Single(host.Open(version).Read(TrustQuery.All));
        Assert.Equal((level, hides), (entry.PolicyLevel, entry.PolicyHides));
        string reason = host.Open(version).Governing("a.example.com/b:1").Reason!;
        Assert.Equal(hides is not null, reason.EndsWith($" {entry.PolicyPath} hides {hides}.", StringComparison.Ordinal));
        Assert.Equal(entry, ImageTrust.Parse(entry.Definition) with { Requirements = entry.Requirements, Keys = entry.Keys });
    }

    [Fact]
    public void A_link_to_the_vendors_policy_hides_nothing()
    {
        using LevelsHost host = MatrixHosts.Make("coreos");
        Assert.Null(host.Open().Read(TrustQuery.All).First().PolicyHides);
    }

    [Fact]
    public void An_empty_file_is_not_passed_over()
    {
        using LevelsHost host = new();
        host.Write(Etc, "");
        host.Write(Usr, """{"default":[{"type":"insecureAcceptAnything"}]}""");
        Assert.ThrowsAny<TrustException>(() => host.Open().ReadPolicyText().Length == 0 ? host.Open()
            .Governing("a.example.com/b:1") : null);
    }

    private static TrustLocations Find(LevelsHost host, string? version, string files)
    {
        foreach (string file in files.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            host.Write(file, "{}");
        return host.Open(version).Locations;
    }
}
