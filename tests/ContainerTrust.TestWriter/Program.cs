using System.Diagnostics;
using System.Text;
using ContainerTrust;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Fleet;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Trust;

// A process of its own for the tests of the Hosts room: one that can be killed, hold a lock, or run as another user.
//   generations FILE      for ever: locks, reads the file, in which all lines carry the same number, writes the next number
//   increment FILE COUNT  adds 1 to the number in the file COUNT times
//   hold DIRECTORY        locks, says "locked", and waits for its input to end
//   try DIRECTORY         locks without waiting; prints "locked" or the error's id and kind
//   read FILE             reads the file; prints "ok LENGTH", "none" or the error's id and kind
//   replace FILE TEXT     replaces the file; prints "ok" or the error's id and kind
// fleet-get DIRECTORY THROTTLE reads the trust of all hosts that tests/fleet.sh has started there; prints hosts, milliseconds and memory in
// MiB
//   fleet-set DIRECTORY THROTTLE           rejects one more scope on all of them; prints the same
//   fleet-generations DIRECTORY THROTTLE   for ever: writes the next number into policy.json of all of them
const int Limit = 16 << 20;
LocalHost host = LocalHost.Instance;
string directory = Path.GetDirectoryName(args[1])!;
try
{
    switch (args[0])
    {
        case "generations":
            Console.Out.WriteLine("ready");
            while (true)
            {
                using IHostChange change = host.BeginChange([directory], TimeSpan.FromMinutes(2), CancellationToken.None);
                HostFile? file = host.TryReadFile(args[1], Limit);
                long next = file is null ? 1 : Number(file.Content.Span) + 1;
                change.Replace(args[1], Generation(next), file);
            }

        case "increment":
            for (int i = int.Parse(args[2]); i > 0; i--)
            {
                using IHostChange change = host.BeginChange([directory], TimeSpan.FromMinutes(2), CancellationToken.None);
                HostFile? file = host.TryReadFile(args[1], Limit);
                long next = file is null ? 1 : Number(file.Content.Span) + 1;
                change.Replace(args[1], Encoding.ASCII.GetBytes($"{next}\n"), file);
            }

            return 0;

        case "hold":
            using (host.BeginChange([args[1]], TimeSpan.FromSeconds(10), CancellationToken.None))
            {
                Console.Out.WriteLine("locked");
                _ = Console.In.ReadToEnd();
            }

            return 0;

        case "try":
            host.BeginChange([args[1]], TimeSpan.Zero, CancellationToken.None).Dispose();
            Console.Out.WriteLine("locked");
            return 0;

        case "read":
            Console.Out.WriteLine(host.TryReadFile(args[1], Limit) is { } read ? $"ok {read.Content.Length}" : "none");
            return 0;

        case "replace":
            using (IHostChange change = host.BeginChange([directory], TimeSpan.FromSeconds(10), CancellationToken.None))
                change.Replace(args[1], Encoding.UTF8.GetBytes(args[2]), host.TryReadFile(args[1], Limit));
            Console.Out.WriteLine("ok");
            return 0;

        case "fleet-get":
        case "fleet-set":
            Stopwatch time = Stopwatch.StartNew();
            int done = 0;
            string scope = $"s{Random.Shared.Next()}.example";
            foreach (FleetResult<int> result in FleetRunner.Run(Fleet(args[1]), int.Parse(args[2]), [], static _ => TrustMessages.None,
                (there, messages, cancellation) =>
                Work(there, messages, cancellation, args[0] == "fleet-set" ? scope : null), CancellationToken.None))
            {
                if (result.Error is { } error)
                    Console.Out.WriteLine($"{result.HostName} {error.ErrorId}: {error.Message}");
                else
                    done++;
            }

            Console.Out.WriteLine($"{done} hosts, {time.ElapsedMilliseconds} ms, {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB");
            return 0;

        case "fleet-generations":
            for (long generation = 1; ; generation++)
            {
                byte[] content = Generation(generation);
                foreach (FleetResult<bool> result in FleetRunner.Run(Fleet(args[1]), int.Parse(args[2]), [], static _ => TrustMessages.None,
                    (there, _, cancellation) => Replace(there, content, cancellation), CancellationToken.None))
                {
                    if (result.Error is { } error)
                        throw error;
                }

                Console.Out.WriteLine("ready");
            }

        default:
            throw new ArgumentException($"There is no mode '{args[0]}'.");
    }
}
catch (TrustException e)
{
    Console.Out.WriteLine($"{e.ErrorId} {e.Kind} {e.Message}");
    return 1;
}

static int Work(SshHost there, TrustMessages messages, CancellationToken cancellation, string? scope)
{
    TrustStore store = new(there, TrustLocations.Find(there, null, null, false), messages);
    if (scope is not null)
        return store.Apply([new TrustChange { Transport = "docker", Registry = scope, Requirements = [new RejectRequirement()] }],
            new TrustEditOptions(), cancellation).Files.Count;
    return store.Read(new TrustQuery(), cancellation).Count();
}

static bool Replace(SshHost there, byte[] content, CancellationToken cancellation)
{
    using IHostChange change = there.BeginChange(["/etc/containers"], TimeSpan.FromSeconds(60), cancellation);
    change.Replace("/etc/containers/policy.json", content, there.TryReadFile("/etc/containers/policy.json", Limit));
    change.Complete(static _ => { });
    return true;
}

static SshConnectionOptions[] Fleet(string directory) =>
[
    .. File.ReadAllLines(Path.Combine(directory, "hosts")).Select(line => new SshConnectionOptions
    {
        HostName = line.Split(' ')[1],
        UserName = "root",
        KeyFilePath = Path.Combine(directory, "id"),
        Options = new Dictionary<string, string>
            { ["UserKnownHostsFile"] = Path.Combine(directory, "known_hosts"), ["GlobalKnownHostsFile"] = "/dev/null" },
    }),
];

static long Number(ReadOnlySpan<byte> content) => long.Parse(content[..content.IndexOf((byte)'\n')]);

static byte[] Generation(long number)
{
    byte[] line = Encoding.ASCII.GetBytes($"{number}\n");
    byte[] content = new byte[300_000 / line.Length * line.Length];
    for (int i = 0; i < content.Length; i += line.Length)
        line.CopyTo(content, i);
    return content;
}
