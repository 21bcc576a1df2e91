using System.Diagnostics;
using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.Engine.Tests.Hosts.Ssh;

/// <summary>The script of the other side, run here by several shells instead of through ssh, and answers that are none.</summary>
public sealed class RemoteScriptTests : IDisposable
{
    private const int Limit = 1 << 20;

    private readonly HostTestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string> Shells =>
        new((string[])["sh -c", "bash -c", "bash --posix -c", "dash -c", "busybox sh -c", "zsh -c", "csh -c", "tcsh -c", "fish -c"]);

    [SkippableTheory]
    [MemberData(nameof(Shells))]
    public void Every_login_shell_starts_it_and_files_are_read_and_written(string shell)
    {
        Skip.IfNot(HostTools.Has(shell.Split(' ')[0]), $"{shell.Split(' ')[0]} is not installed.");
        string path = _directory["policy 'x'.json"];
        File.WriteAllText(path, "old\0");
        using SshHost host = Connect($"exec {shell} \"$c\"", path);
        Assert.Equal(1, host.RoundTrips);
        HostFile? file = host.TryReadFile(path, Limit);
        Assert.Equal(LocalHost.Instance.TryReadFile(path, Limit)!.Permissions, file!.Permissions);
        Assert.Equal("old\0", Encoding.UTF8.GetString(file.Content.Span));
        Assert.Null(host.TryReadFile(_directory["none"], Limit));
        Skip.IfNot(HostTools.Has("flock"), "flock is not installed.");
        using IHostChange change = host.BeginChange([_directory.Root], Patience.Soon, CancellationToken.None);
        byte[] content = [.. Enumerable.Range(0, 70_000).Select(static i => (byte)i)];
        change.Replace(path, content, file);
        change.Replace(_directory["new"], [], null);
        change.Complete(static _ => { });
        Assert.Equal(content, File.ReadAllBytes(path));
        Assert.Equal(["new", "policy 'x'.json"], _directory.Names());
        Assert.Equal((UnixFileMode)0x1A4, File.GetUnixFileMode(_directory["new"]));
    }

    [Fact]
    public void Noise_before_the_answer_is_skipped()
    {
        using SshHost host = Connect("printf 'motd\\0\\033[1m\\n'; head -c 200000 /dev/urandom; exec sh -c \"$c\"");
        Assert.Equal(Environment.IsPrivilegedProcess, host.UserId == 0);
    }

    [Fact]
    public void An_end_of_input_at_any_byte_leaves_the_old_file_and_no_other()
    {
        Skip.IfNot(HostTools.Has("flock"), "flock is not installed.");
        string path = _directory["policy.json"];
        Random random = new(12);
        byte[] content = new byte[9000];
        for (int i = 0; i < 25; i++)
        {
            File.WriteAllText(path, "old");
            int length = RemoteScript.Text.Length + random.Next(600, 600 + 9600);
            try
            {
                using SshHost host = Connect($"dd bs=1 count={length} 2>/dev/null | sh -c \"$c\"", path);
                using IHostChange change = host.BeginChange([_directory.Root], Patience.Soon, CancellationToken.None);
                change.Replace(path, content, host.TryReadFile(path, Limit));
                change.Complete(static _ => { });
            }
            catch (TrustException e)
            {
                Assert.Contains(e.ErrorId, (string[])["ConnectionLost", "RemoteShellUnusable"]);
            }

            byte[] now = File.ReadAllBytes(path);
            Assert.True(now.AsSpan().SequenceEqual("old"u8) || now.AsSpan().SequenceEqual(content),
                $"A part of {now.Length} bytes is there.");
            Assert.Equal(["policy.json"], _directory.Names());
        }
    }

    [Fact]
    public void Answers_that_were_tampered_with_are_an_error_or_an_answer()
    {
        string path = _directory["policy.json"];
        File.WriteAllText(path, "{ \"default\": [] }\n");
        Random random = new(2026);
        Stopwatch time = Stopwatch.StartNew();
        for (int i = 0; i < 30; i++)
        {
            string mutation = (i % 6) switch
            {
                0 => $"head -c {random.Next(1, 900)}",
                1 => $"tr '{Letter(random)}' '{Letter(random)}'",
                2 => "tr '0-9' '9'",
                3 => $"tr '\\000' '{Letter(random)}'",
                4 => $"sed 's/{Letter(random)}/{new string('9', random.Next(1, 40))}/'",
                _ => $"tr -d '{Letter(random)}'",
            };
            try
            {
                // Ended soon, since what mutates keeps all back until then.
                using SshHost host = Connect($"timeout 0.3 sh -c \"$c\" | {mutation}", path);
                _ = host.TryReadFile(path, Limit);
                _ = host.ListDirectory("/etc/containers/registries.d");
                _ = host.Exists(_directory["else"]);
            }
            catch (TrustException e)
            {
                Assert.DoesNotContain(e.Message, char.IsControl);
            }
        }

        Assert.True(time.Elapsed < Patience.Limit, $"It took {time.Elapsed}.");

        static char Letter(Random random) => "abcdefghilmnorstuvx0123456789EIV/| "[random.Next(35)];
    }

    private static SshHost Connect(string how, params string[] prefetch) => RemoteStandIn.Connect(how, prefetch);
}
