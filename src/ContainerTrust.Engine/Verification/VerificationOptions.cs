using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Verification;

/// <summary>How images are verified; the same for all images of a run.</summary>
public sealed record VerificationOptions
{
    /// <summary>
    /// Key files of this machine, all OpenPGP or all PEM public keys (sigstore): one signature by any of their keys is what is required,
    /// and for PEM keys the registry's attachments are read whatever registries.d says. Null: the policy decides.
    /// </summary>
    public IReadOnlyList<string>? KeyPaths { get; init; }

    /// <summary>
    /// By whose certificates images must be signed, instead of <see cref="KeyPaths"/>: the registry's attachments are read whatever
    /// registries.d says. Null: keys or the policy decide.
    /// </summary>
    public SignerCertificates? Signer { get; init; }

    /// <summary>Whether a trusted root decides, which is asked about bundles only.</summary>
    internal bool HasTrustedRoot => Signer is { TrustedRootPath: not null };

    /// <summary>
    /// Whether nothing but the tag is read of sigstore attachments, also by keys: what podman and skopeo find is then all that is found.
    /// </summary>
    internal bool ReadsNoReferrers { get; init; }

    /// <summary>Only signatures by these keys count: whole fingerprints, as <see cref="Fingerprints.Normalize"/> takes them. Null or empty
    /// for any key.</summary>
    public IReadOnlyList<string>? Fingerprints { get; init; }

    /// <summary>With <see cref="KeyPaths"/>: which references a signature may name. Null for <c>matchRepoDigestOrExact</c>.</summary>
    public SignedIdentity? SignedIdentity { get; init; }

    /// <summary>
    /// The release whose verdict is given: <c>podman5.4</c>, <c>skopeo1.20</c>, <c>crio1.34</c>, also with what it verifies OpenPGP with,
    /// <c>podman6/sequoia</c>. Null for none in particular.
    /// </summary>
    public string? As { get; init; }

    /// <summary>
    /// Stores to read signatures from instead of those that registries.d gives: base URLs or directories of this machine, lookaside or
    /// OpenShift release layout. Null for registries.d.
    /// </summary>
    public IReadOnlyList<string>? SignatureStores { get; init; }

    /// <summary>ConfigMap documents (YAML or JSON files of this machine) to read signatures from instead of registries.d. Null for
    /// none.</summary>
    public IReadOnlyList<string>? SignatureConfigMaps { get; init; }

    /// <summary>Whether an image is valid only if a requirement has verified a signature; what a policy accepts unseen is then not
    /// valid.</summary>
    public bool RequireSignature { get; init; }

    /// <summary>The time for one image, all requests, retries and waits together; infinite for no limit.</summary>
    public TimeSpan ImageTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How registries and stores are talked to.</summary>
    public WebOptions Web { get; init; } = new();

    /// <summary>A registries.conf on the host. Null for the one in force.</summary>
    public string? RegistriesConfPath { get; init; }

    /// <summary>The time at which keys and signatures must be valid. Null for now.</summary>
    public DateTimeOffset? Now { get; init; }

    /// <summary>
    /// The host whose credentials, credential helpers and registry certificates are used, where that is not the one by whose policy images
    /// are judged: what a file of a remote host says must not start programs here. Null for the same.
    /// </summary>
    public ITrustHost? ClientHost { get; init; }

    /// <summary>The client that several verifiers share. Null for one of the verifier's own.</summary>
    internal SharedRegistries? Shared { get; init; }
}
