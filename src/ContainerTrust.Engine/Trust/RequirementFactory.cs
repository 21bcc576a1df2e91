using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Trust;

/// <summary>Builds requirement lists from parameters.</summary>
public sealed class RequirementFactory
{
    private readonly StoredFiles _files;

    /// <summary>A factory for a host.</summary>
    /// <param name="host">Where keys that are to be stored in the policy are read.</param>
    public RequirementFactory(ITrustHost host) => _files = new StoredFiles(host);

    /// <summary>Builds a list.</summary>
    /// <param name="options">What it shall be.</param>
    /// <returns>One requirement a key, all of which must hold; with <see cref="RequirementOptions.AnyKey"/> a single one.</returns>
    /// <exception cref="TrustException">The options contradict each other, or a key to be stored cannot be read.</exception>
    public IReadOnlyList<TrustRequirement> Build(RequirementOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        bool hasKeys = options.KeyPaths.Count > 0;
        TrustType type = options.Type
            ?? (options.HasSigstoreParts ? TrustType.SigstoreSigned
                : hasKeys ? TrustType.SignedBy
                : throw Invalid("MissingType",
                    $"Say what is wanted: give {TrustOption.KeyPath} with the key that must have signed, or " +
                    $"{TrustOption.Type.With("accept")} or {TrustOption.Type.With("reject")}."));
        switch (type)
        {
            case TrustType.Accept or TrustType.Reject:
                if (hasKeys || options.InlineKey || options.CopyKey || options.AnyKey || options.SignedIdentity is not null
                    || options.HasSigstoreParts)
                {
                    string given = options.SigstoreParameter?.ToString()
                        ?? $"{TrustOption.KeyPath}, {TrustOption.InlineKey}, {TrustOption.AnyKey} and the identity";
                    throw Invalid("KeysNotUsed", $"{TypeOf(type)} uses no keys and no identity. Leave out {given}, or use " +
                        $"{TypeOf(options.HasSigstoreParts ? TrustType.SigstoreSigned : TrustType.SignedBy)}.");
                }

                return [type == TrustType.Accept ? new AcceptRequirement() : new RejectRequirement()];
            case TrustType.SignedBy:
                if (options.SigstoreParameter is { } parameter)
                    throw Invalid("ParametersNotTogether",
                        $"{parameter} requires {TrustOption.Type.With("sigstoreSigned")}; simple-signing signatures have only keys. " +
                        "Leave out the one or the other.");
                if (!hasKeys)
                    throw Invalid("MissingKey", $"{TypeOf(type)} needs a key. Give {TrustOption.KeyPath}.");
                foreach (string path in options.KeyPaths)
                    StoredFiles.RequirePath(path, TrustOption.KeyPath, options.InlineKey);
                RequireValid(options.SignedIdentity);
                return options.InlineKey ? Inline(options) : ByPath(options);
            case TrustType.SigstoreSigned:
                RequireValid(options.SignedIdentity);
                return new SigstoreRequirements(_files).Build(options);
            default:
                throw Invalid("InvalidType", $"{TypeOf(type)} cannot be set; possible are signedBy, sigstoreSigned, accept and reject.");
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
            throw new TrustException(
                "InvalidIdentity",
                TrustErrorKind.InvalidArgument,
                $"'{value}' is not possible in a signed identity: {problem}.")
            {
                Target = value,
            };
    }

    private static TrustRequirement[] ByPath(RequirementOptions options) =>
        options.AnyKey && options.KeyPaths.Count > 1
            ? [new SignedByRequirement { KeyPaths = options.KeyPaths, SignedIdentity = options.SignedIdentity }]
            : [.. options.KeyPaths.Select(path => new SignedByRequirement { KeyPath = path, SignedIdentity = options.SignedIdentity })];

    private TrustRequirement[] Inline(RequirementOptions options)
    {
        List<byte[]> keys = [.. options.KeyPaths.Select(path => _files.Read(path, options.BaseDirectory, isOpenPgp: true))];
        if (options.AnyKey && keys.Count > 1)
            keys = [Join(keys, options.KeyPaths)];
        return [.. keys.Select(key => new SignedByRequirement
            { KeyData = Convert.ToBase64String(key), SignedIdentity = options.SignedIdentity })];
    }

    // gpg reads armored blocks one after the other, and binary keys one after the other, but not a mixture of both.
    internal static byte[] Join(List<byte[]> keys, IReadOnlyList<string> paths)
    {
        bool binary = IsBinary(keys[0]);
        using MemoryStream joined = new();
        for (int i = 0; i < keys.Count; i++)
        {
            if (IsBinary(keys[i]) != binary)
                throw Invalid("MixedKeyFormats",
                    $"{paths[0]} and {paths[i]} cannot be stored together: one is armored and the other binary. Convert the " +
                    "armored one with 'gpg --dearmor'.");
            joined.Write(keys[i]);
            if (!binary && keys[i][^1] != (byte)'\n')
                joined.WriteByte((byte)'\n');
        }

        return joined.ToArray();
    }

    private static bool IsBinary(byte[] key) => key.Length > 0 && (key[0] & 0x80) != 0;

    private static AdviceArgument TypeOf(TrustType type) => TrustOption.Type.With($"{char.ToLowerInvariant($"{type}"[0])}{$"{type}"[1..]}");

    private static TrustException Invalid(string id, string message) => new(id, TrustErrorKind.InvalidArgument, message);
}
