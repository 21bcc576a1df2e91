using System.Collections.Concurrent;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Keys;

/// <summary>Reads the key material of requirements from the host that they are for, each file once. For many threads.</summary>
/// <param name="host">The host whose paths the requirements name.</param>
internal sealed class KeyMaterialFiles(ITrustHost host)
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxBytes = 10 * 1024 * 1024;

    /// <summary>What messages call data that the policy itself has.</summary>
    public const string InPolicy = "the key inside the policy";

    private readonly ConcurrentDictionary<string, Lazy<Loaded>> _files = new(StringComparer.Ordinal);

    /// <summary>A file that was looked for.</summary>
    /// <param name="Path">Its path on the host.</param>
    /// <param name="File">The file. Null if it does not exist, or cannot be read.</param>
    /// <param name="Problem">Why it cannot be read. Null if it can, or does not exist.</param>
    public sealed record Loaded(string Path, HostFile? File, TrustException? Problem);

    /// <summary>The host whose paths the requirements name.</summary>
    public ITrustHost Host => host;

    /// <summary>The files that were looked for, in no order.</summary>
    public IEnumerable<Loaded> Files => _files.Values.Select(static f => f.Value);

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path on the host.</param>
    /// <returns>The file, or why there is none.</returns>
    /// <exception cref="TrustException">The connection to the host failed.</exception>
    public Loaded Load(string path) => _files.GetOrAdd(path, static (path, host) => new Lazy<Loaded>(() => Read(path, host)), host).Value;

    /// <summary>What a material is called in messages.</summary>
    /// <param name="material">A material.</param>
    /// <returns>Its path, or words for data.</returns>
    public static string NameOf(KeyMaterial material) => material.Path ?? InPolicy;

    /// <summary>The content of a material.</summary>
    /// <param name="material">A material.</param>
    /// <returns>The bytes. Null if its file does not exist.</returns>
    /// <exception cref="TrustException">The file cannot be read, or the data is not base64 (<c>InvalidKeyData</c>).</exception>
    public ReadOnlyMemory<byte>? TryGet(KeyMaterial material)
    {
        if (material.Path is not { } path)
            return KeyData.Require(material.Data!);
        Loaded loaded = Load(path);
        return loaded.Problem is null ? loaded.File?.Content : throw loaded.Problem;
    }

    private static Loaded Read(string path, ITrustHost host)
    {
        try
        {
            return new Loaded(path, host.TryReadFile(path, MaxBytes), null);
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            return new Loaded(path, null, e);
        }
    }
}
