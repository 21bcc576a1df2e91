using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.Logs;
using ContainerTrust.Engine.Sigstore.Roots;

namespace ContainerTrust.Engine.Keys;

/// <summary>What policy.json can have of a sigstore instance's <c>trusted_root.json</c>: its CAs, and the keys of its logs.</summary>
/// <remarks>
/// A policy knows no windows of validity, so that only what counts now is taken. Of a CA it is the root alone: containers/image takes every
/// certificate of <c>caData</c> for a root, and signatures bring what is between.
/// </remarks>
public sealed class TrustedRootMembers
{
    private TrustedRootMembers(string path, byte[]? authorities, IReadOnlyList<byte[]> logKeys)
    {
        Path = path;
        Authorities = authorities;
        LogKeys = logKeys;
    }

    /// <summary>The file.</summary>
    internal string Path { get; }

    /// <summary>PEM certificates of the CAs. Null if none was asked for.</summary>
    internal byte[]? Authorities { get; }

    /// <summary>PEM public keys of Rekor logs, at least one.</summary>
    internal IReadOnlyList<byte[]> LogKeys { get; }

    /// <summary>Reads a file of this machine.</summary>
    /// <param name="path">The file, an absolute path.</param>
    /// <param name="needsAuthority">Whether signers are known by certificates: otherwise only the logs are taken.</param>
    /// <param name="messages">Where is said what is not taken, and what a policy cannot express.</param>
    /// <returns>What can be taken.</returns>
    /// <exception cref="TrustException">
    /// The file is missing (<c>TrustedRootNotFound</c>), is not a trusted root (<c>InvalidTrustedRoot</c>), or nothing of it counts now
    /// that a policy can have (<c>TrustedRootNotUsable</c>).
    /// </exception>
    public static TrustedRootMembers Read(string path, bool needsAuthority, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (LocalHost.Instance.TryReadFile(path, KeyMaterialFiles.MaxBytes) is not { } file)
            throw new TrustException(
                "TrustedRootNotFound",
                TrustErrorKind.NotFound,
                $"The file {Shown(path)} does not exist. Specify a trusted_root.json of this machine with {TrustOption.TrustedRootPath}.")
            {
                Target = path,
            };
        return Of(new SigstoreKeySource(path, file.Content), needsAuthority, messages, DateTimeOffset.UtcNow);
    }

    /// <summary>What can be taken of a file at a time.</summary>
    internal static TrustedRootMembers Of(SigstoreKeySource source, bool needsAuthority, TrustMessages messages, DateTimeOffset now)
    {
        TrustedRoot root = TrustedRootReader.Read(source, needsAuthority);
        FulcioAuthority[] authorities = [.. root.Authorities.Where(a => needsAuthority && a.Window.Contains(now))];
        TransparencyLog[] inForce = [.. root.Logs.Where(l => l.CountsAt(now))];
        TransparencyLog[] logs = [.. inForce.Where(static l => l.IsForPolicies)];
        if (needsAuthority && authorities.Length == 0)
            throw NotUsable(source.Name,
                $"none of its CAs counts at {Moment(now)}: {Windows(root.Authorities.Select(static a => a.Window))}");
        if (logs.Length == 0)
            throw NotUsable(source.Name, inForce.Length == 0
                ? $"none of its logs counts at {Moment(now)}: {Windows(root.Logs.Select(static l => l.Window))}"
                : "its logs are Rekor 2's or have no ECDSA key, which policy.json cannot express");

        string name = Shown(source.Name);
        foreach (string warning in root.Warnings)
            messages.Verbose(warning);
        if (needsAuthority && root.Authorities.Count - authorities.Length is var left and > 0)
            messages.Warning($"{name}: {Many(left, "CA does", "CAs do")} not count at {Moment(now)} and {Are(left)} left out, so that " +
                "signatures of that time are refused: policy.json knows no times.");
        if (root.Logs.Count - inForce.Length is var old and > 0)
            messages.Warning($"{name}: {Many(old, "log does", "logs do")} not count at {Moment(now)} and {Are(old)} left out, so that " +
                "signatures that no other log has are refused: policy.json knows no times.");
        string[] other = [.. inForce.Except(logs).Select(static l => Shown(l.Name))];
        if (other.Length > 0)
            messages.Warning($"{name}: policy.json cannot express logs of Rekor 2, nor keys that are not ECDSA. Signatures that only " +
                $"{string.Join(", ", other)} {(other.Length == 1 ? "has" : "have")} are refused.");
        if (root.TimestampAuthorities.Count > 0)
            messages.Warning($"{name}: policy.json cannot express time stamp authorities. Signatures whose time only they prove are " +
                "refused.");
        if (root.CertificateLogs.Count > 0)
            messages.Verbose($"{name}: podman and skopeo ask no log of certificates, which cosign does.");
        byte[][] roots = [.. authorities.SelectMany(static a => a.Roots).Select(static c => c.Raw.ToArray())];
        return new TrustedRootMembers(
            source.Name,
            needsAuthority ? Encoding.ASCII.GetBytes(string.Concat(roots.Select(static r => Pem("CERTIFICATE", r)).Distinct())) : null,
            [.. logs.Select(static l => Encoding.ASCII.GetBytes(Pem("PUBLIC KEY", l.SubjectPublicKeyInfo)))]);
    }

    private static string Pem(string label, ReadOnlySpan<byte> der) => PemEncoding.WriteString(label, der) + "\n";

    private static string Many(int count, string one, string several) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : several)}");

    private static string Are(int count) => count == 1 ? "is" : "are";

    private static string Windows(IEnumerable<ValidityWindow> windows) =>
        string.Join(", ", windows.Select(static w =>
            $"{(w.Start is { } s ? Moment(s) : "always")} to {(w.End is { } e ? Moment(e) : "open")}"));

    private static string Moment(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static TrustException NotUsable(string path, string why) => new(
        "TrustedRootNotUsable",
        TrustErrorKind.InvalidData,
        $"Nothing of {Shown(path)} can be written to a policy: {why}. Get the instance's current trusted_root.json, or specify " +
        $"{TrustOption.FulcioCAPath} and {TrustOption.RekorPublicKeyPath}.")
    {
        Target = path,
    };

    private static string Shown(string text) => Printable.Of(text, Printable.NameLength);
}
