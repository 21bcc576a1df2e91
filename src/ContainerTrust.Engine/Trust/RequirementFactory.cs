using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Policy;

namespace ContainerTrust.Engine.Trust;

/// <summary>What a requirement list shall be, in the words of the command line.</summary>
public sealed record RequirementOptions
{
    /// <summary>The kind of requirement. Null means <see cref="TrustType.SignedBy"/>, if there are keys.</summary>
    public TrustType? Type { get; init; }

    /// <summary>
    /// Key files, as the host names them. With <see cref="InlineKey"/> a relative path is a file of this machine, see <see cref="BaseDirectory"/>.
    /// </summary>
    public IReadOnlyList<string> KeyPaths { get; init; } = [];

    /// <summary>The directory of this machine that relative paths of keys to be stored start from.</summary>
    public string BaseDirectory { get; init; } = Environment.CurrentDirectory;

    /// <summary>Store the keys themselves in the policy, as RHEL 7 did.</summary>
    public bool InlineKey { get; init; }

    /// <summary>One of the keys is enough; otherwise each must have signed.</summary>
    public bool AnyKey { get; init; }

    /// <summary>The identity rule. Null for the default, which is then not written.</summary>
    public SignedIdentity? SignedIdentity { get; init; }
}

/// <summary>Builds requirement lists from parameters.</summary>
public sealed class RequirementFactory
{
    private readonly ITrustHost _host;

    internal RequirementFactory(ITrustHost host) => _host = host;

    /// <summary>Builds a list.</summary>
    /// <param name="options">What it shall be.</param>
    /// <returns>One requirement a key, all of which must hold; with <see cref="RequirementOptions.AnyKey"/> a single one.</returns>
    /// <exception cref="TrustException">The options contradict each other, or a key to be stored cannot be read.</exception>
    public IReadOnlyList<TrustRequirement> Build(RequirementOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        bool hasKeys = options.KeyPaths.Count > 0;
        TrustType type = options.Type ?? (hasKeys ? TrustType.SignedBy : throw Invalid("MissingType", "Say what is wanted: give -KeyPath with the key that must have signed, or -Type Accept or Reject."));
        switch (type)
        {
            case TrustType.Accept or TrustType.Reject:
                if (hasKeys || options.InlineKey || options.AnyKey || options.SignedIdentity is not null)
                    throw Invalid("KeysNotUsed", $"-Type {type} uses no keys and no identity. Leave out -KeyPath, -InlineKey, -AnyKey and the identity, or use -Type SignedBy.");
                return [type == TrustType.Accept ? new AcceptRequirement() : new RejectRequirement()];
            case TrustType.SignedBy or TrustType.SigstoreSigned:
                if (!hasKeys)
                    throw Invalid("MissingKey", $"-Type {type} needs a key. Give -KeyPath.");
                foreach (string path in options.KeyPaths)
                    RequirePath(path, options.InlineKey);
                return options.InlineKey ? Inline(type, options) : ByPath(type, options);
            default:
                throw Invalid("InvalidType", $"-Type {type} cannot be set; possible are SignedBy, SigstoreSigned, Accept and Reject.");
        }
    }

    /// <summary>Checks an identity's values by the rules of policy.json.</summary>
    /// <param name="identity">The identity.</param>
    /// <exception cref="TrustException">The reference implementation would refuse it (<c>InvalidIdentity</c>).</exception>
    public static void RequireValid(SignedIdentity? identity)
    {
        (string? value, string? problem) = identity switch
        {
            ExactReferenceIdentity i => (i.DockerReference, IdentityRules.ExactReference(i.DockerReference)),
            ExactRepositoryIdentity i => (i.DockerRepository, IdentityRules.ExactRepository(i.DockerRepository)),
            RemapIdentity i when IdentityRules.Prefix(i.Prefix) is { } p => (i.Prefix, p),
            RemapIdentity i => (i.SignedPrefix, IdentityRules.Prefix(i.SignedPrefix)),
            _ => (null, null),
        };
        if (problem is not null)
            throw new TrustException("InvalidIdentity", TrustErrorKind.InvalidArgument, $"'{value}' is not possible in a signed identity: {problem}.") { Target = value };
    }

    private static List<TrustRequirement> ByPath(TrustType type, RequirementOptions options)
    {
        RequireValid(options.SignedIdentity);
        if (options.AnyKey && options.KeyPaths.Count > 1)
        {
            return
            [
                type == TrustType.SignedBy
                    ? new SignedByRequirement { KeyPaths = options.KeyPaths, SignedIdentity = options.SignedIdentity }
                    : new SigstoreSignedRequirement { KeyPaths = options.KeyPaths, SignedIdentity = options.SignedIdentity },
            ];
        }

        return [.. options.KeyPaths.Select<string, TrustRequirement>(path => type == TrustType.SignedBy
            ? new SignedByRequirement { KeyPath = path, SignedIdentity = options.SignedIdentity }
            : new SigstoreSignedRequirement { KeyPath = path, SignedIdentity = options.SignedIdentity })];
    }

    private List<TrustRequirement> Inline(TrustType type, RequirementOptions options)
    {
        RequireValid(options.SignedIdentity);
        List<byte[]> keys = [.. options.KeyPaths.Select(path => ReadKey(path, options.BaseDirectory))];
        if (options.AnyKey && keys.Count > 1)
        {
            return
            [
                type == TrustType.SignedBy
                    ? new SignedByRequirement { KeyData = Convert.ToBase64String(Join(keys, options.KeyPaths)), SignedIdentity = options.SignedIdentity }
                    : new SigstoreSignedRequirement { KeyDatas = [.. keys.Select(Convert.ToBase64String)], SignedIdentity = options.SignedIdentity },
            ];
        }

        return [.. keys.Select<byte[], TrustRequirement>(key => type == TrustType.SignedBy
            ? new SignedByRequirement { KeyData = Convert.ToBase64String(key), SignedIdentity = options.SignedIdentity }
            : new SigstoreSignedRequirement { KeyData = Convert.ToBase64String(key), SignedIdentity = options.SignedIdentity })];
    }

    // gpg reads armored blocks one after the other, and binary keys one after the other, but not a mixture of both.
    private static byte[] Join(List<byte[]> keys, IReadOnlyList<string> paths)
    {
        bool binary = IsBinary(keys[0]);
        using MemoryStream joined = new();
        for (int i = 0; i < keys.Count; i++)
        {
            if (IsBinary(keys[i]) != binary)
                throw Invalid("MixedKeyFormats", $"{paths[0]} and {paths[i]} cannot be stored together: one is armored and the other binary. Convert the armored one with 'gpg --dearmor'.");
            joined.Write(keys[i]);
            if (!binary && keys[i][^1] != (byte)'\n')
                joined.WriteByte((byte)'\n');
        }

        return joined.ToArray();
    }

    private static bool IsBinary(byte[] key) => key.Length > 0 && (key[0] & 0x80) != 0;

    // An absolute path means a file on the host that is being configured, and nothing else: whose key is trusted must not depend on where it happens to lie.
    private byte[] ReadKey(string path, string baseDirectory)
    {
        bool isOnHost = path.StartsWith('/');
        HostFile? file = isOnHost
            ? _host.TryReadFile(path, KeyFiles.MaxBytes)
            : LocalHost.Instance.TryReadFile(Path.GetFullPath(path, baseDirectory), KeyFiles.MaxBytes);
        if (!isOnHost)
            path = Path.GetFullPath(path, baseDirectory);
        if (file is null)
        {
            string hint = isOnHost && _host is RootDirectoryHost ? " there; a relative path, such as ./key.asc, means a file of this machine" : "";
            throw new TrustException("KeyFileNotFound", TrustErrorKind.NotFound, $"The key file {path} does not exist{hint}. Give the right path.") { Target = path };
        }

        if (file.Content.IsEmpty)
            throw new TrustException("NoUsableKey", TrustErrorKind.InvalidData, $"The key file {path} is empty.") { Target = path };
        if (SecretKeys.AreIn(file.Content.Span))
        {
            throw new TrustException("PrivateKey", TrustErrorKind.InvalidArgument, $"{path} holds a private key, which must never stand in a policy that everybody can read. Export the public key alone ('gpg --armor --export'), and store that.")
            {
                Target = path,
            };
        }

        return file.Content.ToArray();
    }

    private static void RequirePath(string path, bool inline)
    {
        if (path.Length == 0 || (!inline && !path.StartsWith('/')))
            throw Invalid("InvalidKeyPath", $"'{path}' is no absolute path. A policy names key files by their absolute path on the host.");
        foreach (char c in path)
        {
            if (char.IsControl(c))
                throw Invalid("InvalidKeyPath", $"A key's path must not contain control characters (here U+{(int)c:X4}).");
        }

        if (!Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(path)).Equals(path, StringComparison.Ordinal))
            throw Invalid("InvalidKeyPath", "A key's path must be valid Unicode text.");
    }

    private static TrustException Invalid(string id, string message) => new(id, TrustErrorKind.InvalidArgument, message);
}
