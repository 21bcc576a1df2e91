using ContainerTrust.Engine.Formats.Pem;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;

namespace ContainerTrust.Engine.Trust.Rotation;

/// <summary>A key file of this machine that is exchanged, or that takes another's place.</summary>
public sealed record RotationKey
{
    private readonly IReadOnlyList<TrustKey> _keys;

    private RotationKey(string path, byte[] content, bool isOpenPgp, IReadOnlyList<TrustKey> keys)
    {
        Path = path;
        Content = content;
        IsOpenPgp = isOpenPgp;
        _keys = keys;
        Fingerprints = [.. keys.Select(static k => k.Fingerprint)];
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What is in it.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>Whether it has OpenPGP keys; otherwise it has a PEM public key.</summary>
    public bool IsOpenPgp { get; }

    /// <summary>The keys by their fingerprints, as <see cref="TrustKey.Fingerprint"/> has them.</summary>
    public IReadOnlyList<string> Fingerprints { get; }

    /// <summary>Whether a fingerprint is that of one of the keys, or of a subkey.</summary>
    /// <param name="fingerprint">As <see cref="Fingerprint"/> returns it.</param>
    internal bool Names(string fingerprint) =>
        _keys.Any(k => k.Fingerprint == fingerprint || k.Subkeys.Any(s => s.Fingerprint == fingerprint));

    /// <summary>Reads a key file of this machine.</summary>
    /// <param name="path">The file, an absolute path.</param>
    /// <returns>The key.</returns>
    /// <exception cref="TrustException">It is missing, empty or unreadable, has no usable key, or holds a private key.</exception>
    public static RotationKey Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] content = new StoredFiles(LocalHost.Instance).Read(path, "/", isOpenPgp: true);
        bool isOpenPgp = !PemBlock.TryFind(content, out _);
        KeyMaterial material = new(isOpenPgp ? KeyMaterialUse.OpenPgp : KeyMaterialUse.PublicKey, null, Convert.ToBase64String(content));
        KeyFiles.KeySource source = new KeyFiles(new KeyMaterialFiles(LocalHost.Instance)).Of([material])[0];
        if (source.Problem is { } problem)
        {
            string message = problem.Message.Replace(KeyMaterialFiles.InPolicy, path, StringComparison.Ordinal);
            throw new TrustException(problem.ErrorId, problem.Kind, message, problem) { Target = path };
        }

        return new RotationKey(path, content, isOpenPgp, source.Keys);
    }

    /// <summary>A fingerprint as keys have it.</summary>
    /// <param name="text">Hexadecimal digits; blanks and colons between them do not count.</param>
    /// <returns>Upper-case digits.</returns>
    /// <exception cref="TrustException">It is not a whole fingerprint (<c>InvalidFingerprint</c>).</exception>
    public static string Fingerprint(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string digits = text.Replace(" ", "", StringComparison.Ordinal).Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();
        return digits.Length is 40 or 64 && digits.All(char.IsAsciiHexDigitUpper) ? digits : throw new TrustException(
            "InvalidFingerprint",
            TrustErrorKind.InvalidArgument,
            $"'{Printable.Of(text, Printable.NameLength)}' is not a whole fingerprint of 40 or 64 hexadecimal digits. " +
            $"Specify the one that the key has in the output of {TrustOperation.Get}.")
        {
            Target = text,
        };
    }
}
