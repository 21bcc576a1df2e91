using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Tests.Hosts.Ssh;
using Xunit.Abstractions;
using static ContainerTrust.Engine.Tests.Hosts.HostTestDirectory;

namespace ContainerTrust.Engine.Tests.Hosts;

/// <summary>Root writes and deletes only where nobody else can lead it elsewhere: one table, for files here and over SSH.</summary>
public sealed class WriteGuardTests(ITestOutputHelper output)
{
    private const string Precious = "precious";

    public static TheoryData<string, string> Ways()
    {
        TheoryData<string, string> data = [];
        foreach (string road in (string[])["local", "sh", "bash", "busybox sh"])
        {
            foreach (WriteGuardCase way in WriteGuardCase.All.Concat(WriteGuardCase.Special))
                data.Add(road, way.Name);
        }

        return data;
    }

    [SkippableTheory]
    [MemberData(nameof(Ways))]
    public void A_file_is_written_and_deleted_where_the_table_says(string road, string name)
    {
        Skip.IfNot(HostTools.IsRoot && HostTools.Has("flock"), "Only root has the guard, and flock is needed.");
        Skip.IfNot(road == "local" || HostTools.Has(road.Split(' ')[0]), $"{road} is not installed.");
        WriteGuardCase way = WriteGuardCase.All.Concat(WriteGuardCase.Special).Single(w => w.Name == name);
        bool isAllowed = road == "local" || !way.IsLocalOnly;
        Attempt(road, way, way.Writes && isAllowed, static (change, path, file) => change.Replace(path, Bytes("new"), file), "new");
        if (way.Deletes is { } deletes)
            Attempt(road, way, deletes && (isAllowed || way.DeletesEverywhere), static (change, path, file) =>
                change.Delete(path, file!), null);
    }

    private void Attempt(string road, WriteGuardCase way, bool expected, Action<IHostChange, string, HostFile?> work, string? content)
    {
        using HostTestDirectory directory = new();
        directory.Write("victim/file", Precious);
        way.Make(directory);
        string[] before = directory.Names();
        string path = directory[way.Path];
        ITrustHost host = road == "local" ? LocalHost.Instance : RemoteStandIn.Connect($"exec {road} -c \"$c\"", path);
        using (host as IDisposable)
        {
            string? error = null;
            string? previewed = (Record.Exception(() => host.RequireSafe(path, isDeletion: content is null)) as TrustException)?.ErrorId;
            try
            {
                using IHostChange change = host.BeginChange([Path.GetDirectoryName(path)!], Patience.Soon, CancellationToken.None);
                work(change, path, host.TryReadFile(path, Limit));
                change.Complete(static _ => { });
            }
            catch (TrustException e)
            {
                output.WriteLine(e.Message);
                error = e.ErrorId;
            }

            Assert.Equal(expected ? null : road == "local" && error == "UntrustedSymbolicLink" ? error : "UnsafeDirectory", error);

            // A preview promises nothing that the change refuses.
            Assert.Equal(road == "local" && error is not null, previewed is not null);
        }

        Assert.Equal(Precious, File.ReadAllText(directory["victim/file"]));
        Assert.Equal(["file"], directory.Names("victim"));
        if (!expected)
            Assert.Equal(before, directory.Names());
        else if (content is not null)
            Assert.Equal(content, File.ReadAllText(path));
        else
            Assert.Null(new FileInfo(path) is { Exists: false, LinkTarget: null } ? null : path);
        Assert.DoesNotContain(directory.Names(), static n => n.Contains("containertrust", StringComparison.Ordinal));
    }
}
