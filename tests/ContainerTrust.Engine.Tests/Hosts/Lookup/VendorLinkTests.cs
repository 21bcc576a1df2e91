using System.Text;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Tests.Hosts.Ssh;

namespace ContainerTrust.Engine.Tests.Hosts.Lookup;

/// <summary>Links to what the distribution keeps, here and by the script of the other side, and what that side is asked at once.</summary>
public sealed class VendorLinkTests
{
    private const string Old = "{\"default\":[{\"type\":\"reject\"}]}";
    private const string New = "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}";

    [Theory]
    [InlineData("/usr/share/containers/policy.json", true)]
    [InlineData("/usr/lib/x/policy.json", true)]
    [InlineData("/nix/store/a-b/policy.json", true)]
    [InlineData("/gnu/store/a-b/policy.json", true)]
    [InlineData("/usr/local/share/policy.json", false)]
    [InlineData("/srv/policy.json", false)]
    public void A_link_is_replaced_where_its_target_is_not_ours(string target, bool isVendors)
    {
        using LevelsHost host = new();
        host.Write(target, Old);
        host.Link("/etc/static", target);
        host.Link(LevelsHost.Policy, "/etc/static");
        IReadOnlyList<string> warnings = Rewrite(host, LevelsHost.Policy);
        Assert.Equal((!isVendors, New),
            (host.IsLink(LevelsHost.Policy), HostTestDirectory.Text(host.TryReadFile(LevelsHost.Policy, HostTestDirectory.Limit))));
        Assert.Equal(isVendors ? Old : New, host.Root.Read(target));
        Assert.Equal(isVendors ? 1 : 0, warnings.Count);
        Assert.Equal(isVendors ? "644" : "777", HostTestDirectory.Mode(host.Root.Full(LevelsHost.Policy)));
        Assert.Equal(["policy.json"], host.ListDirectory("/etc/containers"));
    }

    [Fact]
    public void A_directory_that_leads_there_is_not_written()
    {
        using LevelsHost host = new();
        host.Write("/nix/store/a/containers/policy.json", Old);
        host.Link("/etc/containers", "/nix/store/a/containers");
        Assert.Equal("VendorFile", Assert.Throws<TrustException>(() => Rewrite(host, LevelsHost.Policy)).ErrorId);
        Assert.Equal("VendorFile", Assert.Throws<TrustException>(() => Rewrite(host, "/etc/containers/new.yaml")).ErrorId);
        Assert.Equal([LevelsHost.Policy["/etc/containers/".Length..]], host.ListDirectory("/nix/store/a/containers"));
        Assert.Equal(Old, host.Root.Read("/nix/store/a/containers/policy.json"));
    }

    [Fact]
    public void A_file_that_changed_meanwhile_is_not_replaced()
    {
        using LevelsHost host = new();
        host.Write("/nix/store/a/policy.json", Old);
        host.Link(LevelsHost.Policy, "/nix/store/a/policy.json");
        HostFile read = host.TryReadFile(LevelsHost.Policy, HostTestDirectory.Limit)!;
        host.Write("/nix/store/a/policy.json", Old + "\n");
        using (IHostChange change = host.BeginChange(["/etc/containers"], Patience.Soon, CancellationToken.None))
            Assert.Throws<FileChangedException>(() => change.Replace(LevelsHost.Policy, Encoding.UTF8.GetBytes(New), read));
        Assert.True(host.IsLink(LevelsHost.Policy));
        Assert.Equal(["policy.json"], host.ListDirectory("/etc/containers"));
    }

    [SkippableFact]
    public void The_other_side_does_the_same()
    {
        Skip.IfNot(HostTools.Has("flock"), "flock is not installed.");

        // In the place of a store that only root could make here, a name of the same length.
        string store = $"/tmp/{Guid.NewGuid().ToString("n")[..5]}";
        using HostTestDirectory directory = new();
        Directory.CreateDirectory(store);
        try
        {
            File.WriteAllText($"{store}/policy.json", Old);
            File.CreateSymbolicLink(directory["policy.json"], $"{store}/policy.json");
            Directory.CreateSymbolicLink(directory["linked.d"], store);
            string how = $"{{ dd bs=1 count={RemoteScript.Text.Length} 2>/dev/null | sed " +
                $"'s#/gnu/store/#{store}/#'; exec cat; }} | sh -c \"$c\"";
            using (SshHost host = RemoteStandIn.Connect(how, directory["policy.json"]))
            {
                Assert.Single(Rewrite(host, directory["policy.json"]));
                Assert.Equal(New, HostTestDirectory.Text(host.TryReadFile(directory["policy.json"], HostTestDirectory.Limit)));
            }

            Assert.Equal((null, New, Old), (new FileInfo(directory["policy.json"]).LinkTarget, File.ReadAllText(directory["policy.json"]),
                File.ReadAllText($"{store}/policy.json")));
            Assert.Equal("644", HostTestDirectory.Mode(directory["policy.json"]));
            File.CreateSymbolicLink(directory["gone.json"], $"{store}/gone.json");
            using (SshHost host = RemoteStandIn.Connect(how, directory["gone.json"]))
                Assert.Single(Rewrite(host, directory["gone.json"]));
            Assert.Equal((null, New), (new FileInfo(directory["gone.json"]).LinkTarget, File.ReadAllText(directory["gone.json"])));
            foreach (string name in (string[])["policy.json", "new.yaml"])
            {
                using SshHost host = RemoteStandIn.Connect(how);
                Assert.Equal("VendorFile", Assert.Throws<TrustException>(() => Rewrite(host, directory[$"linked.d/{name}"])).ErrorId);
            }

            Assert.Equal([$"{store}/policy.json"], Directory.GetFileSystemEntries(store));
        }
        finally
        {
            Directory.Delete(store, recursive: true);
        }
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("export XDG_CONFIG_HOME=/nowhere/xdg _CONTAINERS_ROOTLESS_UID=4711; ")]
    [InlineData("export _CONTAINERS_ROOTLESS_UID=0 CONTAINERS_REGISTRIES_CONF=/dev/null CONTAINERS_REGISTRIES_CONF_OVERRIDE=/dev/null; ")]
    public void All_that_is_looked_at_comes_in_the_first_round_trip(string environment)
    {
        using SshHost host = RemoteStandIn.Connect(environment + "exec sh -c \"$c\"");
        ContainersRelease found = ContainersRelease.Find(host);
        foreach (ContainersRelease release in (ContainersRelease[])[found, ContainersRelease.Five, ContainersRelease.Six])
        {
            TrustLocations locations = TrustLocations.Find(new ContainersLookup(host, release), host, null, null, currentUser: false);
            _ = Read(() => LookasideConfiguration.Load(host, locations));
            _ = Read(() => RegistriesConfiguration.Load(host, null, release));
        }

        Assert.Equal(1, host.RoundTrips);
        Assert.Equal(ContainersRelease.Find(LocalHost.Instance), found);
    }

    // What this machine has in these files is not the question.
    private static object? Read(Func<object> read)
    {
        try
        {
            return read();
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            return null;
        }
    }

    private static IReadOnlyList<string> Rewrite(ITrustHost host, string path)
    {
        HostFile? file = host.TryReadFile(path, HostTestDirectory.Limit);
        using IHostChange change = host.BeginChange([path[..path.LastIndexOf('/')]], Patience.Soon, CancellationToken.None);
        change.RequireWritable(path);
        change.Replace(path, Encoding.UTF8.GetBytes(New), file);
        change.Complete(static _ => { });
        return change.Warnings;
    }
}
