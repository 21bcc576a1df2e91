using System.Text;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Armor;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>Finds out which of the files that a policy names the given key files are, and where on the nodes they go.</summary>
internal static class NodeKeys
{
    /// <summary>The keyring whose change does not reboot nodes, of any version of the operator that knows it.</summary>
    public const string NoRebootPath = "/etc/machine-config-daemon/no-reboot/containers-gpg.pub";

    private const int ArmorLine = 64;

    // What a node cannot keep: its image's own files are read-only, the others are made anew with every start.
    private static readonly string[] NotKept = ["/usr", "/run", "/tmp", "/proc", "/sys", "/dev", "/boot", "/bin", "/lib", "/lib64", "/sbin",
        "/sysroot", "/ostree"];

    /// <summary>The file on the nodes that each key file is.</summary>
    /// <param name="keys">The key files.</param>
    /// <param name="requirements">All requirements of the policy.</param>
    /// <returns>Content by path on the node.</returns>
    /// <exception cref="TrustException">
    /// A key file holds a private key (<c>PrivateKey</c>) or nothing (<c>NoUsableKey</c>), is none of the policy's
    /// (<c>KeyFileNotNamed</c>), could be several of them (<c>KeyFileAmbiguous</c>) or one that another is already
    /// (<c>DuplicateKeyFile</c>), or a node could not keep it (<c>KeyPathNotWritable</c>).
    /// </exception>
    public static IReadOnlyDictionary<string, byte[]> Place(IReadOnlyList<MachineConfigKey> keys,
        IEnumerable<TrustRequirement> requirements)
    {
        string[] named = [.. PolicyFiles.Of(requirements)];
        Dictionary<string, byte[]> placed = new(StringComparer.Ordinal);
        foreach (MachineConfigKey key in keys)
        {
            RequirePublic(key);
            string path = PathOf(key, named);
            if (!placed.TryAdd(path, key.Content.ToArray()))
                throw new TrustException(
                    "DuplicateKeyFile",
                    TrustErrorKind.InvalidArgument,
                    $"{key.Path} and another key file are both {path} of the policy. Give one of them.")
                {
                    Target = key.Path,
                };
        }

        return placed;
    }

    /// <summary>
    /// Rewrites requirements so that they name the one keyring whose change does not reboot nodes. Only done where it means the same: a
    /// keyring accepts each of its keys, so every requirement that names one of the files must name all of them, as alternatives.
    /// </summary>
    /// <param name="requirements">A requirement list.</param>
    /// <param name="scope">Whose it is, for messages.</param>
    /// <param name="placed">The key files by path.</param>
    /// <returns>The list.</returns>
    /// <exception cref="TrustException">
    /// It would mean something else (<c>NoRebootChangesTrust</c>), or asks for other keys than OpenPGP (<c>NoRebootNotPossible</c>).
    /// </exception>
    public static IReadOnlyList<TrustRequirement> OnKeyring(IReadOnlyList<TrustRequirement> requirements, string scope,
        IReadOnlyDictionary<string, byte[]> placed) =>
        [.. requirements.Select(r => OnKeyring(r, scope, placed))];

    /// <summary>The keyring of all key files.</summary>
    /// <exception cref="TrustException">
    /// They hold something that cannot be put together (<c>NoRebootNotPossible</c>), or a file is not an OpenPGP key.
    /// </exception>
    public static byte[] Keyring(IReadOnlyDictionary<string, byte[]> placed)
    {
        if (placed.Count == 1)
        {
            (string path, byte[] content) = placed.Single();
            OpenPgpKeyReader.Read(content, path);
            return content;
        }

        using MemoryStream packets = new();
        List<TrustKey> keys = [];
        foreach ((string path, byte[] content) in placed)
        {
            keys.AddRange(OpenPgpKeyReader.Read(content, path).Keys);
            Append(packets, content, path);
        }

        byte[] keyring = Armor(packets.ToArray());
        IReadOnlyList<TrustKey> together = OpenPgpKeyReader.Read(keyring, NoRebootPath).Keys;
        return Facts(together).SequenceEqual(Facts(keys), StringComparer.Ordinal)
            ? keyring
            : throw new TrustException(
                "NoRebootNotPossible",
                TrustErrorKind.InvalidData,
                $"The key files {string.Join(", ", placed.Keys)} cannot be made one keyring that holds the same keys. " +
                "Export them into one file with gpg, and name that.");
    }

    private static void RequirePublic(MachineConfigKey key)
    {
        if (key.Content.IsEmpty)
            throw new TrustException(
                "NoUsableKey",
                TrustErrorKind.InvalidData,
                $"The key file {key.Path} is empty. Give the key.")
            {
                Target = key.Path,
            };
        if (SecretKeys.AreIn(key.Content.Span))
            throw new TrustException(
                "PrivateKey",
                TrustErrorKind.InvalidArgument,
                $"{key.Path} holds a private key, which must not be in a MachineConfig that every administrator and every node can " +
                "read. Give the public key alone.")
            {
                Target = key.Path,
            };
    }

    private static string PathOf(MachineConfigKey key, string[] named)
    {
        string name = key.Path[(key.Path.LastIndexOf('/') + 1)..];
        string[] candidates = named.Contains(key.Path) ? [key.Path] : [.. named.Where(n => n[(n.LastIndexOf('/') + 1)..] == name)];
        if (candidates.Length == 0)
        {
            string known = named.Length == 0 ? "the policy names no files"
                : $"the policy names {string.Join(", ", named.Take(5).Select(Shown))}";
            throw new TrustException(
                "KeyFileNotNamed",
                TrustErrorKind.InvalidArgument,
                $"No requirement names a file '{Shown(name)}', so {key.Path} would be put on the nodes for nothing ({known}). " +
                "Give the key file the name that it has in the policy.")
            {
                Target = key.Path,
            };
        }

        if (candidates.Length > 1)
            throw new TrustException(
                "KeyFileAmbiguous",
                TrustErrorKind.InvalidArgument,
                $"{key.Path} could be {string.Join(" or ", candidates.Select(Shown))} of the policy. " +
                "Use different file names in the policy.")
            {
                Target = key.Path,
            };
        string path = candidates[0];
        string normal = DocumentHost.Normalize(path);
        if (path != normal)
            throw new TrustException(
                "KeyPathNotWritable",
                TrustErrorKind.InvalidArgument,
                $"The policy names '{Shown(path)}'. Name the file by its plain path, {Shown(normal)}, so that it can be put there.")
            {
                Target = path,
            };
        bool isKept = normal.StartsWith("/usr/local/", StringComparison.Ordinal)
            || !NotKept.Any(d => normal.StartsWith(d + "/", StringComparison.Ordinal));
        if (!isKept || MachineConfigDocument.IsTrustFile(normal) || normal.Count(static c => c == '/') < 2)
            throw new TrustException(
                "KeyPathNotWritable",
                TrustErrorKind.InvalidArgument,
                $"Nodes cannot be given the file {Shown(path)}: the directory is not theirs to change, or does not outlast a restart. " +
                $"Name a path under /etc in the policy, such as /etc/pki/containers/{Shown(name)}.")
            {
                Target = path,
            };
        return path;
    }

    private static TrustRequirement OnKeyring(TrustRequirement requirement, string scope, IReadOnlyDictionary<string, byte[]> placed)
    {
        string[] paths = [.. PolicyFiles.Of([requirement])];
        if (paths.Contains(NoRebootPath) && !placed.ContainsKey(NoRebootPath))
            throw new TrustException(
                "NoRebootChangesTrust",
                TrustErrorKind.InvalidArgument,
                $"{scope} names {NoRebootPath} already, and its keys would be replaced by others. " +
                $"Give the key file of that name along with {TrustOption.KeyFile}, or leave {TrustOption.NoReboot} out.")
            {
                Target = scope,
            };
        if (!paths.Any(placed.ContainsKey))
            return requirement;
        if (requirement is not SignedByRequirement signedBy)
            throw new TrustException(
                "NoRebootNotPossible",
                TrustErrorKind.InvalidArgument,
                $"{scope} asks for sigstore signatures by {paths.First(placed.ContainsKey)}, " +
                $"and there is no file for such keys that nodes take without a reboot. Leave {TrustOption.NoReboot} out, " +
                $"or put the key itself into the policy ({TrustOperation.Set} {TrustOption.InlineKey}).")
            {
                Target = scope,
            };
        if (placed.Keys.FirstOrDefault(p => !paths.Contains(p)) is { } other)
        {
            throw new TrustException(
                "NoRebootChangesTrust",
                TrustErrorKind.InvalidArgument,
                "There is one keyring that nodes take without a reboot, and a signature by any key in it counts. " +
                $"{scope} does not name {other}, and would accept that key, too. Leave {TrustOption.NoReboot} out, " +
                "or give only key files that every such requirement names.")
            {
                Target = scope,
            };
        }

        string[] rest = [NoRebootPath, .. paths.Where(p => !placed.ContainsKey(p))];
        return rest.Length == 1 ? signedBy with { KeyPath = NoRebootPath, KeyPaths = null }
            : signedBy with { KeyPath = null, KeyPaths = rest };
    }

    private static void Append(MemoryStream packets, byte[] content, string path)
    {
        if (ArmorLines.IsBinary(content))
        {
            packets.Write(content);
            return;
        }

        ArmorReader armor = new(content, path);
        while (armor.TryReadNext(out ArmorBlock block))
        {
            if (block.Kind == ArmorKind.PublicKey)
                packets.Write(block.Data);
        }
    }

    // One block of text: the readers of the nodes that take only the first block of a file, and those that take all, then see the same
    // keys.
    private static byte[] Armor(byte[] packets)
    {
        StringBuilder text = new("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n");
        string base64 = Convert.ToBase64String(packets);
        for (int i = 0; i < base64.Length; i += ArmorLine)
            text.Append(base64.AsSpan(i, Math.Min(ArmorLine, base64.Length - i))).Append('\n');
        uint checksum = Crc24.Compute(packets) & 0xFFFFFF;
        text.Append('=').Append(Convert.ToBase64String([(byte)(checksum >> 16), (byte)(checksum >> 8), (byte)checksum]))
            .Append("\n-----END PGP PUBLIC KEY BLOCK-----\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    // All that decides whether a key's signature counts.
    private static IEnumerable<string> Facts(IEnumerable<TrustKey> keys) => keys
        .Select(static k => $"{k.Fingerprint} {k.Created:O} {k.Expires:O} {k.IsRevoked} {k.CanSign} {k.CanPrimarySign} " +
            $"{string.Join(',', k.UserIds)} " +
            $"{string.Join(';', k.Subkeys.Select(static s => $"{s.Fingerprint} {s.Created:O} {s.Expires:O} {s.IsRevoked} {s.CanSign}"))}")
        .Distinct()
        .Order(StringComparer.Ordinal);

    private static string Shown(string text) => Printable.Of(text, Printable.NameLength);
}
