using ContainerTrust.Engine.OpenPgp.Certificates;

namespace ContainerTrust.Engine.Trust;

/// <summary>What users fall into with sigstore signatures: policies that are possible, and do not do what was meant.</summary>
internal static class SigstoreDoubts
{
    // So many scopes are named in one sentence.
    private const int MostNames = 5;

    /// <summary>Looks at what is to be written.</summary>
    /// <param name="changes">The changes; those without sigstore requirements are passed over.</param>
    /// <param name="target">Which files advice is for.</param>
    /// <param name="readsAttachments">
    /// Whether sigstore signatures are read from the registry for a scope of transport <c>docker</c> (empty for the default), once the
    /// changes are made.
    /// </param>
    /// <param name="mirrors">The mirrors for a scope of transport <c>docker</c>.</param>
    /// <returns>Sentences. Several scopes with the same trouble share one.</returns>
    public static IReadOnlyList<string> Of(
        IReadOnlyList<TrustChange> changes, AdviceTarget target, Func<string, bool> readsAttachments,
        Func<string, IReadOnlyList<string>> mirrors)
    {
        Dictionary<string, List<string>> scopes = [];
        foreach (TrustChange change in changes)
        {
            if (change.Remove || change.Requirements is null)
                continue;
            SigstoreSignedRequirement[] sigstore = [.. change.Requirements.OfType<SigstoreSignedRequirement>()];
            if (sigstore.Length == 0)
                continue;
            foreach (string doubt in Of(change, sigstore, target, readsAttachments, mirrors).Distinct())
            {
                if (!scopes.TryGetValue(doubt, out List<string>? names))
                    scopes.Add(doubt, names = []);
                names.Add(change.ToString());
            }
        }

        return [.. scopes.Select(static s => $"{Names(s.Value)}: {s.Key}")];
    }

    private static IEnumerable<string> Of(
        TrustChange change, SigstoreSignedRequirement[] sigstore, AdviceTarget target, Func<string, bool> readsAttachments,
        Func<string, IReadOnlyList<string>> mirrors)
    {
        if (Newest(sigstore) is { } newest)
            yield return newest;
        if (change.Requirements!.Any(static r => r is SignedByRequirement))
            yield return "signedBy and sigstoreSigned are in the same list, so an image needs both kinds of signature. A policy cannot " +
                "express 'either one': choose one of them.";
        foreach (SigstoreSignedRequirement requirement in sigstore)
        {
            if (SubjectSpelling.Problem(requirement) is { } doubt)
                yield return doubt;
        }

        if (!change.IsDefault && change.Transport != "docker")
            yield break;
        string scope = change.IsDefault ? "" : change.Registry;
        if (!readsAttachments(scope))
        {
            string where = !change.IsDefault && scope.Length == 0
                ? $"{Advice.Of(TrustOperation.Set, target, TrustOption.Default.With(), TrustOption.UseSigstoreAttachments.With())} adds it"
                : $"Add {TrustOption.UseSigstoreAttachments}";
            yield return "sigstore signatures are asked for, but reading them from the registry is not switched on, so no " +
                $"image will be accepted. {where}.";
        }

        foreach (string mirror in mirrors(scope).Where(m => !readsAttachments(m)))
        {
            Advice switchOn = Advice.Of(TrustOperation.Set, target, TrustOption.UseSigstoreAttachments.With()) with { Scope = mirror };
            yield return $"images are fetched from the mirror {mirror} first, says registries.conf, and reading sigstore signatures is " +
                $"not switched on for that name, so what comes from there is not accepted. {switchOn} switches it on.";
        }
    }

    /// <summary>What is worth knowing of what is to be written, and no reason for a warning.</summary>
    /// <param name="changes">The changes.</param>
    /// <returns>Sentences.</returns>
    public static IReadOnlyList<string> Notes(IReadOnlyList<TrustChange> changes) =>
    [
        .. changes.Where(static c => c is { Remove: false, Requirements: not null })
            .SelectMany(static c => c.Requirements!.OfType<SigstoreSignedRequirement>().Select(r => StrictIdentity(r, c.Registry))
                .OfType<string>().Take(1)
                .Select(identity => $"{c}: {CosignNote(identity)}")),
    ];

    /// <summary>The identity rule of a requirement that does not accept what names a repository without a tag.</summary>
    /// <param name="requirement">The requirement.</param>
    /// <param name="scope">Its scope.</param>
    /// <returns>The rule's name. Null if the rule accepts that, or if Red Hat signs, which names tags.</returns>
    internal static string? StrictIdentity(SigstoreSignedRequirement requirement, string scope)
    {
        return RedHatSigning.Signs(requirement, scope) || requirement.SignedIdentity is MatchRepositoryIdentity or ExactRepositoryIdentity
            ? null
            : requirement.SignedIdentity?.Type ?? "matchRepoDigestOrExact (the default)";
    }

    /// <summary>What such a rule means for signatures by cosign.</summary>
    /// <param name="identity">The rule's name.</param>
    /// <returns>A sentence that begins in lower case.</returns>
    internal static string CosignNote(string identity) =>
        $"signatures that cosign makes name a repository without a tag, unless the signer says which, and {identity} accepts only those " +
            "that name the tag, as those of "
        + "podman and skopeo do.";

    // A release refuses the whole policy for a member that it does not know.
    private static string? Newest(SigstoreSignedRequirement[] sigstore)
    {
        (string What, string Since)? newest =
            sigstore.Any(static r => r.Pki is not null) ? ("certificates of a private PKI", "5.35 (podman 5.5, skopeo 1.19)")
            : sigstore.Any(static r => (r.KeyPaths ?? r.KeyDatas ?? r.RekorPublicKeyPaths ?? r.RekorPublicKeyDatas) is not null)
                ? ("alternative sigstore or Rekor keys", "5.32.2 (podman 5.2.2, skopeo 1.16.1)")
            : sigstore.Any(static r => r.Fulcio is not null) ? ("certificates of a Fulcio CA", "5.24 (podman 4.4, skopeo 1.11)")
            : sigstore.Any(static r => (r.RekorPublicKeyPath ?? r.RekorPublicKeyData) is not null)
                ? ("a Rekor key", "5.24 (podman 4.4, skopeo 1.11)")
            : null;
        return newest is { } n ? $"the policy names {n.What}, which podman and skopeo know since containers/image {n.Since}; older " +
            "ones refuse the whole policy." : null;
    }

    private static string Names(List<string> names) => names.Count <= MostNames
        ? string.Join(", ", names)
        : $"{string.Join(", ", names.Take(MostNames))} and {names.Count - MostNames} others";
}
