using System.Text;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Keys;

/// <summary>The files that requirements name, or that are to be stored in them.</summary>
internal sealed class StoredFiles
{
    private readonly ITrustHost _host;

    public StoredFiles(ITrustHost host) => _host = host;

    /// <summary>Refuses a path that a policy cannot name.</summary>
    /// <param name="path">The path.</param>
    /// <param name="parameter">The parameter that it was given by.</param>
    /// <param name="inline">Whether the file itself is stored, so that the path may be relative.</param>
    /// <exception cref="TrustException">It is refused (<c>InvalidKeyPath</c>).</exception>
    public static void RequirePath(string path, TrustOption parameter, bool inline)
    {
        if (path.Length == 0 || (!inline && !path.StartsWith('/')))
            throw Invalid($"'{path}', given by {parameter}, is not an absolute path, and a policy names files by " +
                $"their path on the host. Specify it in full, or store what is in the file with {TrustOption.InlineKey}.");
        foreach (char c in path)
        {
            if (char.IsControl(c))
                throw Invalid($"A path, given by {parameter}, must not contain control characters (here U+{(int)c:X4}).");
        }

        if (!Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(path)).Equals(path, StringComparison.Ordinal))
            throw Invalid($"A path, given by {parameter}, must be valid Unicode text.");
    }

    /// <summary>
    /// Reads a file that is to be stored. An absolute path means a file on the host that is being configured, and nothing else: whose key
    /// is trusted must not depend on where it happens to lie.
    /// </summary>
    /// <param name="path">Absolute on the host, or relative to <paramref name="baseDirectory"/> of this machine.</param>
    /// <param name="baseDirectory">A directory of this machine.</param>
    /// <param name="isOpenPgp">Whether an OpenPGP key is expected, for what the message advises.</param>
    /// <exception cref="TrustException">The file is missing, empty or unreadable, or holds a private key (<c>PrivateKey</c>).</exception>
    public byte[] Read(string path, string baseDirectory, bool isOpenPgp)
    {
        bool isOnHost = path.StartsWith('/');
        HostFile? file = isOnHost
            ? _host.TryReadFile(path, KeyMaterialFiles.MaxBytes)
            : LocalHost.Instance.TryReadFile(Path.GetFullPath(path, baseDirectory), KeyMaterialFiles.MaxBytes);
        if (!isOnHost)
            path = Path.GetFullPath(path, baseDirectory);
        if (file is null)
        {
            string hint = isOnHost && _host is not LocalHost ? " there; a relative path, such as ./key.asc, means a file of this machine"
                : "";
            throw new TrustException(
                "KeyFileNotFound",
                TrustErrorKind.NotFound,
                $"The key file {path} does not exist{hint}. Give the right path.")
            {
                Target = path,
            };
        }

        if (file.Content.IsEmpty)
            throw new TrustException("NoUsableKey", TrustErrorKind.InvalidData, $"The key file {path} is empty.") { Target = path };
        if (SecretKeys.AreIn(file.Content.Span))
        {
            string advice = isOpenPgp ? "Export the public key alone ('gpg --armor --export'), and store that."
                : "Take the public key or the certificate out of it, and store that alone.";
            throw new TrustException(
                "PrivateKey",
                TrustErrorKind.InvalidArgument,
                $"{path} holds a private key, which must never be in a policy that everybody can read. {advice}")
            {
                Target = path,
            };
        }

        return file.Content.ToArray();
    }

    private static TrustException Invalid(string message) => new("InvalidKeyPath", TrustErrorKind.InvalidArgument, message);
}
