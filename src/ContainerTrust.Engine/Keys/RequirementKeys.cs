using System.Collections.Concurrent;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Consumers;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Keys;

/// <summary>
/// The keys of requirements, read from their host and imported once however many images are judged by them. For many threads.
/// </summary>
internal sealed class RequirementKeys
{
    private readonly KeyMaterialFiles _files;
    private readonly ConcurrentDictionary<string, Lazy<RequirementKeyring>> _keyrings = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<SignedByRequirement, RequirementKeyring> _known = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<SigstoreSignedRequirement, Lazy<RequirementSigstoreTrust>> _sigstore =
        new(ReferenceEqualityComparer.Instance);
    private readonly Action<string> _warn;
    private readonly Action<string> _say;
    private readonly Func<SignedByRequirement, string?>? _nameOf;

    /// <summary>Keys of a host.</summary>
    /// <param name="host">The host whose paths the requirements name.</param>
    /// <param name="warn">Told once of each key that cannot be used.</param>
    /// <param name="say">Told what became of every signature in the key files. Null for nobody.</param>
    public RequirementKeys(ITrustHost host, Action<string> warn, Action<string>? say = null)
        : this(new KeyMaterialFiles(host ?? throw new ArgumentNullException(nameof(host))), warn, say)
    {
        ArgumentNullException.ThrowIfNull(warn);
    }

    internal RequirementKeys(KeyMaterialFiles files, Action<string> warn, Action<string>? say,
        Func<SignedByRequirement, string?>? nameOf = null)
    {
        _files = files;
        _warn = warn;
        _say = say ?? (static _ => { });
        _nameOf = nameOf;
    }

    /// <summary>The release that reads the keys and judges by them. Null for none in particular.</summary>
    internal OpenPgpConsumer? Consumer { get; init; }

    /// <summary>
    /// What the judged host verifies with, where there is no <see cref="Consumer"/>. Null where no host judges by the keys.
    /// </summary>
    internal HostOpenPgp? HostOpenPgp { get; init; }

    /// <summary>
    /// The <c>trusted_root.json</c> that the caller names in a Fulcio CA's place; no policy can name one. Null for none.
    /// </summary>
    internal string? TrustedRootPath { get; init; }

    /// <summary>Whether the subject that certificates must name, by <see cref="TrustedRootPath"/>, is a URI.</summary>
    internal bool IsSubjectUri { get; init; }

    /// <summary>The same files, read for no release in particular, and nothing is told of them again.</summary>
    /// <returns>The keys.</returns>
    internal RequirementKeys WithoutConsumer() => new(_files, static _ => { }, null, _nameOf)
    {
        TrustedRootPath = TrustedRootPath,
        IsSubjectUri = IsSubjectUri,
    };

    /// <summary>What the key data of a requirement is called that is of no policy.</summary>
    /// <param name="requirement">A requirement.</param>
    /// <returns>Words for it; null if it has no name of its own.</returns>
    internal string? NameOf(SignedByRequirement requirement) => _nameOf?.Invoke(requirement);

    /// <summary>The keys of a requirement.</summary>
    /// <param name="requirement">A <c>signedBy</c> requirement.</param>
    /// <returns>The keyring, or the reason why there is none.</returns>
    public RequirementKeyring For(SignedByRequirement requirement)
    {
        ArgumentNullException.ThrowIfNull(requirement);
        if (requirement.KeyType != "GPGKeys")
            return new RequirementKeyring(
                null,
                $"Key type {requirement.KeyType} is not implemented by podman and skopeo, so no signature is accepted.");
        if (_known.TryGetValue(requirement, out RequirementKeyring? known))
            return known;
        string id = string.Join(
            '\0',
            requirement.GetKeyMaterials().Select(static m => m.Path is null ? $"data:{m.Data}" : $"path:{m.Path}"));
        known = _keyrings.GetOrAdd(id, _ => new Lazy<RequirementKeyring>(() => Import(requirement))).Value;
        _known[requirement] = known;
        return known;
    }

    /// <summary>The keys, CAs and logs of a requirement.</summary>
    /// <param name="requirement">A <c>sigstoreSigned</c> requirement; the same object each time it is asked for.</param>
    /// <returns>What it trusts, or the reason why it can trust nothing.</returns>
    public RequirementSigstoreTrust For(SigstoreSignedRequirement requirement)
    {
        ArgumentNullException.ThrowIfNull(requirement);
        return _sigstore.GetOrAdd(requirement, r => new Lazy<RequirementSigstoreTrust>(() => Import(r))).Value;
    }

    private RequirementSigstoreTrust Import(SigstoreSignedRequirement requirement)
    {
        try
        {
            IReadOnlyList<KeyMaterial> materials = requirement.GetKeyMaterials();
            IReadOnlyList<SigstoreKeySource> rekor = Sources(materials, KeyMaterialUse.Rekor);
            SigstoreTrust trust = requirement switch
            {
                { Fulcio: { CaPath: null, CaData: null } fulcio } when TrustedRootPath is not null => SigstoreTrust.FromTrustedRoot(
                    Source([new KeyMaterial(KeyMaterialUse.FulcioCA, TrustedRootPath, null)], KeyMaterialUse.FulcioCA)!,
                    fulcio.OidcIssuer, fulcio.SubjectEmail, IsSubjectUri),
                { Fulcio: { } fulcio } =>
                    SigstoreTrust.FromFulcio(Source(materials, KeyMaterialUse.FulcioCA)!, fulcio.OidcIssuer, fulcio.SubjectEmail, rekor),
                { Pki: { } pki } => SigstoreTrust.FromPki(Source(materials, KeyMaterialUse.PkiRoots)!,
                    Source(materials, KeyMaterialUse.PkiIntermediates), pki.SubjectEmail, pki.SubjectHostname),
                _ when TrustedRootPath is not null => SigstoreTrust.FromLoggedKeys(
                    Sources(materials, KeyMaterialUse.PublicKey),
                    Source([new KeyMaterial(KeyMaterialUse.Rekor, TrustedRootPath, null)], KeyMaterialUse.Rekor)!),
                _ => SigstoreTrust.FromPublicKeys(Sources(materials, KeyMaterialUse.PublicKey), HasRekor(requirement) ? rekor : null),
            };
            foreach (string warning in trust.Warnings)
                _warn(warning);
            return new RequirementSigstoreTrust(trust, "");
        }
        catch (TrustException e)
        {
            // As for OpenPGP: what cannot be used accepts nothing.
            return new RequirementSigstoreTrust(null, e.Message);
        }
    }

    private static bool HasRekor(SigstoreSignedRequirement r) =>
        r.RekorPublicKeyPath is not null || r.RekorPublicKeyPaths is not null || r.RekorPublicKeyData is not null
            || r.RekorPublicKeyDatas is not null;

    private List<SigstoreKeySource> Sources(IReadOnlyList<KeyMaterial> materials, KeyMaterialUse use) =>
        [.. materials.Where(m => m.Use == use).Select(m => new SigstoreKeySource(KeyMaterialFiles.NameOf(m), Content(m)))];

    private SigstoreKeySource? Source(IReadOnlyList<KeyMaterial> materials, KeyMaterialUse use) =>
        Sources(materials, use) is [var one, ..] ? one : null;

    private ReadOnlyMemory<byte> Content(KeyMaterial material) => _files.TryGet(material) ?? throw new TrustException(
        "KeyFileNotFound", TrustErrorKind.NotFound, $"The key file {material.Path} does not exist, so no signature can be accepted.")
            { Target = material.Path };

    private static string Why(OpenPgpKeyring keyring) => keyring.Losses is [var first, ..] ? $": {first}" : "";

    // Go's OpenPGP gives an error for a file without any key that it can read, and with it nothing is accepted by the others.
    private static string? FindEmpty(KeyringSource[] sources, OpenPgpConsumer? consumer)
    {
        for (; consumer is not null; consumer = consumer.Other)
        {
            if (consumer.Library != OpenPgpLibrary.Go)
                continue;
            foreach (KeyringSource source in sources)
            {
                OpenPgpKeyring keyring = OpenPgpKeyring.Import([source], null, consumer.Reading);
                if (keyring.PrimaryFingerprints.Count == 0)
                    return $"Go's OpenPGP finds no usable key in {source.Name}{Why(keyring)}, and refuses the requirement for it.";
            }
        }

        return null;
    }

    private RequirementKeyring Import(SignedByRequirement requirement)
    {
        try
        {
            string dataName = NameOf(requirement) ?? KeyMaterialFiles.InPolicy;
            KeyringSource[] sources = [.. requirement.GetKeyMaterials().Select(m => new KeyringSource(m.Path ?? dataName, Content(m)))];
            OpenPgpKeyring keyring = OpenPgpKeyring.Import(sources, Consumer, Consumer?.Reading ?? KeyFileReading.All, HostOpenPgp);
            if (Consumer is null && keyring.HasLosses && HostOpenPgp is { HasOlderGnuPg: true })
                keyring = OpenPgpKeyring.Import(sources, null, KeyFileReading.GnuPg, HostOpenPgp);
            if (FindEmpty(sources, Consumer) is { } empty)
                return new RequirementKeyring(null, empty);
            foreach (string warning in keyring.Warnings)
                _warn(warning);
            foreach (string detail in keyring.Details)
                _say(detail);
            return keyring.PrimaryFingerprints.Count == 0
                ? new RequirementKeyring(
                    null, $"There is no usable key in {string.Join(", ", sources.Select(static s => s.Name))}{Why(keyring)}.")
                : new RequirementKeyring(keyring, "");
        }
        catch (TrustException e)
        {
            // The policy is evaluated with what the host has: a key file that cannot be used accepts nothing.
            return new RequirementKeyring(null, e.Message);
        }
    }
}

/// <summary>What <see cref="RequirementKeys"/> has for a requirement.</summary>
/// <param name="Keyring">The keys. Null if there are none.</param>
/// <param name="Problem">Why there are none, a sentence; empty otherwise.</param>
internal sealed record RequirementKeyring(OpenPgpKeyring? Keyring, string Problem);

/// <summary>What <see cref="RequirementKeys"/> has for a sigstore requirement.</summary>
/// <param name="Trust">Keys, CAs and logs. Null if they cannot be used.</param>
/// <param name="Problem">Why not, a sentence; empty otherwise.</param>
internal sealed record RequirementSigstoreTrust(SigstoreTrust? Trust, string Problem);
