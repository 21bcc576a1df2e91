using ContainerTrust.Engine.Hosts;
using static ContainerTrust.Engine.Tests.Hosts.HostTestDirectory;

namespace ContainerTrust.Engine.Tests.Hosts;

/// <summary>Real disks that are full, read-only or mounted over; skipped where mounting is not permitted.</summary>
public sealed class MountedFileSystemTests : IDisposable
{
    private readonly HostTestDirectory _directory = new();
    private readonly LocalHost _host = LocalHost.Instance;

    public void Dispose() => _directory.Dispose();

    [SkippableFact]
    public void On_a_full_disk_the_old_file_stays_whole()
    {
        using HostTestMount mount = HostTestMount.Mount(_directory.MakeDirectory("disk"), "-t", "tmpfs", "-o", "size=64k", "tmpfs");
        _directory.Write("disk/report", "old");
        TrustException full = Assert.Throws<TrustException>(() => OutputFile.Write(_directory["disk/report"], new byte[200_000]));
        Assert.Equal("DiskFull", full.ErrorId);
        Assert.Equal("old", File.ReadAllText(_directory["disk/report"]));
        File.Delete(_directory["disk/report"]);
        string path = _directory.Write("disk/policy.json", "old");
        _directory.Write("disk/ballast", new string('x', 40 << 10));
        TrustException e = Assert.Throws<TrustException>(() => Rewrite(_host, path, new string('y', 48 << 10)));
        Assert.Equal("DiskFull", e.ErrorId);
        Assert.Equal(TrustErrorKind.WriteError, e.Kind);
        Assert.Contains("no space is left", e.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["ballast", "policy.json"], _directory.FileNames("disk"));
        File.Delete(_directory["disk/ballast"]);
        Rewrite(_host, path, "new");
        Assert.Equal("new", File.ReadAllText(path));
    }

    [SkippableFact]
    public void Without_a_free_inode_nothing_is_changed()
    {
        using HostTestMount mount = HostTestMount.Mount(_directory.MakeDirectory("disk"), "-t", "tmpfs", "-o", "nr_inodes=2", "tmpfs");
        string path = _directory.Write("disk/policy.json", "old");
        Assert.Equal("DiskFull", Assert.Throws<TrustException>(() => Rewrite(_host, path, "new")).ErrorId);
        Assert.Equal("DiskFull", Assert
            .Throws<TrustException>(() => Rewrite(_host, _directory["disk/registries.d/a.yaml"], "new")).ErrorId);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["policy.json"], _directory.FileNames("disk"));
    }

    [SkippableFact]
    public void On_a_read_only_file_system_nothing_is_changed()
    {
        using HostTestMount mount = HostTestMount.Mount(_directory.MakeDirectory("disk"), "-t", "tmpfs", "tmpfs");
        string path = _directory.Write("disk/policy.json", "old");
        HostTools.Must("mount", "-o", "remount,ro", _directory["disk"]);
        TrustException e = Assert.Throws<TrustException>(() => Rewrite(_host, path, "new"));
        Assert.Equal("ReadOnlyFileSystem", e.ErrorId);
        Assert.Equal(TrustErrorKind.WriteError, e.Kind);
        Assert.Contains("read-only", e.Message, StringComparison.Ordinal);
        using IHostChange change = _host.BeginChange([_directory["disk"]], TimeSpan.Zero, default);
        Assert.Equal("ReadOnlyFileSystem",
            Assert.Throws<TrustException>(() => change.Delete(path, _host.TryReadFile(path, Limit)!)).ErrorId);
        Assert.Equal("ReadOnlyFileSystem",
            Assert.Throws<TrustException>(() => change.Replace(_directory["disk/new/file"], default, null)).ErrorId);
        Assert.Equal(["policy.json"], _directory.FileNames("disk"));
    }

    [SkippableFact]
    public void A_file_that_is_mounted_over_is_named_as_such()
    {
        _directory.Write("source", "mounted");
        string path = _directory.Write("etc/policy.json", "below");
        using (HostTestMount mount = HostTestMount.Mount(path, "--bind", _directory["source"]))
        {
            Assert.Equal("mounted", Text(_host.TryReadFile(path, Limit)));
            TrustException e = Assert.Throws<TrustException>(() => Rewrite(_host, path, "new"));
            Assert.Equal("FileIsMountPoint", e.ErrorId);
            Assert.Contains("mount point", e.Message, StringComparison.Ordinal);
            Assert.Equal("mounted", File.ReadAllText(path));
            Assert.Equal(["policy.json"], _directory.FileNames("etc"));
        }

        Assert.Equal("below", File.ReadAllText(path));
    }

    [SkippableFact]
    public void An_immutable_file_is_named_as_such()
    {
        Skip.IfNot(HostTools.IsRoot && HostTools.Has("chattr"), "Making a file immutable needs root and chattr.");
        string path = _directory.Write("policy.json", "old");
        Skip.IfNot(HostTools.Run("chattr", "+i", path).ExitCode == 0, "This file system has no immutable files.");
        try
        {
            TrustException e = Assert.Throws<TrustException>(() => Rewrite(_host, path, "new"));
            Assert.Equal("PermissionDenied", e.ErrorId);
            Assert.Contains("chattr -i", e.Message, StringComparison.Ordinal);
            Assert.Equal("old", File.ReadAllText(path));
            Assert.Equal(["policy.json"], _directory.FileNames());
        }
        finally
        {
            HostTools.Must("chattr", "-i", path);
        }
    }

    [SkippableFact]
    public void A_file_system_without_unix_owners_works()
    {
        Skip.IfNot(HostTools.IsRoot && HostTools.Has("mkfs.vfat"), "Making a FAT image needs root and mkfs.vfat.");
        using (FileStream image = File.Create(_directory["image"]))
            image.SetLength(4 << 20);
        HostTools.Must("mkfs.vfat", _directory["image"]);
        using HostTestMount mount = HostTestMount.Mount(_directory.MakeDirectory("disk"), "-o", "loop", _directory["image"]);
        string path = _directory["disk/policy.json"];
        Rewrite(_host, path, "new");
        Rewrite(_host, path, "newer");
        Assert.Equal("newer", File.ReadAllText(path));
        Assert.Equal(["policy.json"], _directory.FileNames("disk"));
    }

    [SkippableFact]
    public void An_overlay_as_in_a_container_works()
    {
        string lower = _directory.Write("lower/etc/policy.json", "lower");
        SetMode(lower, "664");
        _directory.Link("lower/etc/link.json", "/etc/policy.json");
        _directory.MakeDirectory("upper");
        _directory.MakeDirectory("work");
        string options = $"lowerdir={_directory["lower"]},upperdir={_directory["upper"]},workdir={_directory["work"]}";
        using HostTestMount mount = HostTestMount.Mount(_directory.MakeDirectory("merged"), "-t", "overlay", "-o", options, "overlay");
        RootDirectoryHost host = new(_directory["merged"]);
        Rewrite(host, "/etc/link.json", "one");
        Rewrite(host, "/etc/policy.json", "two");
        Rewrite(host, "/etc/registries.d/a.yaml", "new");
        Assert.Equal("two", Text(host.TryReadFile("/etc/link.json", Limit)));
        Assert.Equal("664", Mode(_directory["merged/etc/policy.json"]));
        Assert.Equal("lower", File.ReadAllText(lower));
    }
}
