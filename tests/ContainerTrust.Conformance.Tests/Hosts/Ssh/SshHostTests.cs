using System.Diagnostics;
using System.Text;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Fleet;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Trust;
using Xunit.Abstractions;

namespace ContainerTrust.Conformance.Tests.Hosts.Ssh;

public sealed class SshHostTests(SharedFleet shared, ITestOutputHelper output) : IClassFixture<SharedFleet>
{
    private const int Limit = 1 << 20;
    private const string Policy = "/etc/containers/policy.json";

    private readonly ITestOutputHelper _output = output;

    private TestFleet Fleet => shared.Fleet;

    [SkippableTheory]
    [InlineData("ok")]
    [InlineData("noise")]
    [InlineData("busybox")]
    public void Reading_takes_two_round_trips_and_with_known_key_files_one(string state)
    {
        TestFleetHost there = Fleet[state];
        string key = $"/etc/pki/rpm-gpg/read {state}'s \"key\"";
        File.WriteAllText(there.File(key), "no key\n");
        string before = File.ReadAllText(there.File(Policy));
        try
        {
            string text = """{"default":[{"type":"reject"}],"transports":{"docker":{"registry.example":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"PATH"}]}}}""";
            File.WriteAllText(there.File(Policy),
                text.Replace("PATH", key.Replace("\"", "\\\"", StringComparison.Ordinal), StringComparison.Ordinal));
            using (SshHost host = Fleet.Connect(there))
            {
                TrustStore store = new(host, TrustLocations.Find(host, null, null, false), TrustMessages.None);
                ImageTrust[] trust = [.. store.Read(new TrustQuery())];
                Assert.Equal(["default", "registry.example"], trust.Select(static t => t.Registry));
                Assert.All(trust, t => Assert.Equal(there.Address, t.ComputerName));
                Assert.Equal(2, host.RoundTrips);
                Assert.Equal([key], host.FetchedLater);
                Assert.Equal("no key\n", Encoding.UTF8.GetString(host.TryReadFile(key, Limit)!.Content.Span));
                Assert.Equal(there.Name, host.RemoteName);
                Assert.Equal(0u, host.UserId);
                Assert.Equal("/root", host.HomeDirectory);
            }

            using (SshHost host = Fleet.Connect(there, key))
            {
                TrustStore store = new(host, TrustLocations.Find(host, null, null, false), TrustMessages.None);
                Assert.Equal(2, store.Read(new TrustQuery()).Count());
                Assert.Equal(1, host.RoundTrips);
            }
        }
        finally
        {
            File.WriteAllText(there.File(Policy), before);
        }
    }

    [SkippableTheory]
    [InlineData("ok")]
    [InlineData("noise")]
    [InlineData("busybox")]
    public void Writing_takes_two_round_trips_and_leaves_attributes_and_links(string state)
    {
        TestFleetHost there = Fleet[state];
        string real = "/etc/containers/real dir/$(policy) 'x'.json";
        Directory.CreateDirectory(Path.GetDirectoryName(there.File(real))!);
        string link = there.File("/etc/containers/linked.json");
        File.WriteAllText(there.File(real), """{"default":[{"type":"insecureAcceptAnything"}]}""");
        File.CreateSymbolicLink(link, Path.GetRelativePath("/etc/containers", real));
        File.SetUnixFileMode(there.File(real), (UnixFileMode)Convert.ToInt32("640", 8));
        Tools.Run("/bin/chown", ["4711:4712", there.File(real)]);
        bool hasAttributes = state != "busybox" && Tools.FindTool("setfattr") is { } setfattr
            && Tools.Run(setfattr, ["-n", "trusted.kept", "-v", "yes", there.File(real)]).ExitCode == 0;

        using SshHost host = Fleet.Connect(there, "/etc/containers/linked.json", "/etc/containers/new.d");
        TrustStore store = new(host, TrustLocations.Find(host, "/etc/containers/linked.json", "/etc/containers/new.d", false),
            TrustMessages.None);
        TrustChange change = new() { Transport = "docker", Registry = "registry.example", Requirements = [new RejectRequirement()],
            Section = new LookasideSection { SignatureStore = "https://sigs.example/" } };
        TrustEditResult result = store.Apply([change], new TrustEditOptions(), CancellationToken.None);
        Assert.Equal(["/etc/containers/linked.json", "/etc/containers/new.d/registry.example.yaml"],
            result.Files.Select(static f => f.Path));
        ImageTrust[] after = [.. store.Read(new TrustQuery())];
        Assert.Equal(2, host.RoundTrips);

        Assert.Equal(TrustType.Reject, after.Single(static t => !t.IsDefault).Type);
        Assert.NotNull(new FileInfo(link).LinkTarget);
        HostFile file = there.Local.TryReadFile(real, Limit)!;
        Assert.Contains("registry.example", Encoding.UTF8.GetString(file.Content.Span), StringComparison.Ordinal);
        Assert.Equal(new FilePermissions(0x1A0, 4711, 4712), file.Permissions);
        if (hasAttributes)
            Assert.Contains("yes", Tools.Run(Tools.RequireTool("getfattr"), ["-n", "trusted.kept", there.File(real)]).Output,
                StringComparison.Ordinal);
        Assert.Equal(0x1A4u, there.Local.TryReadFile("/etc/containers/new.d/registry.example.yaml", Limit)!.Permissions!.Value.Mode);
        Assert.Single(there.Local.ListDirectory("/etc/containers/real dir"));
        Assert.Single(there.Local.ListDirectory("/etc/containers/new.d"));

        // The same again touches nothing and sends nothing; so does a host that is read afresh.
        FileStamp stamp = file.Stamp;
        Assert.Empty(store.Apply([change], new TrustEditOptions(), CancellationToken.None).Files);
        Assert.Equal(2, host.RoundTrips);
        Assert.Equal(stamp, there.Local.TryReadFile(real, Limit)!.Stamp);

        // Away with it: the section's file is deleted.
        Assert.Equal(2, store.Apply([new TrustChange { Transport = "docker", Registry = "registry.example", Remove = true }],
            new TrustEditOptions(), CancellationToken.None).Files.Count);
        Assert.Equal(3, host.RoundTrips);
        Assert.Empty(there.Local.ListDirectory("/etc/containers/new.d"));
        Directory.Delete(Path.GetDirectoryName(there.File(real))!, recursive: true);
        File.Delete(link);
        Directory.Delete(there.File("/etc/containers/new.d"), recursive: true);
    }

    [SkippableTheory]
    [InlineData("down", "HostUnreachable", TrustErrorKind.ConnectionFailed)]
    [InlineData("hang", "SshTimeout", TrustErrorKind.ConnectionFailed)]
    [InlineData("changedkey", "HostKeyMismatch", TrustErrorKind.PermissionDenied)]
    [InlineData("unknownkey", "HostKeyUnknown", TrustErrorKind.PermissionDenied)]
    [InlineData("refused", "SshAuthenticationFailed", TrustErrorKind.PermissionDenied)]
    public void Each_way_of_not_connecting_is_its_own_error(string state, string id, TrustErrorKind kind)
    {
        TrustException error = Assert
            .Throws<TrustException>(() =>
            SshHost.Connect(Fleet.Options(Fleet[state]) with { ConnectingTimeout = TimeSpan.FromSeconds(state == "hang" ? 2 : 60) }, [],
            TrustMessages.None, CancellationToken.None));
        _output.WriteLine(error.Message);
        Assert.Equal(id, error.ErrorId);
        Assert.Equal(kind, error.Kind);
        Assert.Equal(Fleet[state].Address, error.Target);
        Assert.Contains(Fleet[state].Address, error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Sudo_works_without_a_password_and_says_so_where_it_wants_one()
    {
        Tools.RequireTool("sudo");
        using (SshHost host = SshHost.Connect(Fleet.Options(Fleet["ok"]) with { UserName = "deploy", Sudo = true }, [], TrustMessages.None,
            CancellationToken.None))
        {
            Assert.Equal(0u, host.UserId);
            Assert.Equal("/root", host.HomeDirectory);
        }

        TrustException error = Assert
            .Throws<TrustException>(() => SshHost.Connect(Fleet.Options(Fleet["sudo"]) with { UserName = "deploy", Sudo = true }, [],
            TrustMessages.None, CancellationToken.None));
        _output.WriteLine(error.Message);
        Assert.Equal("SudoPasswordRequired", error.ErrorId);
        error = Assert.Throws<TrustException>(() =>
            SshHost.Connect(Fleet.Options(Fleet["busybox"]) with { Sudo = true }, [], TrustMessages.None, CancellationToken.None));
        _output.WriteLine(error.Message);
        Assert.Equal("SudoRefused", error.ErrorId);
    }

    [SkippableFact]
    public void Who_is_not_root_is_told_what_he_may_not()
    {
        TestFleetHost there = Fleet["ok"];
        File.WriteAllText(there.File("/etc/containers/secret.json"), "{}");
        File.SetUnixFileMode(there.File("/etc/containers/secret.json"), UnixFileMode.UserRead);
        using SshHost host = SshHost.Connect(Fleet.Options(there) with { UserName = "deploy" }, [], TrustMessages.None,
            CancellationToken.None);
        Assert.Equal(60001u, host.UserId);
        Assert.Equal("PermissionDenied",
            Assert.Throws<TrustException>(() => host.TryReadFile("/etc/containers/secret.json", Limit)).ErrorId);
        Assert.Equal("PermissionDenied",
            Assert.Throws<TrustException>(() => host.TryReadFile("/root/secret", Limit)
            ?? throw new InvalidOperationException("It was found missing.")).ErrorId);
        TrustStore store = new(host, TrustLocations.Find(host, null, null, false), TrustMessages.None);
        TrustException error = Assert
            .Throws<TrustException>(() => store.Apply([Reject("denied.example")], new TrustEditOptions(), CancellationToken.None));
        _output.WriteLine(error.Message);
        Assert.Equal("PermissionDenied", error.ErrorId);
        File.Delete(there.File("/etc/containers/secret.json"));
    }

    [SkippableFact]
    public void Root_does_not_write_where_another_user_could_lead_it_elsewhere()
    {
        TestFleetHost there = Fleet["ok"];
        const string path = "/home/deploy/own/policy.json";
        Directory.CreateDirectory(there.File("/home/deploy/own"));
        File.WriteAllText(there.File(path), "{\"default\":[{\"type\":\"reject\"}]}");
        using (SshHost host = Fleet.Connect(there))
        {
            TrustStore store = new(host, TrustLocations.Find(host, path, null, false), TrustMessages.None);
            TrustException error = Assert
                .Throws<TrustException>(() => store.Apply([Reject("r.example")], new TrustEditOptions(), CancellationToken.None));
            _output.WriteLine(error.Message);
            Assert.Equal("UnsafeDirectory", error.ErrorId);
        }

        using (SshHost host = Fleet.Connect(there))
        {
            using IHostChange change = host.BeginChange(["/home/deploy/own"], TimeSpan.FromSeconds(5), CancellationToken.None);
            change.Delete(path, host.TryReadFile(path, Limit)!);
            Assert.Equal("UnsafeDirectory", Assert.Throws<TrustException>(() => change.Complete(static _ => { })).ErrorId);
        }

        Assert.Equal("{\"default\":[{\"type\":\"reject\"}]}", File.ReadAllText(there.File(path)));
        Assert.Equal(["policy.json"], Directory.GetFileSystemEntries(there.File("/home/deploy/own")).Select(Path.GetFileName));
    }

    [SkippableFact]
    public void A_host_without_locks_is_read_and_not_written()
    {
        TestFleetHost there = Fleet["busyonly"];
        string before = File.ReadAllText(there.File(Policy));
        using SshHost host = Fleet.Connect(there);
        TrustStore store = new(host, TrustLocations.Find(host, null, null, false), TrustMessages.None);
        Assert.Single(store.Read(new TrustQuery()));
        TrustException error = Assert
            .Throws<TrustException>(() => store.Apply([Reject("r.example")], new TrustEditOptions(), CancellationToken.None));
        _output.WriteLine(error.Message);
        Assert.Equal("RemoteShellUnusable", error.ErrorId);
        Assert.Contains("flock", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(there.File(Policy)));
    }

    [SkippableTheory]
    [InlineData("fulldisk", "DiskFull")]
    [InlineData("readonly", "ReadOnlyFileSystem")]
    [InlineData("broken", "PolicySyntax")]
    public void Each_way_of_not_writing_is_its_own_error_and_leaves_the_old_file(string state, string id)
    {
        TestFleetHost there = Fleet[state];
        string before = File.ReadAllText(there.File(Policy));
        using SshHost host = Fleet.Connect(there);
        TrustStore store = new(host, TrustLocations.Find(host, null, null, false), TrustMessages.None);
        TrustException error = Assert
            .ThrowsAny<TrustException>(() => store.Apply([.. Enumerable.Range(0, 300).Select(static i => Reject($"r{i}.example"))],
            new TrustEditOptions(), CancellationToken.None));
        _output.WriteLine($"{error.ErrorId}: {error.Message}");
        Assert.Equal(id, error.ErrorId);
        Assert.Equal(before, File.ReadAllText(there.File(Policy)));
        Assert.DoesNotContain(there.Local.ListDirectory("/etc/containers"),
            static n => n.Contains("containertrust", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void What_another_program_wrote_meanwhile_is_kept()
    {
        TestFleetHost there = Fleet.Hosts[12];
        using SshHost host = Fleet.Connect(there);
        TrustStore store = new(host, TrustLocations.Find(host, null, null, false), TrustMessages.None);
        _ = store.Read(new TrustQuery()).Count();
        TrustStore local = new(there.Local, TrustLocations.Find(there.Local, null, null, false), TrustMessages.None);
        local.Apply([Reject("local.example")], new TrustEditOptions(), CancellationToken.None);
        store.Apply([Reject("remote.example")], new TrustEditOptions(), CancellationToken.None);
        Assert.Equal(["default", "local.example", "remote.example"], local.Read(new TrustQuery()).Select(static t => t.Registry).Order());
        Assert.Equal(4, host.RoundTrips);

        // A new file that has come to be meanwhile is not overwritten either.
        using IHostChange change = host.BeginChange(["/etc/containers"], TimeSpan.FromSeconds(1), CancellationToken.None);
        Assert.Null(host.TryReadFile("/etc/containers/fresh.json", Limit));
        File.WriteAllText(there.File("/etc/containers/fresh.json"), "theirs");
        change.Replace("/etc/containers/fresh.json", "ours"u8, null);
        Assert.Throws<FileChangedException>(() => change.Complete(static _ => { }));
        Assert.Equal("theirs", File.ReadAllText(there.File("/etc/containers/fresh.json")));
        Assert.Equal("theirs", Encoding.UTF8.GetString(host.TryReadFile("/etc/containers/fresh.json", Limit)!.Content.Span));
    }

    [SkippableFact]
    public async Task Writers_there_and_here_exclude_each_other()
    {
        Tools.RequireTool("flock");
        TestFleetHost there = Fleet.Hosts[13];
        using SshHost host = Fleet.Connect(there);
        TrustStore store = new(host, TrustLocations.Find(host, null, null, false), TrustMessages.None);
        using (there.Local.BeginChange(["/etc/containers"], TimeSpan.Zero, CancellationToken.None))
        {
            TrustException error = Assert
                .Throws<TrustException>(() =>
                store.Apply([Reject("locked.example")], new TrustEditOptions { LockTimeout = TimeSpan.FromSeconds(1) },
                CancellationToken.None));
            _output.WriteLine(error.Message);
            Assert.Equal("LockTimeout", error.ErrorId);
        }

        using SshHost again = Fleet.Connect(there);
        IHostChange held = there.Local.BeginChange(["/etc/containers/registries.d"], TimeSpan.Zero, CancellationToken.None);
        TrustStore other = new(again, TrustLocations.Find(again, null, null, false), TrustMessages.None);
        Task<TrustEditResult> waiting = Task
            .Run(() => other.Apply([Reject("locked.example")], new TrustEditOptions { LockTimeout = Patience.Limit },
            CancellationToken.None));
        await Patience.UntilAsync(() => waiting.IsCompleted || there.HasWaitingWriter(), "the writer waits");
        Assert.False(waiting.IsCompleted, "It did not wait for the lock.");
        held.Dispose();
        Assert.Single((await waiting).Files);
        Assert.DoesNotContain(there.Local.ListDirectory("/etc/containers"), static n => n.StartsWith('.'));
    }

    [SkippableFact]
    public async Task Cancelling_ends_at_once_and_leaves_no_ssh()
    {
        foreach (string state in (string[])["hang", "ok"])
        {
            using CancellationTokenSource cancel = new();
            SshConnectionOptions options = Fleet.Options(Fleet[state]) with { ConnectingTimeout = TimeSpan.FromSeconds(Patience.Long) };
            Stopwatch time;
            if (state == "hang")
            {
                Task<SshHost> connecting = SshHost.ConnectAsync(options, [], TrustMessages.None, cancel.Token);
                await Patience.UntilAsync(() => Running.Any("BatchMode", options.HostName), "ssh starts");
                time = Stopwatch.StartNew();
                await cancel.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
            }
            else
            {
                // While it waits for a lock.
                using IHostChange held = Fleet[state].Local.BeginChange(["/etc/containers"], TimeSpan.Zero, CancellationToken.None);
                using SshHost host = SshHost.Connect(options, [], TrustMessages.None, cancel.Token);
                TrustStore store = new(host, TrustLocations.Find(host, null, null, false), TrustMessages.None);
                TrustEditOptions patient = new() { LockTimeout = TimeSpan.FromSeconds(Patience.Long) };
                Task writing = Task.Run(() => store.Apply([Reject("cancelled.example")], patient, cancel.Token));
                await Patience.UntilAsync(() => writing.IsCompleted || Fleet[state].HasWaitingWriter(), "the writer waits");
                time = Stopwatch.StartNew();
                await cancel.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
            }

            // A tenth of a second where nothing else runs.
            _output.WriteLine($"{state}: {time.ElapsedMilliseconds} ms");
            Patience.EndedSoon(time);
            await Patience.UntilAsync(() => !Running.Any("BatchMode", options.HostName), "ssh is gone");
        }

        Assert.DoesNotContain("cancelled.example", File.ReadAllText(Fleet["ok"].File(Policy)), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_fleet_with_every_fault_gives_each_host_its_own_answer()
    {
        Stopwatch time = Stopwatch.StartNew();
        SshConnectionOptions[] hosts =
            [.. Fleet.Hosts.Select(h => Fleet.Options(h) with { UserName = h.State == "sudo" ? "deploy" : "root", Sudo = h.State == "sudo",
            ConnectingTimeout = TimeSpan.FromSeconds(h.State == "hang" ? 2 : 60) })];
        List<FleetResult<int>> results =
            [.. FleetRunner.Run(hosts, 32, [], static _ => TrustMessages.None, static (host, messages, cancellation) =>
            new TrustStore(host, TrustLocations.Find(host, null, null, false), messages).Read(new TrustQuery(), cancellation).Count(),
            CancellationToken.None)];
        _output.WriteLine($"{results.Count} hosts in {time.Elapsed.TotalSeconds:0.0} s");
        Assert.Equal(Fleet.Hosts.Count, results.Count);
        foreach (FleetResult<int> result in results)
        {
            string state = Fleet.Hosts[result.Index].State;
            string? expected = state switch
            {
                "down" => "HostUnreachable",
                "hang" => "SshTimeout",
                "changedkey" => "HostKeyMismatch",
                "unknownkey" => "HostKeyUnknown",
                "refused" => "SshAuthenticationFailed",
                "sudo" => "SudoPasswordRequired",
                _ => null,
            };
            if (state == "broken")
                Assert.IsType<TrustFormatException>(result.Error);
            else
                Assert.Equal(expected, result.Error?.ErrorId);
            Assert.Equal(expected is null && state != "broken", result.Value > 0);
        }
    }

    private static TrustChange Reject(string registry) =>
        new() { Transport = "docker", Registry = registry, Requirements = [new RejectRequirement()] };
}
