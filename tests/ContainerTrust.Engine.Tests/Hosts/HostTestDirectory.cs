using System.Text;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Tests.Hosts;

/// <summary>An empty directory for one test, removed afterwards, with short words for what the tests do in it.</summary>
internal sealed class HostTestDirectory : IDisposable
{
    public const int Limit = 1 << 20;

    public HostTestDirectory() => Root = Directory.CreateTempSubdirectory("containertrust-hosts-").FullName;

    public string Root { get; }

    private readonly List<HostTestMount> _mounts = [];

    public string this[string relative] => Path.Combine(Root, relative);

    public static string Text(HostFile? file) => Encoding.UTF8.GetString(Assert.IsType<HostFile>(file).Content.Span);

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Reads and replaces under a lock on the path's directory.</summary>
    public static void Rewrite(ITrustHost host, string path, string content)
    {
        using IHostChange change = host.BeginChange([Path.GetDirectoryName(path)!], TimeSpan.FromSeconds(10), CancellationToken.None);
        change.Replace(path, Bytes(content), host.TryReadFile(path, Limit));
    }

    /// <summary>Sets a mode given in octal digits.</summary>
    public static void SetMode(string path, string octal) => HostTools.Must("chmod", octal, path);

    /// <summary>The mode in octal digits.</summary>
    public static string Mode(string path) => HostTools.Must("stat", "-c", "%a", path);

    public string Write(string relative, string content)
    {
        string path = this[relative];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public string MakeDirectory(string relative) => Directory.CreateDirectory(this[relative]).FullName;

    public string Link(string relative, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[relative])!);
        File.CreateSymbolicLink(this[relative], target);
        return this[relative];
    }

    /// <summary>All names below the root, sorted, links not followed.</summary>
    public string[] Names(string relative = "")
    {
        EnumerationOptions all = new() { RecurseSubdirectories = true, AttributesToSkip = 0 };
        string[] names = [.. Directory.EnumerateFileSystemEntries(this[relative], "*", all)
            .Select(n => Path.GetRelativePath(this[relative], n))];
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    /// <summary>The same without the files that writers lock, for a look while a change is being made.</summary>
    public string[] FileNames(string relative = "") =>
        [.. Names(relative).Where(static n => Path.GetFileName(n) != ".containertrust-writer.lock")];

    /// <summary>Mounts one directory at another for the test, which is skipped where that is not permitted.</summary>
    public void Mount(string target, string source) => _mounts.Add(HostTestMount.Mount(MakeDirectory(target), "--bind", this[source]));

    public void Dispose()
    {
        for (int i = _mounts.Count - 1; i >= 0; i--)
            _mounts[i].Dispose();
        Directory.Delete(Root, recursive: true);
    }
}
