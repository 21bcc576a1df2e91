using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using ContainerTrust.Engine.Compliance.Reports;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Linux;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Tests.Hosts.Ssh;
using ContainerTrust.Engine.Trust;
using Xunit.Abstractions;

namespace ContainerTrust.Engine.Tests.Hosts;

/// <summary>
/// Another user exchanges files and directories for links all the time, in a directory of that user's and in one for all, while root sets,
/// resets and writes reports there: nothing outside is written or deleted. CONTAINERTRUST_LINK_SWAPS says how often.
/// </summary>
public sealed partial class LinkSwapTests(ITestOutputHelper output) : IDisposable
{
    private const string User = "65534:65534";
    private const string Policy = """{"default":[{"type":"reject"}]}""";
    private const int Slots = 8;
    private const int Burst = 200;

    private static readonly string[] s_names = ["theirs/policy.json", "theirs/registries.d", "theirs/report.json", "theirs/sub",
        "shared/policy.json", "shared/report.json", "shared/sub"];

    private readonly HostTestDirectory _directory = new();
    private readonly Random _random = new(2026);
    private long _swaps;
    private int _rounds;
    private int _wrote;
    private int _refused;

    public void Dispose() => _directory.Dispose();

    [SkippableFact]
    public void Nothing_outside_is_written_or_deleted()
    {
        Skip.IfNot(HostTools.IsRoot, "Only root is told apart from the owner of a directory.");
        long count = long.Parse(Environment.GetEnvironmentVariable("CONTAINERTRUST_LINK_SWAPS") ?? "20000", CultureInfo.InvariantCulture);
        Make();
        string before = Victim();
        using CancellationTokenSource end = new();
        Exception? failure = null;
        Thread swapper = new(() => failure = Record.Exception(() => Swap(end.Token)));
        swapper.Start();
        try
        {
            while (Interlocked.Read(ref _swaps) < count && swapper.IsAlive)
            {
                Work(_rounds);
                Interlocked.Increment(ref _rounds);
                Assert.Equal(before, Victim());
            }
        }
        finally
        {
            end.Cancel();
            swapper.Join();
        }

        Assert.Null(failure);
        Assert.Equal(before, Victim());
        Assert.True(_wrote > 0 && _refused > 0, $"{_wrote} written, {_refused} refused.");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{_swaps} swaps, {_rounds} rounds, {_wrote} times written, {_refused} times refused."));
    }

    private void Make()
    {
        HostTestDirectory.SetMode(_directory.Root, "755");
        _directory.Write("victim/policy.json", Policy);
        _directory.Write("victim/file", "precious");
        _directory.Write("victim/a.yaml", "docker: {}\n");
        _directory.Write("victim/report.json", "precious");
        _directory.Write("theirs/policy.json", Policy);
        _directory.Write("theirs/registries.d/a.yaml", "docker: {}\n");
        _directory.Write("theirs/report.json", "old");
        _directory.MakeDirectory("theirs/sub");
        _directory.Write("shared/policy.json", Policy);
        _directory.MakeDirectory("shared/sub");
        HostTools.Must("chown", "-R", User, _directory["theirs"], _directory["shared"]);
        HostTools.Must("chown", "0:0", _directory["shared"]);
        HostTestDirectory.SetMode(_directory["shared"], "1777");
        _directory.Link("safe", "theirs");
    }

    private string Victim()
    {
        StringBuilder text = new();
        foreach (FileSystemInfo info in new DirectoryInfo(_directory["victim"]).EnumerateFileSystemInfos()
            .OrderBy(static f => f.Name, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"{info.Name} {info.LastWriteTimeUtc.Ticks} {File.ReadAllText(info.FullName)}\n");
        return text.ToString();
    }

    // As the user: only this thread's rights for files are given up.
    private void Swap(CancellationToken end)
    {
        _ = setfsgid(65534);
        _ = setfsuid(65534);
        Random random = new(4711);
        string[] targets = ["victim", "victim/policy.json", "victim/new", "victim/report.json", "victim/file", "theirs/sub", "shared/sub"];
        for (int turn = 0; !end.IsCancellationRequested; turn++)
        {
            // Now and then all stays as it is for a while, so that a change that was begun can also come to its end.
            if (random.Next(Burst) == 0)
            {
                int round = Volatile.Read(ref _rounds);
                SpinWait.SpinUntil(() => end.IsCancellationRequested || Volatile.Read(ref _rounds) > round + 2);
            }

            string path = _directory[s_names[random.Next(s_names.Length)]];
            string beside = $"{path}.{random.Next(Slots)}";
            if (random.Next(4) == 0)
            {
                // A new link, or a file or directory, to exchange with.
                _ = unlink(beside);
                bool made = random.Next(4) switch
                {
                    0 => mkdir(beside, 0x1ED) == 0,
                    1 => Create(beside),
                    _ => symlink(_directory[targets[random.Next(targets.Length)]], beside) == 0,
                };
                if (made && rename(beside, path) == 0)
                    Interlocked.Increment(ref _swaps);
            }
            else if (renameat2(-100, beside, -100, path, 2) == 0)
            {
                Interlocked.Increment(ref _swaps);
            }
        }
    }

    private void Work(int round)
    {
        string place = _directory[_random.Next(3) switch { 0 => "theirs", 1 => "shared", _ => "safe" }];
        if (round % 100 == 50)
        {
            using Engine.Hosts.Ssh.SshHost host = RemoteStandIn.Connect("exec sh -c \"$c\"", place + "/policy.json");
            Try(() => Change(host, place));
            return;
        }

        switch (_random.Next(3))
        {
            case 0:
                Try(() => ReportFile.Write(place + "/report.json", "a report"u8));
                break;
            case 1:
                Try(() => ReportFile.Write(place + "/sub/report.json", "a report"u8));
                break;
            default:
                Try(() => Change(LocalHost.Instance, place));
                break;
        }
    }

    private void Change(ITrustHost host, string place)
    {
        TrustStore store = new(host, TrustLocations.Find(host, place + "/policy.json", place + "/registries.d", false), TrustMessages.None);
        if (_random.Next(2) == 0)
            store.Reset(keepSignatureStores: false, preview: false, CancellationToken.None);
        else
            store.Apply([new TrustChange { Transport = "docker", Registry = "r.example", Requirements = [new RejectRequirement()] }],
                new TrustEditOptions { LockTimeout = TimeSpan.FromSeconds(1) }, CancellationToken.None);
    }

    private void Try(Action work)
    {
        try
        {
            work();
            _wrote++;
        }
        catch (TrustException e)
        {
            Assert.NotEqual("LockTimeout", e.ErrorId);
            _refused++;
        }
    }

    private static bool Create(string path)
    {
        int file = open(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, 0x1A4);
        if (file < 0)
            return false;
        Libc.Close(file);
        return true;
    }

    [LibraryImport("libc")]
    private static partial int setfsuid(uint user);

    [LibraryImport("libc")]
    private static partial int setfsgid(uint group);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int unlink(string path);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkdir(string path, uint mode);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, uint mode);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int symlink(string target, string path);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename(string from, string to);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int renameat2(int fromDirectory, string from, int toDirectory, string to, uint flags);
}
