using System.Collections.Concurrent;
using System.Security.Cryptography;
using ContainerTrust.Conformance.Tests.OpenPgp;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>gpg homes with one key file imported into each, as containers/image makes one for every verification. No agent is started in them.</summary>
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

    /// <summary>A home with these keys.</summary>
    public string Home(byte[] key) => _homes.GetOrAdd(Convert.ToHexString(SHA256.HashData(key)), _ => new Lazy<string>(() => Import(key))).Value;

    /// <summary>Removes a home that is not needed any more.</summary>
    public void Forget(byte[] key)
    {
        if (_homes.TryRemove(Convert.ToHexString(SHA256.HashData(key)), out Lazy<string>? home))
            Directory.Delete(home.Value, recursive: true);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

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
