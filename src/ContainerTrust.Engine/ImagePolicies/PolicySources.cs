using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;

namespace ContainerTrust.Engine.ImagePolicies;

/// <summary>
/// Reads the keys and certificates that an entry names, to be written into a document. An entry that was read on another host names files
/// of that host; what lies here under the same name may be somebody else's key, and is taken only if the entry knows its fingerprint.
/// </summary>
internal sealed class PolicySources(ITrustHost host)
{
    // The schema's limit, in characters of base64.
    private const int MaxData = 8192;

    /// <summary>A public key.</summary>
    /// <param name="entry">The entry that names it.</param>
    /// <param name="path">Its file, as the entry's host names it. Null if <paramref name="data"/> is given.</param>
    /// <param name="data">Itself, in base64. Null if <paramref name="path"/> is given.</param>
    /// <param name="member">What it is in policy.json, for messages.</param>
    /// <param name="isRekor">Whether it is a log's key, which must be ECDSA.</param>
    /// <returns>PEM in base64.</returns>
    /// <exception cref="TrustException">
    /// It is missing, is not a usable key, is too large, or may be another one than the entry means.
    /// </exception>
    public string PublicKey(ImageTrust entry, string? path, string? data, string member, bool isRekor)
    {
        (ReadOnlyMemory<byte> content, string name) = Content(entry, path, data, member);
        byte[] pem = PublicKeyPem.Read(content.Span, name, out TrustKey key);
        if (path is not null)
            RequireMeant(entry, path, key);
        if (isRekor && key.Algorithm != "ECDSA")
        {
            throw new TrustException(
                "RekorKeyNotEcdsa",
                TrustErrorKind.InvalidData,
                $"{name} holds a key of the algorithm {key.Algorithm}, but keys of Rekor logs must be ECDSA, " +
                "so no image would be accepted. Give the log's own public key.")
            {
                Target = name,
            };
        }

        return Encode(pem, name);
    }

    /// <summary>CA certificates.</summary>
    /// <returns>PEM in base64; null if there is neither path nor data.</returns>
    /// <exception cref="TrustException">
    /// They are missing, are not certificates, are too large, or may be others than the entry means.
    /// </exception>
    public string? Certificates(ImageTrust entry, string? path, string? data, string member)
    {
        if (path is null && data is null)
            return null;
        (ReadOnlyMemory<byte> content, string name) = Content(entry, path, data, member);
        if (path is not null)
            RequireMeant(entry, path, null);
        return Encode(CertificateBundle.Read(content.Span, name), name);
    }

    private (ReadOnlyMemory<byte> Content, string Name) Content(ImageTrust entry, string? path, string? data, string member)
    {
        string name = path is null ? $"{member} of '{Shown(entry.Registry)}'" : Shown(path);
        ReadOnlyMemory<byte> content = path is not null
            ? File(entry, path)
            : KeyData.Decode(data!) ?? throw new TrustException(
                "InvalidKeyData",
                TrustErrorKind.InvalidArgument,
                $"{name} is not base64. It must be the whole PEM file in base64.")
            {
                Target = entry.Registry,
            };
        return SecretKeys.AreIn(content.Span)
            ? throw new TrustException(
                "PrivateKey",
                TrustErrorKind.InvalidArgument,
                $"{name} holds a private key, which must never be in a policy that everybody can read. Give the public part alone.")
            {
                Target = name,
            }
            : (content, name);
    }

    private ReadOnlyMemory<byte> File(ImageTrust entry, string path)
    {
        if (!path.StartsWith('/') || path.Any(char.IsControl))
            throw new TrustException(
                "InvalidKeyPath",
                TrustErrorKind.InvalidArgument,
                $"'{Shown(path)}' is not an absolute path. A policy names files by their absolute path on the host.")
            {
                Target = path,
            };
        if (host.TryReadFile(path, KeyMaterialFiles.MaxBytes) is { } file)
            return file.Content;
        throw IsOfThisHost(entry)
            ? new TrustException(
                "KeyFileNotFound",
                TrustErrorKind.NotFound,
                $"The file {Shown(path)} does not exist on {host.ComputerName}. Copy it there; or, " +
                $"if the entry was read with {TrustOption.Root}, give the same {TrustOption.Root} here.")
            {
                Target = path,
            }
            : NotHere(entry, path);
    }

    // Of PEM keys that verify signatures an entry has the fingerprints; of other files it has nothing to tell them by.
    private void RequireMeant(ImageTrust entry, string path, TrustKey? key)
    {
        TrustKey? recorded = key is null ? null
            : (entry.Keys ?? []).FirstOrDefault(k => k is { Kind: TrustKeyKind.PublicKey } && k.Path == path);
        if (recorded is null)
        {
            if (!IsOfThisHost(entry))
                throw NotHere(entry, path);
        }
        else if (recorded.Fingerprint != key!.Fingerprint)
        {
            throw new TrustException(
                "KeyMismatch",
                TrustErrorKind.InvalidData,
                $"{Shown(path)} of {host.ComputerName} holds the key {key.Fingerprint}, " +
                $"but when the entry for '{Shown(entry.Registry)}' was read on {Shown(entry.ComputerName)} it was " +
                $"{recorded.Fingerprint}. Read the entry again, on the host whose key is meant.")
            {
                Target = path,
            };
        }
    }

    // An entry without a policy was made by hand, here.
    private bool IsOfThisHost(ImageTrust entry) =>
        entry.PolicyPath is null || string.Equals(entry.ComputerName, host.ComputerName, StringComparison.OrdinalIgnoreCase);

    private TrustException NotHere(ImageTrust entry, string path) =>
        new("FileOnAnotherHost", TrustErrorKind.InvalidArgument,
            $"{Shown(path)} is a file of {Shown(entry.ComputerName)}, and what {host.ComputerName} has under that name may be another. " +
            $"Run this command on that host, give its root directory with {TrustOption.Root}, or have the data itself in the policy.")
        {
            Target = path,
        };

    private static string Encode(byte[] pem, string name)
    {
        string data = Convert.ToBase64String(pem);
        return data.Length <= MaxData
            ? data
            : throw new TrustException(
                "DataTooLong",
                TrustErrorKind.LimitsExceeded,
                $"{name} has {data.Length} characters in base64, and a policy of a cluster takes at most {MaxData}. " +
                "Leave out what is not needed, such as further CA certificates.")
            {
                Target = name,
            };
    }

    private static string Shown(string? text) => Printable.Of(text ?? "", Printable.NameLength);
}
