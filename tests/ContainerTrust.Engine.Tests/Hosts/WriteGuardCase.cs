namespace ContainerTrust.Engine.Tests.Hosts;

/// <summary>A way to a file, and whether root writes and deletes it there.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Path">The file, below the test's directory.</param>
/// <param name="Writes">Whether it is written.</param>
/// <param name="Deletes">Whether it is deleted; of a link, the link. Null if there is no file to delete.</param>
/// <param name="Make">Makes it. What must never change is <c>victim/</c>.</param>
internal sealed record WriteGuardCase(string Name, string Path, bool Writes, bool? Deletes, Action<HostTestDirectory> Make)
{
    private const string Other = "65534:65534";

    /// <summary>Whether root does so on this host alone: a shell cannot make a file beside those that others make.</summary>
    public bool IsLocalOnly { get; init; }

    /// <summary>Whether it is deleted over SSH all the same: the link, which is elsewhere.</summary>
    public bool DeletesEverywhere { get; init; }

    /// <summary>The table, for every road.</summary>
    public static readonly WriteGuardCase[] All =
    [
        new("root's own", "safe/policy.json", true, true, static d => d.Write("safe/policy.json", "old")),
        new("new in root's own", "safe/policy.json", true, null, static d => d.MakeDirectory("safe")),
        new("new directories in root's own", "safe/a/b/policy.json", true, null, static d => d.MakeDirectory("safe")),
        new("of another user in root's own", "safe/policy.json", true, true,
            static d => Own(d, "safe/policy.json", d.Write("safe/policy.json", "old"))),
        new("another user's directory", "theirs/policy.json", false, false, static d =>
        {
            d.Write("theirs/policy.json", "old");
            Own(d, "theirs");
        }),
        new("new in another user's directory", "theirs/policy.json", false, null, static d => Own(d, "theirs", d.MakeDirectory("theirs"))),
        new("new directories in another user's", "theirs/a/policy.json", false, null,
            static d => Own(d, "theirs", d.MakeDirectory("theirs"))),
        new("root's directory in another user's", "theirs/sub/policy.json", false, false, static d =>
        {
            d.Write("theirs/sub/policy.json", "old");
            Own(d, "theirs");
        }),
        new("through another user's directory and back", "theirs/../safe/policy.json", false, false, static d =>
        {
            d.Write("safe/policy.json", "old");
            Own(d, "theirs", d.MakeDirectory("theirs"));
        }),
        new("the group may write", "group/policy.json", false, false, static d => Mode(d, "group", "775")),
        new("all may write", "all/policy.json", false, false, static d => Mode(d, "all", "757")),
        new("a parent that the group may write", "group/sub/policy.json", false, false, static d =>
        {
            Mode(d, "group", "775");
            d.Write("group/sub/policy.json", "old");
        }),
        new("sticky, of root", "sticky/policy.json", true, true, static d => Mode(d, "sticky", "1777")) { IsLocalOnly = true },
        new("sticky, new", "sticky/new.json", true, null, static d => Mode(d, "sticky", "1777")) { IsLocalOnly = true },
        new("sticky, new directories", "sticky/a/b.json", true, null, static d => Mode(d, "sticky", "1777")) { IsLocalOnly = true },
        new("sticky, another user's file", "sticky/policy.json", false, false, static d =>
        {
            Mode(d, "sticky", "1777");
            Own(d, "sticky/policy.json");
        }),
        new("sticky, root's directory", "sticky/sub/policy.json", true, true, static d =>
        {
            Mode(d, "sticky", "1777");
            d.Write("sticky/sub/policy.json", "old");
        }),
        new("sticky, another user's directory", "sticky/sub/policy.json", false, false, static d =>
        {
            Mode(d, "sticky", "1777");
            d.Write("sticky/sub/policy.json", "old");
            Own(d, "sticky/sub");
        }),
        new("sticky, another user's link", "sticky/link.json", false, false, static d =>
        {
            Mode(d, "sticky", "1777");
            d.Link("sticky/link.json", d["victim/file"]);
            Own(d, "sticky/link.json");
        }),
        new("sticky for the group alone", "sticky/policy.json", true, true, static d => Mode(d, "sticky", "1775")) { IsLocalOnly = true },
        new("root's link into a sticky directory", "safe/policy.json", true, true, static d =>
        {
            Mode(d, "sticky", "1775");
            d.Link("safe/policy.json", d["sticky/policy.json"]);
        })
        {
            IsLocalOnly = true,
            DeletesEverywhere = true,
        },
        new("sticky, of another user", "sticky/policy.json", false, false, static d =>
        {
            Mode(d, "sticky", "1777");
            Own(d, "sticky");
        }),
        new("root's link", "safe/policy.json", true, true, static d =>
        {
            d.Write("real/policy.json", "old");
            d.Link("safe/policy.json", "../real/policy.json");
        }),
        new("root's dangling link", "safe/policy.json", true, null, static d =>
        {
            d.MakeDirectory("real");
            d.Link("safe/policy.json", d["real/new.json"]);
        }),
        new("root's link to a directory", "link/policy.json", true, true, static d =>
        {
            d.Write("real/policy.json", "old");
            d.Link("link", "./real/");
        }),
        new("another user's link in root's own", "safe/policy.json", false, true, static d =>
        {
            d.Link("safe/policy.json", d["victim/file"]);
            Own(d, "safe/policy.json");
        }),
        new("another user's link to a file", "theirs/policy.json", false, false,
            static d => Theirs(d, "theirs/policy.json", d["victim/file"])),
        new("another user's dangling link", "theirs/policy.json", false, null,
            static d => Theirs(d, "theirs/policy.json", d["victim/new"])),
        new("another user's link to a directory", "theirs/registries.d/file", false, false,
            static d => Theirs(d, "theirs/registries.d", d["victim"])),
        new("another user's link to a directory for new ones", "theirs/link/a/file", false, null,
            static d => Theirs(d, "theirs/link", d["victim"])),
        new("root's link in another user's directory", "theirs/policy.json", false, false, static d =>
        {
            d.Link("theirs/policy.json", d["victim/file"]);
            Own(d, "theirs");
        }),
        new("root's link to another user's directory", "safe/policy.json", false, true, static d =>
        {
            d.Write("theirs/policy.json", "old");
            Own(d, "theirs");
            d.Link("safe/policy.json", d["theirs/policy.json"]);
        }),
        new("root's link to root's directory in another user's", "link/policy.json", false, false, static d =>
        {
            d.Write("theirs/sub/policy.json", "old");
            Own(d, "theirs");
            d.Link("link", d["theirs/sub"]);
        }),
        new("root's link to another user's link", "safe/policy.json", false, true, static d =>
        {
            Theirs(d, "theirs/link", d["victim/file"]);
            d.Link("safe/policy.json", d["theirs/link"]);
        }),
        new("root's dangling link into another user's directory", "safe/policy.json", false, null, static d =>
        {
            Own(d, "theirs", d.MakeDirectory("theirs"));
            d.Link("safe/policy.json", d["theirs/new.json"]);
        }),
    ];

    /// <summary>Those that need a tool or a mount.</summary>
    public static readonly WriteGuardCase[] Special =
    [
        new("an ACL by which another user writes", "acl/policy.json", false, false, static d => Acl(d, "u:65534:rwx")),
        new("an ACL by which another user reads", "acl/policy.json", true, true, static d => Acl(d, "u:65534:rx")),
        new("another user's directory mounted", "mounted/policy.json", false, false, static d =>
        {
            d.Write("theirs/policy.json", "old");
            Own(d, "theirs");
            d.Mount("mounted", "theirs");
        }),
        new("root's directory mounted in another user's", "theirs/mounted/policy.json", false, false, static d =>
        {
            d.Write("real/policy.json", "old");
            d.Mount("theirs/mounted", "real");
            Own(d, "theirs");
        }),
        new("root's directory in another user's, mounted in root's", "mounted/policy.json", true, true, static d =>
        {
            d.Write("theirs/sub/policy.json", "old");
            Own(d, "theirs");
            d.Mount("mounted", "theirs/sub");
        }),
    ];

    public override string ToString() => Name;

    private static void Own(HostTestDirectory d, string name, string? made = null) => HostTools.Must("chown", "-h", Other, made ?? d[name]);

    private static void Theirs(HostTestDirectory d, string link, string target)
    {
        d.Link(link, target);
        Own(d, link);
        Own(d, System.IO.Path.GetDirectoryName(link)!);
    }

    private static void Mode(HostTestDirectory d, string directory, string mode)
    {
        d.Write(directory + "/policy.json", "old");
        HostTestDirectory.SetMode(d[directory], mode);
    }

    private static void Acl(HostTestDirectory d, string entry)
    {
        Skip.IfNot(HostTools.Has("setfacl"), "setfacl is not installed.");
        d.Write("acl/policy.json", "old");
        (int exitCode, _, string error) = HostTools.Run("setfacl", "-m", entry, d["acl"]);
        Skip.IfNot(exitCode == 0, $"This file system has no ACLs: {error}");
    }
}
