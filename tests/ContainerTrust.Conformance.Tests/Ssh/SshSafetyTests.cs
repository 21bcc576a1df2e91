using System.Diagnostics;
using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.OpenPgp;
using Xunit.Abstractions;

namespace ContainerTrust.Conformance.Tests.Ssh;

/// <summary>Names and contents that could be taken for commands, files that are none, and writers that are killed.</summary>
public sealed class SshSafetyTests(ITestOutputHelper output)
{
    private const int Limit = 1 << 20;
    private const string Canary = "/tmp/containertrust-canary";

    private static readonly string[] s_names =
    [
        "plain", "two words", " leading", "trailing ", "-rf", "--help", "-", "it's", "\"double\"", "back\\slash", "\\0101", "%s%n",
        "new\nline", "\n", "a\n", "tab\t", "$(touch " + Canary + ")",
        "`touch " + Canary + "`", ";touch " + Canary + ";", "&touch " + Canary, "|touch " + Canary, "$HOME", "${IFS}", "~", "~root", "*",
        "?", "[a-z]", "!!", "!touch", "#comment", "=", "(", ")", "{a,b}", "<x", ">x",
        "\u0001\u0002\u001b[31m\u007f", "gr\u00fc\u00df", "\udcff\udc80 no utf8", "r/x", "b\\0012", "v1", "E", ".hidden", "..twodots",
        "x.yaml", "-.yaml", "'.conf",
    ];

    [SkippableFact]
    public void No_name_and_no_content_is_ever_executed_or_mistaken()
    {
        using TestFleet fleet = TestFleet.Start(2, "ok", "busybox");
        foreach (TestFleetHost there in fleet.Hosts)
        {
            const string Directory = "/etc/containers/odd $(touch " + Canary + ") 'names\".d";
            string[] names = [.. s_names.Select(static n => n.Replace("/", "\u2044", StringComparison.Ordinal))];
            using (IHostChange local = there.Local.BeginChange([Directory], TimeSpan.FromSeconds(5), CancellationToken.None))
            {
                foreach (string name in names)
                    local.Replace($"{Directory}/{name}", Encoding.UTF8.GetBytes("content of $(touch " + Canary + ")\0\n"), null);
            }

            using SshHost host = fleet.Connect(there, [Directory, .. names.Select(static n => $"{Directory}/{n}")]);
            Assert.Equal(there.Local.ListDirectory(Directory), host.ListDirectory(Directory));
            using IHostChange change = host.BeginChange([Directory], TimeSpan.FromSeconds(5), CancellationToken.None);
            byte[] content = [.. Encoding.UTF8.GetBytes("new `touch " + Canary + "`\nE\0E\0k0\0\n.\nC\n"), .. Enumerable.Range(0, 256)
                .Select(static i => (byte)i)];
            foreach (string name in names)
            {
                string path = $"{Directory}/{name}";
                HostFile? local = there.Local.TryReadFile(path, Limit);
                HostFile? remote = host.TryReadFile(path, Limit);
                Assert.NotNull(local);
                Assert.NotNull(remote);
                Assert.True(local.Content.Span.SequenceEqual(remote.Content.Span), path);
                Assert.Equal(local.Permissions, remote.Permissions);
                Assert.Equal(local.Stamp.Length, remote.Stamp.Length);
                Assert.Equal(local.Stamp.ModifiedNanoseconds, remote.Stamp.ModifiedNanoseconds);
                Assert.Equal(there.Local.ResolvePath(path), host.ResolvePath(path));
                change.Replace(path, content, remote);
            }

            int done = 0;
            int before = host.RoundTrips;
            change.Complete(_ => done++);
            Assert.Equal(names.Length, done);
            Assert.Equal(before + 1, host.RoundTrips);
            Assert.Equal(names.Order(StringComparer.Ordinal), there.Local.ListDirectory(Directory));
            foreach (string name in names)
                Assert.True(there.Local.TryReadFile($"{Directory}/{name}", Limit)!.Content.Span.SequenceEqual(content), name);
            foreach (string name in names)
                change.Delete($"{Directory}/{name}", host.TryReadFile($"{Directory}/{name}", Limit)!);
            change.Complete(static _ => { });
            Assert.Empty(there.Local.ListDirectory(Directory));
            Assert.Empty(host.ListDirectory(Directory));
            Assert.False(File.Exists(Canary) || File.Exists(there.File(Canary)), "Something was executed.");
        }
    }

    [SkippableFact]
    public void What_is_given_for_a_connection_is_refused_or_harmless()
    {
        using TestFleet fleet = TestFleet.Start(1);
        SshConnectionOptions good = fleet.Options(fleet.Hosts[0]);
        foreach (string odd in s_names.Where(static (_, i) => i % 3 == 1 || i is > 15 and < 22).Append("-oProxyCommand=touch " + Canary)
            .Append("x;touch " + Canary).Append("x$(touch " + Canary + ")").Append("x`touch " + Canary + "`"))
        {
            Attempt(good with { HostName = odd });
            Attempt(good with { UserName = odd });
            Attempt(good with { KeyFilePath = odd });
            Attempt(good with { Options = new Dictionary<string, string>(good.Options) { [odd] = "x" } });
            Attempt(good with { Options = new Dictionary<string, string>(good.Options) { ["Ciphers"] = odd } });
            Attempt(good with { Options = new Dictionary<string, string>(good.Options) { ["ProxyCommand"] = "/bin/false %h %r" },
                UserName = odd });
        }

        void Attempt(SshConnectionOptions options)
        {
            try
            {
                SshHost.Connect(options with { ConnectingTimeout = TimeSpan.FromSeconds(2) }, [], TrustMessages.None, CancellationToken.None).Dispose();
            }
            catch (TrustException e)
            {
                Assert.DoesNotContain(e.Message, char.IsControl);
            }

            Assert.False(File.Exists(Canary) || File.Exists(fleet.Hosts[0].File(Canary)), "Something was executed.");
        }
    }

    [SkippableFact]
    public void Files_that_are_none_give_the_errors_that_local_ones_give()
    {
        using TestFleet fleet = TestFleet.Start(3, "ok", "busybox", "noise");
        foreach (TestFleetHost there in fleet.Hosts)
        {
            string directory = there.File("/etc/containers/strange");
            Directory.CreateDirectory(Path.Combine(directory, "sub"));
            File.WriteAllText(Path.Combine(directory, "file"), "text");
            File.WriteAllText(Path.Combine(directory, "empty"), "");
            File.WriteAllText(Path.Combine(directory, "large"), new string('x', 5 << 20));
            File.CreateSymbolicLink(Path.Combine(directory, "loop"), "loop");
            File.CreateSymbolicLink(Path.Combine(directory, "dangling"), "nowhere");
            File.CreateSymbolicLink(Path.Combine(directory, "absolute"), "/etc/containers/strange/file");
            File.CreateSymbolicLink(Path.Combine(directory, "up"), "../../containers/strange/sub");
            Tools.Run(Tools.RequireTool("mkfifo"), [Path.Combine(directory, "fifo")]);
            string[] paths =
            [
                .. ((string[])["file", "empty", "large", "loop", "dangling", "absolute", "up", "fifo", "sub", "none", "none/none",
                    "file/none", "loop/none", "up/none", "", "/", "sub/", "none/", "./file", "sub/../file", "//file"])
                    .Select(static n => "/etc/containers/strange/" + n),
                "/dev/null", "/proc/version", "relative", "", "/", "/etc/containers/" + new string('n', 256), "/" +
                    string.Concat(Enumerable.Repeat("long/", 1000)), "/etc/containers/nul\0",
            ];
            using SshHost host = fleet.Connect(there);
            ITrustHost local = there.Local;
            foreach (string path in paths)
            {
                foreach (int limit in (int[])[3, 10 << 20])
                    Assert.Equal($"read {path}: {Result(() => Content(local.TryReadFile(path, limit)))}",
                        $"read {path}: {Result(() => Content(host.TryReadFile(path, limit)))}");
                Assert.Equal($"exists {path}: {Result(() => local.Exists(path).ToString())}",
                    $"exists {path}: {Result(() => host.Exists(path).ToString())}");
                if (!path.StartsWith("/dev", StringComparison.Ordinal) && path != "/")
                    Assert.Equal($"list {path}: {Result(() => string.Join('|', local.ListDirectory(path)))}",
                        $"list {path}: {Result(() => string.Join('|', host.ListDirectory(path)))}");
            }
        }

        static string Content(HostFile? file) => file is null ? "none" : $"{file.Content.Length} {file.Permissions}";

        static string Result(Func<string> what)
        {
            try
            {
                return what();
            }
            catch (TrustException e)
            {
                return $"{e.ErrorId} {e.Kind}";
            }
        }
    }

    [SkippableFact]
    public void Killed_writers_leave_every_host_an_old_or_a_new_file()
    {
        const int Kills = 8;
        using TestFleet fleet = TestFleet.Start(6, "ok", "busybox");
        string writer = Path.Combine(AppContext.BaseDirectory.Replace("ContainerTrust.Conformance.Tests", "ContainerTrust.TestWriter",
            StringComparison.Ordinal), "ContainerTrust.TestWriter.dll");
        Skip.IfNot(File.Exists(writer), $"{writer} is not built.");
        string directory = Path.GetDirectoryName(fleet.KeyFile)!;
        Random random = new(4711);
        Stopwatch time = Stopwatch.StartNew();
        int moved = 0;
        string[] last = new string[fleet.Hosts.Count];
        for (int kill = 0; kill < Kills; kill++)
        {
            using Process process = Process.Start(new ProcessStartInfo("dotnet", ["exec", writer, "fleet-generations", directory, "3"])
                { RedirectStandardOutput = true })!;
            if (kill % 4 != 0)
                Assert.Equal("ready", process.StandardOutput.ReadLine());
            if (kill % 4 != 0)
                Patience.Until(() => fleet.Hosts.Where((there, i) => Whole(there) != last[i]).Count() > 1,
                    "files of two hosts are written");
            Thread.Sleep(random.Next(0, kill % 4 == 0 ? 600 : 300));
            Assert.False(process.HasExited, "The writer failed.");
            process.Kill();
            process.WaitForExit();
            for (int i = 0; i < fleet.Hosts.Count; i++)
            {
                string text = Whole(fleet.Hosts[i]);
                moved += text != last[i] ? 1 : 0;
                last[i] = text;
            }
        }

        // The other side notices that nobody is there any more, and tidies up.
        foreach (TestFleetHost there in fleet.Hosts)
        {
            Patience.Until(() => !there.Local.ListDirectory("/etc/containers").Any(static n => n.StartsWith('.')),
                $"{there.State} tidies up");
            there.Local.BeginChange(["/etc/containers"], Patience.Soon, CancellationToken.None).Dispose();
            Whole(there);
        }

        Assert.True(moved > fleet.Hosts.Count, "The writers hardly wrote.");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Kills} kills in {time.Elapsed.TotalSeconds:0.0} s, {moved} files seen changed."));

        static string Whole(TestFleetHost there)
        {
            string[] lines = Encoding.UTF8.GetString(there.Local.TryReadFile("/etc/containers/policy.json", Limit)!.Content.Span)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (lines[0] == "{")
                return "first";
            Assert.Equal(300_000 / (lines[0].Length + 1), lines.Length);
            Assert.All(lines, l => Assert.Equal(lines[0], l));
            return lines[0];
        }
    }
}
