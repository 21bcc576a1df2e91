using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Keys;

/// <summary>
/// A signature that lies beside a file of this machine: <c>FILE.asc</c> by an OpenPGP key (<c>gpg --detach-sign --armor</c>), or
/// <c>FILE.sig</c> by a PEM public key (<c>cosign sign-blob</c>: base64 of a signature over the file).
/// </summary>
internal static class DetachedSignature
{
    /// <summary>How the name of an OpenPGP signature ends.</summary>
    public const string OpenPgpEnd = ".asc";

    /// <summary>How the name of a signature by a PEM key ends.</summary>
    public const string PemEnd = ".sig";

    private const int MaxKeyBytes = 4 * 1024 * 1024;
    private const int MaxSignatureBytes = 64 * 1024;

    /// <summary>Refuses a file that none of the keys has signed.</summary>
    /// <param name="path">The file's absolute path, by which its signature is found.</param>
    /// <param name="content">The file as it was read. Whoever uses it must use these bytes, and not read the file again.</param>
    /// <param name="keyPaths">Absolute paths of key files of this machine, OpenPGP or PEM; one must have signed.</param>
    /// <param name="signaturePath">The signature's absolute path. Null for the one beside the file.</param>
    /// <param name="now">The moment at which keys and signatures must not have ended.</param>
    /// <returns>Who signed it: a sentence.</returns>
    /// <exception cref="TrustException">
    /// There is no signature (<c>FileSignatureMissing</c>), it is not good (<c>FileSignatureInvalid</c>), a key file does not exist
    /// or has no usable key (<c>NoUsableKey</c>), or a file cannot be read.
    /// </exception>
    public static string Require(
        string path, ReadOnlySpan<byte> content, IReadOnlyList<string> keyPaths, string? signaturePath, DateTimeOffset now)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(keyPaths);
        List<KeyringSource> openPgp = [], pem = [];
        foreach (string keyPath in keyPaths)
        {
            HostFile file = LocalHost.Instance.TryReadFile(keyPath, MaxKeyBytes) ?? throw new TrustException(
                "NoUsableKey", TrustErrorKind.NotFound,
                $"The key file {keyPath}, which is to verify {path}, does not exist. Give the right path.") { Target = keyPath };
            (IsPem(file.Content.Span) ? pem : openPgp).Add(new KeyringSource(keyPath, file.Content));
        }

        List<string> refusals = [];
        List<string> missing = [];
        string? good = null;
        if (openPgp.Count > 0)
            good = Try(signaturePath ?? path + OpenPgpEnd, content, openPgp, now, OfOpenPgp, refusals, missing);
        if (good is null && pem.Count > 0)
            good = Try(signaturePath ?? path + PemEnd, content, pem, now, OfPem, refusals, missing);
        if (good is not null)
            return good;
        if (refusals.Count == 0 && missing.Count > 0)
            throw new TrustException(
                "FileSignatureMissing",
                TrustErrorKind.NotFound,
                $"{path} has no signature: {string.Join(" and ", missing)} {(missing.Count == 1 ? "does" : "do")} not exist. "
                    + "Sign the file, or name its signature.")
            {
                Target = path,
            };
        throw new TrustException(
            "FileSignatureInvalid",
            TrustErrorKind.InvalidData,
            $"{path} is not signed by {(keyPaths.Count == 1 ? "the key" : "any of the keys")} in {string.Join(", ", keyPaths)}: "
                + $"{string.Join(' ', refusals)} Get the file and its signature again.")
        {
            Target = path,
        };
    }

    private delegate string? Verifier(
        ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature, IReadOnlyList<KeyringSource> keys, DateTimeOffset now,
        List<string> refusals);

    private static string? Try(string signaturePath, ReadOnlySpan<byte> content, IReadOnlyList<KeyringSource> keys, DateTimeOffset now,
        Verifier verify, List<string> refusals, List<string> missing)
    {
        if (LocalHost.Instance.TryReadFile(signaturePath, MaxSignatureBytes) is { } file)
            return verify(content, file.Content.Span, keys, now, refusals);
        missing.Add(signaturePath);
        return null;
    }

    private static string? OfOpenPgp(
        ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature, IReadOnlyList<KeyringSource> keys, DateTimeOffset now,
        List<string> refusals)
    {
        OpenPgpKeyring keyring = OpenPgpKeyring.Import(keys);
        if (keyring.PrimaryFingerprints.Count == 0)
            throw new TrustException("NoUsableKey", TrustErrorKind.InvalidData,
                $"{string.Join(", ", keys.Select(static k => k.Name))} has no key that can be used: {string.Join(' ', keyring.Warnings)}");
        OpenPgpVerification verdict = keyring.VerifyDetached(signature, content, now);
        if (verdict.IsGood)
            return verdict.Reason;
        refusals.Add(verdict.Reason);
        return null;
    }

    private static string? OfPem(
        ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature, IReadOnlyList<KeyringSource> keys, DateTimeOffset now,
        List<string> refusals)
    {
        if (Decode(signature) is not { } raw)
        {
            refusals.Add("Its signature is not base64.");
            return null;
        }

        foreach (KeyringSource source in keys)
        {
            TrustKey key = PemPublicKeyReader.Read(source.Content.Span, source.Name, out byte[] der).Keys[0];
            if (!SigstorePublicKey.TryCreate(key, der, out SigstorePublicKey? publicKey, out string problem))
                throw new TrustException(
                    "NoUsableKey", TrustErrorKind.InvalidData, $"{source.Name} has no key that can be used: {problem}.")
                    { Target = source.Name };
            using (publicKey)
            {
                if (publicKey.Verify(content, raw) || publicKey.VerifyByCurve(content, raw))
                    return $"Good signature by key {publicKey.Fingerprint}.";
            }
        }

        refusals.Add("Its signature was not made by such a key over this content.");
        return null;
    }

    // As cosign writes it: one line of base64, with or without its end.
    private static byte[]? Decode(ReadOnlySpan<byte> signature)
    {
        ReadOnlySpan<byte> text = signature.Trim(" \t\r\n"u8);
        byte[] raw = new byte[text.Length];
        return !text.IsEmpty && Convert.TryFromBase64String(Encoding.Latin1.GetString(text), raw, out int length) ? raw[..length] : null;
    }

    private static bool IsPem(ReadOnlySpan<byte> content) =>
        content.IndexOf("-----BEGIN PUBLIC KEY-----"u8) >= 0 || content.IndexOf("-----BEGIN RSA PUBLIC KEY-----"u8) >= 0;
}
