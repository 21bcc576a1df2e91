using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Gpg;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>
/// Reads OpenPGP public keys from a file, armored or binary (RFC 9580, RFC 4880): what <c>signedBy</c> requirements name. Self-signatures
/// are verified by the same judge that verifies images, so that nothing is shown of a key that does not hold when an image is verified.
/// </summary>
public static class OpenPgpKeyReader
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int MaxLength = KeyFile.MaxLength;

    /// <summary>
    /// Reads all keys of a file. Keys and subkeys of a kind that this release does not know are skipped with a warning, and so are
    /// private keys; a key that gpg would not import is given with a warning, as one that cannot sign; a file that is damaged, or of
    /// which gpg 2.2 imports nothing, is refused whole, because what is missing from it could be a revocation.
    /// </summary>
    /// <param name="content">The file.</param>
    /// <param name="path">The file's name, for messages.</param>
    /// <returns>At least one key, and the warnings. <see cref="TrustKey.Path"/> is not set.</returns>
    /// <exception cref="TrustFormatException">
    /// The file has no usable key (<c>NoUsableKey</c>), or is damaged (<c>MalformedArmor</c>, <c>WrongArmorChecksum</c>,
    /// <c>MalformedOpenPgp</c>).
    /// </exception>
    /// <exception cref="TrustException">
    /// The file is larger than <see cref="MaxLength"/> (<c>KeyFileTooLarge</c>) or has too many packets (<c>TooManyPackets</c>).
    /// </exception>
    public static KeyReadResult Read(ReadOnlySpan<byte> content, string path) => Read(content, path, DateTimeOffset.UtcNow);

    /// <summary>Reads all keys of a file, as they are at a given time.</summary>
    /// <param name="content">The file.</param>
    /// <param name="path">The file's name, for messages.</param>
    /// <param name="now">The time at which a self-signature may have ended.</param>
    /// <returns>At least one key, and the warnings.</returns>
    internal static KeyReadResult Read(ReadOnlySpan<byte> content, string path, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(path);
        return View(JudgedKeyFiles.Read(path, content), path, now.ToUnixTimeSeconds());
    }

    /// <summary>
    /// Reads all keys of files that a requirement names together: what one says of a key counts for its copies in the others.
    /// </summary>
    /// <param name="sources">The files.</param>
    /// <returns>At least one key, and the warnings.</returns>
    internal static KeyReadResult Read(IReadOnlyList<KeyringSource> sources) =>
        View(
            JudgedKeyFiles.Read(sources),
            string.Join(", ", sources.Select(static s => s.Name)),
            DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    private static KeyReadResult View(JudgedKeyFiles files, string path, long seconds)
    {
        WarningList warnings = files.Warnings;
        foreach (string warning in files.Certificates.SelectMany(CertificateWarnings.InFull))
            warnings.Add($"{path}: {warning}");
        if (files.Certificates.Count == 0)
        {
            string? first = warnings.First?.StartsWith(path + ": ", StringComparison.Ordinal) == true ? warnings.First[(path.Length + 2)..]
                : warnings.First;
            string reason = first is null ? "it has no OpenPGP public key; export one with gpg --export --armor."
                : $"no key in it can be used: {first}";
            throw new TrustFormatException("NoUsableKey", path, 0, 0, "", reason);
        }

        return new KeyReadResult([.. files.Certificates.Select(c => TrustKeyView.Of(c, seconds))], warnings.Take())
        {
            Problems = files.Certificates.Select(c => (c.Primary.Packet.Fingerprint, Reason: KeyAssessment.WhyUnusable(c, seconds)))
                .Where(static p => p.Reason is not null).ToDictionary(static p => p.Fingerprint, static p => p.Reason!),
            Details = [.. files.Statements.Select(static s => s.ToString())],
        };
    }

    /// <summary>
    /// The user ids that <c>gpg2 --with-colons FILE</c> (GnuPG 2.2) prints for a key file, in its order and its escaping (<c>:</c>,
    /// <c>\</c> and controls as <c>\x3a</c>): what <c>podman image trust show</c> works from. Octets that are not UTF-8 become U+FFFD, as
    /// they do in podman's JSON.
    /// </summary>
    /// <param name="content">The file.</param>
    /// <returns>The user ids of all keys. Empty also where gpg fails, because podman then shows none.</returns>
    public static IReadOnlyList<string> ListUserIdsAsGpg(ReadOnlySpan<byte> content) => GpgListing.ListUserIds(content);

    /// <summary>
    /// The part of a user id that <c>podman image trust show</c> prints: what is between the first <c>&lt;</c> and the next <c>&gt;</c>
    /// after it if the user id has both characters anywhere, else the whole user id.
    /// </summary>
    /// <param name="userId">A user id.</param>
    /// <returns>The part; null for an empty user id, which podman leaves out.</returns>
    public static string? EmailOf(string userId)
    {
        ArgumentNullException.ThrowIfNull(userId);
        if (userId.Length == 0)
            return null;
        int start = userId.IndexOf('<', StringComparison.Ordinal);
        if (start < 0 || !userId.Contains('>', StringComparison.Ordinal))
            return userId;
        int end = userId.IndexOf('>', start);
        return end < 0 ? userId[(start + 1)..] : userId[(start + 1)..end];
    }
}
