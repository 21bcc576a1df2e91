using System.Text;
using ContainerTrust.Engine;
using ContainerTrust.Engine.Hosts;

// A process of its own for the tests of the Hosts room: one that can be killed, hold a lock, or run as another user.
//   generations FILE      for ever: locks, reads the file, in which all lines carry the same number, writes the next number
//   increment FILE COUNT  adds 1 to the number in the file COUNT times
//   hold DIRECTORY        locks, says "locked", and waits for its input to end
//   read FILE             reads the file; prints "ok LENGTH", "none" or the error's id and kind
//   replace FILE TEXT     replaces the file; prints "ok" or the error's id and kind
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
                using IHostChange change = host.BeginChange([directory], TimeSpan.FromSeconds(60), CancellationToken.None);
                HostFile? file = host.TryReadFile(args[1], Limit);
                long next = file is null ? 1 : Number(file.Content.Span) + 1;
                change.Replace(args[1], Generation(next), file);
            }

        case "increment":
            for (int i = int.Parse(args[2]); i > 0; i--)
            {
                using IHostChange change = host.BeginChange([directory], TimeSpan.FromSeconds(60), CancellationToken.None);
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

        case "read":
            Console.Out.WriteLine(host.TryReadFile(args[1], Limit) is { } read ? $"ok {read.Content.Length}" : "none");
            return 0;

        case "replace":
            using (IHostChange change = host.BeginChange([directory], TimeSpan.FromSeconds(10), CancellationToken.None))
                change.Replace(args[1], Encoding.UTF8.GetBytes(args[2]), host.TryReadFile(args[1], Limit));
            Console.Out.WriteLine("ok");
            return 0;

        default:
            throw new ArgumentException($"There is no mode '{args[0]}'.");
    }
}
catch (TrustException e)
{
    Console.Out.WriteLine($"{e.ErrorId} {e.Kind} {e.Message}");
    return 1;
}

static long Number(ReadOnlySpan<byte> content) => long.Parse(content[..content.IndexOf((byte)'\n')]);

static byte[] Generation(long number)
{
    byte[] line = Encoding.ASCII.GetBytes($"{number}\n");
    byte[] content = new byte[300_000 / line.Length * line.Length];
    for (int i = 0; i < content.Length; i += line.Length)
        line.CopyTo(content, i);
    return content;
}
