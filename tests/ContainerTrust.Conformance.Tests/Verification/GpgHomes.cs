using System.Collections.Concurrent;
using System.Security.Cryptography;
using ContainerTrust.Conformance.Tests.OpenPgp;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>gpg homes with one key file imported into each, as containers/image makes one for every verification. No agent is started in
/// them.</summary>
internal sealed class GpgHomes : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ct-homes-").FullName;
    private readonly ConcurrentDictionary<string, Lazy<string>> _homes = new();
    private int _files;

    /// <summary>What gpg says of a message with these keys alone.</summary>
    public GpgVerdict Verdict(byte[] key, byte[] message)
    {
        string file = Path.Combine(_directory, $"message-{Interlocked.Increment(ref _files)}");
        File.WriteAllBytes(file, message);
        try
        {
            return GpgVerdict.Of(Home(key), file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>
    /// What gpg says of each of several messages with these keys alone. It is started once for all; what it does not find good there, or
    /// does not come to, is put to it once more as <see cref="Verdict"/> does.
    /// </summary>
    public IReadOnlyList<GpgVerdict> Verdicts(byte[] key, IReadOnlyList<byte[]> messages)
    {
        if (messages.Count < 2)
            return [.. messages.Select(m => Verdict(key, m))];
        string directory = Directory.CreateDirectory(Path.Combine(_directory, $"batch-{Interlocked.Increment(ref _files)}")).FullName;
        try
        {
            // gpg writes the content of N.gpg to N.
            string[] contents = [.. messages.Select((m, i) =>
            {
                string content = Path.Combine(directory, $"{i}");
                File.WriteAllBytes(content + ".gpg", m);
                return content;
            })];
            string[] options = ["--no-autostart", "--batch", "--no-tty", "--status-fd", "2", "--decrypt-files", "--"];
            string said = GpgTool.Ask(Home(key), [.. options, .. contents.Select(static c => c + ".gpg")]).Errors;
            return [.. messages.Select((m, i) => Good(said, contents[i]) ?? Verdict(key, m))];
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>A home with these keys.</summary>
    public string Home(byte[] key) =>
        _homes.GetOrAdd(Convert.ToHexString(SHA256.HashData(key)), _ => new Lazy<string>(() => Import(key))).Value;

    /// <summary>Removes a home that is not needed any more.</summary>
    public void Forget(byte[] key)
    {
        if (_homes.TryRemove(Convert.ToHexString(SHA256.HashData(key)), out Lazy<string>? home))
            Directory.Delete(home.Value, recursive: true);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static GpgVerdict? Good(string said, string content)
    {
        const string Done = "[GNUPG:] FILE_DONE\n";
        string start = $"[GNUPG:] FILE_START 3 {content}.gpg\n";
        int from = said.IndexOf(start, StringComparison.Ordinal), to = from < 0 ? -1 : said.IndexOf(Done, from, StringComparison.Ordinal);
        if (to < 0 || !File.Exists(content))
            return null;
        GpgVerdict verdict = GpgVerdict.Judge((File.ReadAllBytes(content), said[from..to]));
        return verdict.IsGood ? verdict : null;
    }

    private string Import(byte[] key)
    {
        string home = Path.Combine(_directory, $"home-{Interlocked.Increment(ref _files)}");
        Directory.CreateDirectory(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string file = Path.Combine(home, "key");
        File.WriteAllBytes(file, key);
        GpgTool.Ask(home, "--no-autostart", "--batch", "--no-tty", "--import", file);
        return home;
    }
}
