using ContainerTrust.Engine.Rehearsal;

namespace ContainerTrust.Engine.Tests.Rehearsal;

public sealed class HostImagesTests
{
    private const string Image = """[{"id":"a","names":["quay.io/NAME:v1"]}]""";

    private static MemoryHost Host => new MemoryHost { HomeDirectory = "/root" }
        .With("/etc/passwd", "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/srv/ann:/bin/sh\ndaemon:x:2:2::/usr/sbin:/bin/false\n")
        .With("/home/bob/.local/share/containers/storage/overlay-images/images.json", Named("bob"))
        .With("/srv/ann/.config/containers/systemd/web.container", "[Container]\nImage=quay.io/ann:v1\n")
        .With("/srv/ann/.config/containers/systemd/web.container.d/10.conf", "[Container]\nImage=quay.io/ann:v2\n")
        .With("/var/lib/containers/storage/overlay-images/images.json", Named("root"))
        .With("/etc/containers/systemd/sub/deep.image", "[Image]\nImage=quay.io/deep\n")
        .With("/etc/containers/systemd/pod.kube", "[Kube]\nYaml=pod.yaml\n")
        .With("/etc/containers/systemd/pod.yaml", "kind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - image: quay.io/kube\n")
        .With("/etc/containers/systemd/users/all.container", "[Container]\nImage=quay.io/all\n")
        .With("/etc/systemd/system/run.service", "[Service]\nExecStart=/usr/bin/podman run quay.io/unit\n");

    [Fact]
    public void Every_place_is_read_and_belongs_to_its_user() => Assert.Equal(
        [
            "root: quay.io/root:v1 quay.io/kube quay.io/deep quay.io/unit", "ann: quay.io/ann:v2", "bob: quay.io/bob:v1",
            "users: quay.io/all",
        ],
        Collect(Host, out IReadOnlyList<PlaceFailure> failures, []).Concat(failures.Select(static f => f.Path)));

    [Fact]
    public void The_storage_is_where_its_configuration_says()
    {
        MemoryHost host = Host
            .With("/etc/containers/storage.conf", "[storage]\ngraphroot = \"/big\"\nrootless_storage_path = \"/big/$USER\"\n" +
                "[storage.options]\nadditionalimagestores = [\"/usr/lib/more\"]\n")
            .With("/big/overlay-images/images.json", Named("big"))
            .With("/big/ann/vfs-images/images.json", Named("big-ann"))
            .With("/usr/lib/more/overlay-images/images.json", Named("more"));
        string[] found = Collect(host, out _, []);
        Assert.StartsWith("root: quay.io/big:v1 quay.io/more:v1 ", found[0], StringComparison.Ordinal);
        Assert.DoesNotContain("quay.io/root", found[0], StringComparison.Ordinal);
        Assert.Contains("quay.io/big-ann:v1", found[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_read_is_told_and_the_rest_is_found()
    {
        MemoryHost host = Host.With("/var/lib/containers/storage/overlay-images/images.json", "{").With("/srv/compose.yaml", "a: [");
        host.Denied.Add("/home/bob/.local");
        IReadOnlyList<string> found = Collect(host, out IReadOnlyList<PlaceFailure> failures, ["/srv/compose.yaml", "/srv/none.yaml"]);
        Assert.Equal(["root: quay.io/kube quay.io/deep quay.io/unit", "ann: quay.io/ann:v2", "users: quay.io/all"], found);
        Assert.Equal(
            [
                "/var/lib/containers/storage InvalidStorage", "/srv/compose.yaml InvalidWorkload", "/srv/none.yaml WorkloadNotFound",
                "/home/bob/.local/share/containers/storage",
            ],
            failures.Select(static f => f.Path.StartsWith("/home", StringComparison.Ordinal) ? f.Path : $"{f.Path} {f.Error.ErrorId}"));
    }

    [Fact]
    public void A_user_with_too_many_names_is_told()
    {
        string names = string.Join(',', Enumerable.Range(0, 10_001).Select(static i => $"\"quay.io/n{i}\""));
        MemoryHost host = Host.With("/home/bob/.local/share/containers/storage/overlay-images/images.json", $"[{{\"names\":[{names}]}}]");
        string bob = Collect(host, out IReadOnlyList<PlaceFailure> failures, [])[2];
        Assert.EndsWith("quay.io/n9999", bob, StringComparison.Ordinal);
        Assert.Equal("TooManyImages", Assert.Single(failures).Error.ErrorId);
    }

    [Fact]
    public void A_host_with_too_many_units_is_told()
    {
        MemoryHost host = new() { HomeDirectory = "/root" };
        for (int i = 0; i < 20_001; i++)
            host.With($"/etc/systemd/system/u{i}.service", "[Service]\n");
        Assert.Empty(Collect(host, out IReadOnlyList<PlaceFailure> failures, []));
        Assert.Equal("TooManyFiles", Assert.Single(failures).Error.ErrorId);
    }

    private static string Named(string name) => Image.Replace("NAME", name, StringComparison.Ordinal);

    private static string[] Collect(MemoryHost host, out IReadOnlyList<PlaceFailure> failures, string[] files)
    {
        HostImages images = new(host, TrustMessages.None);
        string[] found = [.. images.Collect(files, CancellationToken.None)
            .Select(static u => $"{u.User.Name}: {string.Join(' ', u.Images.Select(static i => i.Name))}")];
        failures = images.Failures;
        return found;
    }
}
