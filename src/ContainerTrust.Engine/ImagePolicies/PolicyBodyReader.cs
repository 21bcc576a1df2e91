using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.ImagePolicies;

/// <summary>
/// Finds what an entry demands in the words of ClusterImagePolicy. What those words cannot say is refused: a policy that demands
/// something else than the entry is worse than none.
/// </summary>
internal sealed class PolicyBodyReader
{
    private readonly PolicySources _sources;
    private readonly string _kind;
    private readonly ImagePolicyTarget _target;

    public PolicyBodyReader(ITrustHost host, string kind, ImagePolicyTarget target)
    {
        _sources = new PolicySources(host);
        _kind = kind;
        _target = target;
    }

    /// <summary>Reads an entry.</summary>
    /// <exception cref="TrustException">It cannot be expressed, or names something that cannot be read.</exception>
    public PolicyBody Read(ImageTrust entry)
    {
        RequireScope(entry);
        SigstoreSignedRequirement requirement = TheRequirement(entry);
        SignedIdentity? identity = Identity(entry, requirement.SignedIdentity);
        return new PolicyBody(Root(entry, requirement), identity);
    }

    private void RequireScope(ImageTrust entry)
    {
        if (entry.IsDefault)
        {
            throw Refused("DefaultNotPossible", entry,
                $"A {_kind} has scopes, and cannot be the policy's default. Leave it out; in a cluster, registrySources of the resource " +
                "image.config.openshift.io/cluster says which registries are used at all.");
        }

        if (entry.Transport is null || entry.Registry is null)
            throw Refused("IncompleteEntry", entry, $"An entry needs Transport and Registry. Give an entry from {TrustOperation.Get}.");
        if (entry.Transport != "docker")
            throw Refused("TransportNotPossible", entry,
                $"The scope '{Shown(entry.Registry)}' is of transport {Shown(entry.Transport)}, and a {_kind} governs registries only, " +
                "transport docker. Leave it out.");
        if (entry.Registry.Length == 0)
            throw Refused(
                "ScopeNotPossible",
                entry,
                $"The empty scope, which stands for all registries, cannot be a scope of a {_kind}. Name the registries one by one.");
        if (ImagePolicyScopes.Refusal(entry.Registry) is { } refusal)
            throw Refused("ScopeNotPossible", entry, $"'{Shown(entry.Registry)}' is not possible as a scope of a {_kind}: {refusal}.");
        if (ImagePolicyScopes.IsOfTheSystem(entry.Registry))
            throw Refused("ScopeOfTheSystem", entry,
                $"'{Shown(entry.Registry)}' is not possible as a scope of a {_kind}: the cluster would name it in " +
                "/etc/containers/registries.d/sigstore-registries.yaml, the operating system of nodes has a file there that names it, " +
                "too, and with two such files nodes cannot pull any image. Specify namespaces instead of the whole registry, such as " +
                $"{Shown(entry.Registry)}/NAMESPACE; {TrustOption.Preset.With(TrustPresets.RedHatSigstore)} with " +
                $"{TrustOption.Scope} makes policies for them.");
    }

    private SigstoreSignedRequirement TheRequirement(ImageTrust entry)
    {
        if (entry.Requirements is not { Count: > 0 } requirements || requirements.Any(static r => r is null))
            throw Refused(
                "IncompleteEntry",
                entry,
                $"The entry for '{Shown(entry.Registry)}' has no requirements. Give an entry from {TrustOperation.Get}.");
        string[] types = [.. requirements.Select(static r => r.Type).Distinct()];
        if (requirements is [SigstoreSignedRequirement only])
            return only;
        if (requirements.Count > 1)
        {
            throw Refused("RequirementNotPossible", entry,
                $"'{Shown(entry.Registry)}' has {requirements.Count} requirements ({string.Join(", ", types)}), all of which must hold, " +
                $"and a {_kind} has one. Decide on one sigstoreSigned requirement with {TrustOperation.Set}, or leave the entry out.");
        }

        throw Refused("RequirementNotPossible", entry, requirements[0] switch
        {
            SignedByRequirement => $"'{Shown(entry.Registry)}' demands simple-signing signatures (signedBy), and a {_kind} knows " +
                "sigstore signatures only. Keep this scope in policy.json, brought to the nodes by a MachineConfig, or " +
                "sign the images with sigstore.",
            AcceptRequirement => $"'{Shown(entry.Registry)}' accepts every image (insecureAcceptAnything), and a {_kind} can only demand " +
                "signatures. Leave it out: images that no policy has a scope for are accepted.",
            RejectRequirement => $"'{Shown(entry.Registry)}' is rejected, and a {_kind} can only demand signatures. Use " +
                "blockedRegistries or allowedRegistries in registrySources of the resource image.config.openshift.io/cluster.",
            _ => $"'{Shown(entry.Registry)}' has the requirement {types[0]}, which a {_kind} does not know. Leave it out.",
        });
    }

    private RootOfTrust Root(ImageTrust entry, SigstoreSignedRequirement r)
    {
        string? keyPath = Single(entry, "keyPaths", r.KeyPath, r.KeyPaths);
        string? keyData = Single(entry, "keyDatas", r.KeyData, r.KeyDatas);
        string? rekorPath = Single(entry, "rekorPublicKeyPaths", r.RekorPublicKeyPath, r.RekorPublicKeyPaths);
        string? rekorData = Single(entry, "rekorPublicKeyDatas", r.RekorPublicKeyData, r.RekorPublicKeyDatas);
        RequireOne(entry, "a key, fulcio or pki", Count(keyPath, keyData, r.Fulcio, r.Pki), least: 1);
        RequireOne(entry, "a Rekor key", Count(rekorPath, rekorData), least: r.Fulcio is null ? 0 : 1);

        // What is not read below would be missing from the document, and a missing log would accept more.
        int read = Count(keyPath, keyData, rekorPath, rekorData, r.Fulcio?.CaPath, r.Fulcio?.CaData,
            r.Pki?.CaRootsPath, r.Pki?.CaRootsData, r.Pki?.CaIntermediatesPath, r.Pki?.CaIntermediatesData);
        if (r.GetKeyMaterials().Count != read)
            throw Refused(
                "RequirementNotPossible",
                entry,
                $"The requirement of '{Shown(entry.Registry)}' names keys that a {_kind} does not know. Leave it out.");

        string? rekor = rekorPath is null && rekorData is null ? null
            : _sources.PublicKey(entry, rekorPath, rekorData, "rekorPublicKeyData", isRekor: true);
        if (r.Fulcio is { } fulcio)
        {
            RequireOne(entry, "fulcio.caPath or fulcio.caData", Count(fulcio.CaPath, fulcio.CaData), least: 1);
            RequireSubject(entry, "OIDC issuer", fulcio.OidcIssuer, Subjects.IssuerRefusal);
            RequireSubject(entry, "subject", fulcio.SubjectEmail, Subjects.EmailRefusal);
            return new RootOfTrust.FulcioCaWithRekor(
                _sources.Certificates(entry, fulcio.CaPath, fulcio.CaData, "fulcio.caData")!,
                rekor!,
                fulcio.OidcIssuer,
                fulcio.SubjectEmail);
        }

        return r.Pki is { } pki ? Pki(entry, pki, rekor is not null)
            : new RootOfTrust.PublicKey(_sources.PublicKey(entry, keyPath, keyData, "keyData", isRekor: false), rekor);
    }

    private RootOfTrust.Pki Pki(ImageTrust entry, PkiIdentity pki, bool hasRekor)
    {
        if (!_target.HasPki)
            throw Refused("PkiNotInVersion", entry,
                $"'{Shown(entry.Registry)}' requires certificates of a private PKI, which a {_kind} knows from OpenShift " +
                $"{ImagePolicyVersions.WithPki} on; in {_target.OpenShift} it is at most a feature in preview. Leave the entry out, sign " +
                $"with a key, or specify a newer {TrustOption.OpenShiftVersion}.");
        if (hasRekor)
            throw Refused("RequirementNotPossible", entry,
                $"The requirement of '{Shown(entry.Registry)}' has pki and a Rekor key, which is not possible " +
                "together. Remove the Rekor key.");
        RequireOne(entry, "pki.caRootsPath or pki.caRootsData", Count(pki.CaRootsPath, pki.CaRootsData), least: 1);
        RequireOne(
            entry,
            "pki.caIntermediatesPath or pki.caIntermediatesData",
            Count(pki.CaIntermediatesPath, pki.CaIntermediatesData),
            least: 0);
        if (pki.SubjectEmail is null && pki.SubjectHostname is null)
            throw Refused("SubjectNotPossible", entry,
                $"The requirement of '{Shown(entry.Registry)}' has neither subjectEmail nor subjectHostname. Give one, or anybody " +
                "with a certificate could sign.");
        if (pki.SubjectEmail is not null)
            RequireSubject(entry, "subject", pki.SubjectEmail, Subjects.EmailRefusal);
        if (pki.SubjectHostname is not null)
            RequireSubject(entry, "subject", pki.SubjectHostname, Subjects.HostnameRefusal);
        return new RootOfTrust.Pki(
            _sources.Certificates(entry, pki.CaRootsPath, pki.CaRootsData, "pki.caRootsData")!,
            _sources.Certificates(entry, pki.CaIntermediatesPath, pki.CaIntermediatesData, "pki.caIntermediatesData"),
            pki.SubjectEmail,
            pki.SubjectHostname);
    }

    private SignedIdentity? Identity(ImageTrust entry, SignedIdentity? identity)
    {
        switch (identity)
        {
            case null or MatchRepoDigestOrExactIdentity or MatchRepositoryIdentity:
                return identity;
            case ExactRepositoryIdentity exact:
                // policy.json knows short names, and takes a tag that means nothing; the schema knows neither.
                if (exact.DockerRepository is null
                    || !DockerReference.TryParse(exact.DockerRepository, out DockerReference? reference, out _))
                    throw NoName(entry, identity, exact.DockerRepository);
                RequireName(entry, identity, reference.Name);
                return new ExactRepositoryIdentity { DockerRepository = reference.Name };
            case RemapIdentity remap:
                foreach (string? prefix in (ReadOnlySpan<string?>)[remap.Prefix, remap.SignedPrefix])
                {
                    if (prefix is null || IdentityRules.Prefix(prefix) is not null)
                        throw NoName(entry, identity, prefix);
                    RequireName(entry, identity, prefix);
                }

                return identity;
            default:
                throw Refused("IdentityNotPossible", entry,
                    $"'{Shown(entry.Registry)}' has the signed identity {identity.Type}, which a {_kind} does not know. It knows " +
                    $"matchRepoDigestOrExact, matchRepository, exactRepository and remapIdentity: choose one with {TrustOperation.Set}.");
        }
    }

    private void RequireName(ImageTrust entry, SignedIdentity identity, string name)
    {
        if (ImagePolicyScopes.IdentityRefusal(name) is { } refusal)
            throw Refused("IdentityNotPossible", entry,
                $"'{Shown(name)}', in the signed identity {identity.Type} of '{Shown(entry.Registry)}', is not " +
                $"possible in a {_kind}: {refusal}.");
    }

    private static TrustException NoName(ImageTrust entry, SignedIdentity identity, string? name) =>
        Refused("IdentityNotPossible", entry,
            $"'{Shown(name)}' is not a name for the signed identity {identity.Type} of '{Shown(entry.Registry)}'. Give an " +
            $"entry from {TrustOperation.Get}.");

    private void RequireSubject(ImageTrust entry, string what, string? subject, Func<string, string?> rule)
    {
        if (rule(subject ?? "") is { } refusal)
            throw Refused(
                "SubjectNotPossible",
                entry,
                $"'{Shown(subject)}', the {what} that '{Shown(entry.Registry)}' demands, is not possible in a {_kind}: {refusal}.");
    }

    // A list of one says the same as the member without a list.
    private string? Single(ImageTrust entry, string member, string? one, IReadOnlyList<string>? several)
    {
        if (several is null)
            return one;
        if (one is null && several.Count == 1)
            return several[0];
        throw Refused("KeysNotPossible", entry,
            $"'{Shown(entry.Registry)}' has several keys ({member}), one of which is enough, and a {_kind} has a single one. Decide on " +
            "one key, or keep this scope in policy.json, brought to the nodes by a MachineConfig.");
    }

    private static void RequireOne(ImageTrust entry, string what, int count, int least)
    {
        if (count > 1 || count < least)
            throw Refused("IncompleteEntry", entry,
                $"The requirement of '{Shown(entry.Registry)}' must have {what}, {(count == 0 ? "and has none" : "and only one")}. Give " +
                $"an entry from {TrustOperation.Get}.");
    }

    private static int Count(params ReadOnlySpan<object?> values)
    {
        int count = 0;
        foreach (object? value in values)
        {
            if (value is not null)
                count++;
        }

        return count;
    }

    private static TrustException Refused(string id, ImageTrust entry, string message) =>
        new(id, TrustErrorKind.InvalidArgument, message) { Target = entry.Registry };

    private static string Shown(string? text) => Printable.Of(text ?? "", Printable.NameLength);
}
