using System.Security.Cryptography;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Compliance.Proof;

/// <summary>
/// Which signatures one requirement is satisfied by: any one that is of a kind, by one of the keys, claims one of the names and lies at
/// one of the places.
/// </summary>
/// <param name="Kind">The kind of signature.</param>
/// <param name="Keys">Keys by content.</param>
/// <param name="Claims">References that a signature may name.</param>
/// <param name="Places">Where it is looked for.</param>
internal sealed record Clause(string Kind, IReadOnlySet<string> Keys, IReadOnlySet<string> Claims, IReadOnlySet<string> Places)
{
    /// <summary>What nothing satisfies.</summary>
    public static Clause Never { get; } = new("", new HashSet<string>(), new HashSet<string>(), new HashSet<string>());

    private bool IsEmpty => Keys.Count == 0 || Claims.Count == 0 || Places.Count == 0;

    /// <summary>Whether what satisfies this one satisfies the other as well.</summary>
    public bool IsWithin(Clause other) =>
        IsEmpty
            || (Kind == other.Kind && Keys.IsSubsetOf(other.Keys) && Claims.IsSubsetOf(other.Claims) && Places.IsSubsetOf(other.Places));
}

/// <summary>
/// What a host's files accept, image by image, as the conditions that its signatures must all satisfy. Of two states can thereby be told
/// exactly whether one accepts an image with signatures, whichever, that the other refuses.
/// </summary>
/// <param name="store">The host's files.</param>
/// <param name="policy">The policy.</param>
/// <param name="lookaside">registries.d.</param>
/// <param name="hasLocalStores">
/// Whether there may be signatures in the directories that are looked into where registries.d names no store.
/// </param>
internal sealed class Acceptance(TrustStore store, PolicyDocument policy, LookasideConfiguration lookaside, bool hasLocalStores)
{
    private readonly Dictionary<TrustRequirement, HashSet<string>?> _keys = new(ReferenceEqualityComparer.Instance);

    private readonly Dictionary<Probe, (PolicyEntry Governing, (string? Store, string? Attachments)? Places)> _probes =
        new(ReferenceEqualityComparer.Instance);

    public PolicyDocument Policy => policy;

    public LookasideConfiguration Lookaside => lookaside;

    /// <summary>The entry that governs an image.</summary>
    public PolicyEntry Governing(ImageName image) => PolicyLookup.Find(policy, image).Scope is { } scope
        ? new PolicyEntry(image.Transport, scope.Name, false, scope.Requirements)
        : new PolicyEntry("all", "default", true, policy.Default);

    /// <summary>What governs an image and where its signatures are looked for; many fixes ask it of the same images.</summary>
    public (PolicyEntry Governing, (string? Store, string? Attachments)? Places) Of(Probe probe)
    {
        if (!_probes.TryGetValue(probe, out (PolicyEntry Governing, (string? Store, string? Attachments)? Places) known))
            _probes.Add(probe, known = (Governing(probe.Image), PlacesOf(probe.Place)));
        return known;
    }

    /// <summary>Where signatures are looked for. Null where podman refuses to look.</summary>
    /// <param name="place">The image by the name that it is fetched by. Null for transports without stores.</param>
    public (string? Store, string? Attachments)? PlacesOf(DockerReference? place)
    {
        if (place is null)
            return ("the image", null);
        EffectiveLookaside effective = lookaside.ForScope("docker", place.ToString())!;
        string? attachments = effective.UseSigstoreAttachments == true ? $"attachments of {place.Name}" : null;
        if (effective.SignatureStore is not { } url)
            return (hasLocalStores ? $"local {place.Path}" : null, attachments);
        return StoreUrl.IsBarePath(url) ? null : ($"{url}/{place.Path}", attachments);
    }

    /// <summary>The conditions for an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="place">The name that it is fetched by.</param>
    /// <param name="requirements">What its entry demands.</param>
    /// <param name="claims">The names that signatures may have.</param>
    public IReadOnlyList<Clause> Conditions(
        ImageName image, DockerReference? place, IReadOnlyList<TrustRequirement> requirements, IReadOnlyList<string> claims)
    {
        if (PlacesOf(place) is not { } places)
            return [Clause.Never];
        List<Clause> clauses = [];
        foreach (TrustRequirement requirement in requirements.Where(static r => r is not AcceptRequirement))
        {
            bool isSigstore = requirement is SigstoreSignedRequirement;
            SignedIdentity? identity = requirement switch
            {
                SignedByRequirement r => r.SignedIdentity,
                SigstoreSignedRequirement r => r.SignedIdentity,
                _ => null,
            };
            if ((requirement is SignedByRequirement || isSigstore) && KeysOf(requirement) is { } keys)
            {
                // Registries that keep signatures of the one kind themselves are asked whatever registries.d says.
                string? own = isSigstore ? places.Attachments : $"extension of {place?.Name}";
                HashSet<string> where = [.. new[] { places.Store, own }.OfType<string>()];
                HashSet<string> names = [.. claims.Where(c => IdentityMatcher.Refusal(identity, image.Reference, c) is null)];
                clauses.Add(new Clause(isSigstore ? "sigstore" : "simple", keys, names, where));
            }
            else
            {
                clauses.Add(Clause.Never);
            }
        }

        return clauses;
    }

    /// <summary>Whether everything that one state accepts is accepted by the other.</summary>
    /// <param name="some">The conditions of the one.</param>
    /// <param name="other">The conditions of the other.</param>
    public static bool IsWithin(IReadOnlyList<Clause> some, IReadOnlyList<Clause> other) => other.All(o => some.Any(s => s.IsWithin(o)));

    // Keys are compared by the bytes of their files: the same key with other statements about it is another one here.
    private HashSet<string>? KeysOf(TrustRequirement requirement)
    {
        if (_keys.TryGetValue(requirement, out HashSet<string>? known))
            return known;
        _keys.Add(requirement, known = Read(requirement));
        return known;
    }

    private HashSet<string>? Read(TrustRequirement requirement)
    {
        List<string> keys = [], others = [];
        foreach (KeyMaterial material in requirement.GetKeyMaterials())
        {
            if (material.Use == KeyMaterialUse.NotImplemented || Hash(material) is not { } hash)
                return null;
            (material.Use is KeyMaterialUse.OpenPgp or KeyMaterialUse.PublicKey ? keys : others).Add($"{material.Use} {hash}");
        }

        if (requirement is SigstoreSignedRequirement { Fulcio: { } fulcio })
            others.Add($"{fulcio.OidcIssuer}\n{fulcio.SubjectEmail}");
        if (requirement is SigstoreSignedRequirement { Pki: { } pki })
            others.Add($"{pki.SubjectHostname}\n{pki.SubjectEmail}");
        string rest = string.Join('\n', others.Order(StringComparer.Ordinal));
        if (keys.Count == 0)
            return others.Count == 0 ? null : [rest];

        // Files of OpenPGP keys are taken together: one may revoke what another has, so that fewer files can accept more.
        if (requirement is SignedByRequirement)
            return [string.Join('\n', keys.Distinct().Order(StringComparer.Ordinal))];
        return [.. keys.Select(k => $"{k}\n{rest}")];
    }

    private string? Hash(KeyMaterial material)
    {
        try
        {
            return store.KeyMaterials.TryGet(material) is { } content ? Convert.ToHexString(SHA256.HashData(content.Span)) : null;
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            return null;
        }
    }
}
