using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Tests.Policy;

public sealed class TrustLocationsTests
{
    private const string Home = "/home/u";
    private const string UserPolicy = Home + "/.config/containers/policy.json";
    private const string UserRegistries = Home + "/.config/containers/registries.d";
    private const string System = TrustLocations.SystemPolicyPath;
    private const string Vendor = TrustLocations.VendorPolicyPath;

    [Theory]
    [InlineData("", null, System, false)]
    [InlineData(System, null, System, true)]
    [InlineData(Vendor, null, Vendor, true)]
    [InlineData(System + " " + Vendor, null, System, true)]
    [InlineData(System + " " + UserPolicy, null, UserPolicy, true)]
    [InlineData(System + " " + UserPolicy, "/env.json", "/env.json", false)]
    [InlineData("/env.json", "/env.json", "/env.json", true)]
    [InlineData(System, "", System, true)]
    public void The_policy_in_force_is_found(string files, string? environment, string expected, bool exists)
    {
        TrustLocations found = TrustLocations.Find(new FakeHost(Home, environment, files.Split(' ')), null, null, currentUser: false);
        Assert.Equal((expected, exists, expected == UserPolicy), (found.PolicyPath, found.PolicyExists, found.IsUserPolicy));
    }

    [Fact]
    public void An_explicit_path_wins()
    {
        TrustLocations found = TrustLocations.Find(new FakeHost(Home, "/env.json", [System, UserPolicy, UserRegistries]), "/explicit.json",
            "/explicit.d", currentUser: true);
        Assert.Equal(new TrustLocations("/explicit.json", "/explicit.d", PolicyExists: false, IsUserPolicy: false)
            { IsNamed = true }, found);
    }

    [Fact]
    public void The_users_own_files_are_named_before_they_exist()
    {
        Assert.Equal(
            new TrustLocations(UserPolicy, UserRegistries, PolicyExists: false, IsUserPolicy: true) { IsUserRegistries = true },
            TrustLocations.Find(new FakeHost(Home, "/env.json", [System]), null, null, currentUser: true));
        TrustException e = Assert.Throws<TrustException>(() =>
            TrustLocations.Find(new FakeHost(null, null, [System]), null, null, currentUser: true));
        Assert.Equal(("NoCurrentUser", TrustErrorKind.InvalidArgument, "fake"), (e.ErrorId, e.Kind, e.Target));
    }

    [Fact]
    public void Registries_are_the_users_where_they_exist_whatever_the_policy()
    {
        Assert.Equal(UserRegistries,
            TrustLocations.Find(new FakeHost(Home, null, [System, UserRegistries]), null, null, currentUser: false).RegistriesDirectory);
        Assert.Equal(TrustLocations.SystemRegistriesDirectory,
            TrustLocations.Find(new FakeHost(Home, null, [System, UserPolicy]), null, null, currentUser: false).RegistriesDirectory);
        Assert.Equal(TrustLocations.SystemRegistriesDirectory,
            TrustLocations.Find(new FakeHost(null, null, [System, UserRegistries]), null, null, currentUser: false).RegistriesDirectory);
    }

    private sealed class FakeHost(string? home, string? policyVariable, string[] files) : ITrustHost
    {
        public string ComputerName => "fake";

        public string? HomeDirectory => home;

        public string? GetEnvironmentVariable(string name) => name == "CONTAINERS_POLICY_JSON" ? policyVariable : null;

        public bool Exists(string path) => files.Contains(path);

        public HostFile? TryReadFile(string path, int maxBytes) =>
            throw new InvalidOperationException("Nothing is read to find the files.");

        public string ResolvePath(string path) => path;

        public IReadOnlyList<string> ListDirectory(string path) =>
            throw new InvalidOperationException("Nothing is listed to find the files.");

        public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("Nothing is changed to find the files.");
    }
}
