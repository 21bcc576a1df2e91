using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Hosts.Linux;

namespace ContainerTrust.Engine.Tests.Hosts;

/// <summary>Compares our walk with the kernel's own: openat2(2) with RESOLVE_IN_ROOT, on random trees full of links.</summary>
public sealed partial class PathWalkTests
{
    private const long OpenAt2 = 437;
    private const ulong ResolveInRoot = 0x10;

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_path_leads_where_the_kernel_says(int seed)
    {
        using HostTestDirectory directory = new();
        Random random = new(seed);
        string top = directory.MakeDirectory("root");
        directory.Write("outside", "canary");
        List<string> directories = [string.Empty];
        string[] names = ["a", "b", "c", "d", "ä"];
        for (int i = 0; i < 60; i++)
        {
            string path = directories[random.Next(directories.Count)] + "/" + names[random.Next(names.Length)];
            if (Path.Exists(top + path) || new FileInfo(top + path).LinkTarget is not null)
                continue;
            switch (random.Next(4))
            {
                case 0:
                    File.WriteAllText(top + path, path);
                    break;
                case 1:
                    Directory.CreateDirectory(top + path);
                    directories.Add(path);
                    break;
                default:
                    File.CreateSymbolicLink(top + path, RandomPath(random, names, absolute: random.Next(2) == 0));
                    break;
            }
        }

        HostRoot root = new(top);
        int rootDescriptor = root.Open();
        int found = 0;
        try
        {
            for (int i = 0; i < 4000; i++)
            {
                string path = RandomPath(random, names, absolute: true);
                bool follow = random.Next(4) != 0;
                (int kernel, FileIdentity kernelFile) = Kernel(rootDescriptor, path, follow);
                Skip.If(kernel is Errno.ENOSYS or Errno.EPERM, "This kernel has no openat2.");
                (int ours, FileIdentity ourFile) = Ours(root, path, follow);
                Assert.True(kernel == ours && kernelFile == ourFile,
                    $"seed {seed}: {path} (follow: {follow}): kernel {kernel} {kernelFile}, ours {ours} {ourFile}");
                found += kernel == 0 ? 1 : 0;
            }
        }
        finally
        {
            Libc.Close(rootDescriptor);
        }

        Assert.True(found > 200, string.Create(CultureInfo.InvariantCulture, $"Only {found} paths led anywhere."));
    }

    [Fact]
    public void The_flags_mean_on_this_architecture_what_they_should()
    {
        using HostTestDirectory directory = new();
        directory.Write("file", "x");
        directory.Link("link", "file");
        directory.MakeDirectory("directory");
        directory.Link("directory-link", "directory");
        Assert.Equal(-Errno.ELOOP, Open("link", OpenFlags.NoFollow));
        Assert.Equal(-Errno.ENOTDIR, Open("directory-link", OpenFlags.PathOnly | OpenFlags.Directory | OpenFlags.NoFollow));
        Assert.Equal(-Errno.ENOTDIR, Open("file", OpenFlags.Directory));
        Assert.Equal(-Errno.EEXIST, Open("file", OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.WriteOnly));

        int Open(string name, int flags)
        {
            int result = Libc.OpenPath(PathText.Encode(directory[name]), flags);
            if (result >= 0)
                Libc.Close(result);
            return result;
        }
    }

    [Fact]
    public void Any_bytes_survive_the_way_through_a_string()
    {
        Random random = new(7);
        for (int i = 0; i < 5000; i++)
        {
            byte[] bytes = new byte[random.Next(1, 40)];
            random.NextBytes(bytes);
            if (random.Next(2) == 0)
                Encoding.UTF8.GetBytes("ä€😀z").AsSpan(0, Math.Min(10, bytes.Length)).CopyTo(bytes);
            for (int b = 0; b < bytes.Length; b++)
                bytes[b] = bytes[b] == 0 ? (byte)1 : bytes[b];
            bytes[0] = (byte)'/';
            Assert.Equal([.. bytes, 0], PathText.Encode(PathText.Decode(bytes)));
        }
    }

    [Fact]
    public void Any_text_is_a_path_or_a_clear_error()
    {
        Random random = new(8);
        using HostTestDirectory directory = new();
        HostRoot root = new(directory.Root);
        for (int i = 0; i < 5000; i++)
        {
            char[] text = new char[random.Next(0, 30)];
            for (int c = 0; c < text.Length; c++)
                text[c] = random.Next(4) switch { 0 => (char)random.Next(0x10000), 1 => (char)random.Next(0xD7F0, 0xE010),
                    2 => "/. \0"[random.Next(4)], _ => (char)random.Next(32, 127) };
            string path = (random.Next(8) == 0 ? string.Empty : "/") + new string(text);
            try
            {
                using PathWalk walk = PathWalk.Begin(root, path, WalkOptions.FollowLast);
                Assert.NotNull(walk.Place);
            }
            catch (TrustException e)
            {
                Assert.Contains(e.ErrorId, new[] { "InvalidPath", "PathTooLong" });
            }
        }
    }

    [Fact]
    public void A_walk_leaves_no_descriptor_open()
    {
        using HostTestDirectory directory = new();
        directory.Write("a/b/c/file", "x");
        directory.Link("a/b/link", "/a/b/c/../c/file");
        directory.Link("loop", "loop");
        HostRoot root = new(directory.Root);
        foreach (string path in new[] { "/a/b/c/file", "/a/b/link", "/none/x", "/a/b/c/file/x", "/loop", "/../..", "relative" })
        {
            // Other tests open files too, so each path is walked often enough to tell.
            for (int i = 0; i < 500; i++)
                _ = Ours(root, path, follow: true);
        }

        int open = Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
        Assert.True(open < 500, string.Create(CultureInfo.InvariantCulture, $"{open} descriptors are open."));
    }

    private static string RandomPath(Random random, string[] names, bool absolute)
    {
        StringBuilder path = new(absolute ? "/" : string.Empty);
        int count = random.Next(1, 7);
        for (int i = 0; i < count; i++)
        {
            path.Append(random.Next(10) switch { 0 => ".", 1 or 2 => "..", _ => names[random.Next(names.Length)] });
            if (i < count - 1)
                path.Append(random.Next(10) == 0 ? "//" : "/");
        }

        if (random.Next(8) == 0)
            path.Append('/');
        return path.ToString();
    }

    private static (int Error, FileIdentity File) Ours(HostRoot root, string path, bool follow)
    {
        try
        {
            using PathWalk walk = PathWalk.Begin(root, path, follow ? WalkOptions.FollowLast : WalkOptions.None);
            return walk.Result switch
            {
                WalkResult.Found => (0, walk.Status.Identity),
                WalkResult.NotADirectory => (Errno.ENOTDIR, default),
                _ => (Errno.ENOENT, default),
            };
        }
        catch (TrustException e) when (e.ErrorId == "SymbolicLinkLoop")
        {
            return (Errno.ELOOP, default);
        }
        catch (TrustException e) when (e.ErrorId == "InvalidPath")
        {
            return (Errno.EINVAL, default);
        }
    }

    private static (int Error, FileIdentity File) Kernel(int root, string path, bool follow)
    {
        OpenHow how = new() { Flags = OpenFlags.PathOnly | OpenFlags.CloseOnExec | (follow ? 0ul : (ulong)OpenFlags.NoFollow),
            Resolve = ResolveInRoot };
        nint descriptor;
        do
        {
            descriptor = syscall((nint)OpenAt2, root, PathText.Encode(path), ref how, 24);
        }
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == Errno.EAGAIN); // something was renamed or mounted meanwhile, anywhere
        if (descriptor < 0)
            return (Marshal.GetLastPInvokeError(), default);
        try
        {
            Assert.Equal(0, Libc.Status((int)descriptor, out FileStatus status));
            return (0, status.Identity);
        }
        finally
        {
            Libc.Close((int)descriptor);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint directory, ReadOnlySpan<byte> path, ref OpenHow how, nint size);

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }
}
