using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust.Travel;

namespace ContainerTrust.Engine.Trust;

/// <summary>What a requirement list shall be, in the words of the command line.</summary>
/// <remarks>
/// Paths are those of the host that evaluates the policy. With <see cref="InlineKey"/> the files themselves are stored, and a relative
/// path is a file of this machine, see <see cref="BaseDirectory"/>.
/// </remarks>
public sealed record RequirementOptions
{
    /// <summary>
    /// The kind of requirement. Null means <see cref="TrustType.SigstoreSigned"/> if there is something that only that kind has, else
    /// <see cref="TrustType.SignedBy"/> if there are keys.
    /// </summary>
    public TrustType? Type { get; init; }

    /// <summary>Key files.</summary>
    public IReadOnlyList<string> KeyPaths { get; init; } = [];

    /// <summary>The directory of this machine that relative paths of files to be stored start from.</summary>
    public string BaseDirectory { get; init; } = Environment.CurrentDirectory;

    /// <summary>Store keys and certificates themselves in the policy, as RHEL 7 did.</summary>
    public bool InlineKey { get; init; }

    /// <summary>
    /// Put the files on the host: paths are then those of this machine, and the policy names the places in <see cref="KeyDirectory"/>.
    /// </summary>
    public bool CopyKey { get; init; }

    /// <summary>
    /// The directory of the host that files are put in. Null for <see cref="KeyCopy.Directory"/>, or <c>keys</c> beside a user's own
    /// policy.
    /// </summary>
    public string? KeyDirectory { get; init; }

    /// <summary>The files that are to be copied, where they were read already.</summary>
    internal IReadOnlyDictionary<string, ReadOnlyMemory<byte>>? FilesRead { get; init; }

    /// <summary>One of the keys is enough; otherwise each must have signed.</summary>
    public bool AnyKey { get; init; }

    /// <summary>The identity rule. Null for the default, which is then not written.</summary>
    public SignedIdentity? SignedIdentity { get; init; }

    /// <summary>Certificates of the Fulcio CA that signers' certificates come from. Null for no Fulcio.</summary>
    public string? FulcioCAPath { get; init; }

    /// <summary>With Fulcio: the OpenID Connect issuer that authenticated the signer, a URL.</summary>
    public string? OidcIssuer { get; init; }

    /// <summary>With Fulcio or <see cref="CARootsPath"/>: the e-mail address in the signer's certificate.</summary>
    public string? SubjectEmail { get; init; }

    /// <summary>Public keys of Rekor logs, an entry in any of which is enough. With Fulcio at least one; possible with keys.</summary>
    public IReadOnlyList<string> RekorPublicKeyPaths { get; init; } = [];

    /// <summary>Root certificates of a private PKI that signers' certificates come from. Null for no PKI.</summary>
    public string? CARootsPath { get; init; }

    /// <summary>With <see cref="CARootsPath"/>: intermediate certificates.</summary>
    public string? CAIntermediatesPath { get; init; }

    /// <summary>With <see cref="CARootsPath"/>: the host name in the signer's certificate.</summary>
    public string? SubjectHostname { get; init; }

    /// <summary>
    /// What is taken of a sigstore instance's <c>trusted_root.json</c>: its CAs and logs, which are stored. With keys its logs alone. Null
    /// for none.
    /// </summary>
    public TrustedRootMembers? TrustedRoot { get; init; }

    /// <summary>Whether nothing is said of requirements at all.</summary>
    public bool IsEmpty => Type is null && KeyPaths.Count == 0 && !InlineKey && !CopyKey && !AnyKey
        && SignedIdentity is null && !HasSigstoreParts;

    /// <summary>Whether there is something that only <c>sigstoreSigned</c> has.</summary>
    public bool HasSigstoreParts => SigstoreParameter is not null;

    /// <summary>The same options with the files that are to be copied, read once for however many hosts.</summary>
    /// <returns>The options; the very same if nothing is to be copied.</returns>
    /// <exception cref="TrustException">A file is missing, empty, unreadable, or holds a private key.</exception>
    public RequirementOptions WithFilesRead() => CopyKey ? this with { FilesRead = KeyCopies.Read(this) } : this;

    /// <summary>The first parameter given that only <c>sigstoreSigned</c> has, for messages.</summary>
    internal TrustOption? SigstoreParameter =>
        TrustedRoot is not null ? TrustOption.TrustedRootPath
        : FulcioCAPath is not null ? TrustOption.FulcioCAPath
        : CARootsPath is not null ? TrustOption.CARootsPath
        : CAIntermediatesPath is not null ? TrustOption.CAIntermediatesPath
        : OidcIssuer is not null ? TrustOption.OidcIssuer
        : SubjectEmail is not null ? TrustOption.SubjectEmail
        : SubjectHostname is not null ? TrustOption.SubjectHostname
        : RekorPublicKeyPaths.Count > 0 ? TrustOption.RekorPublicKeyPath
        : null;
}
