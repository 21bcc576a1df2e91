using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.Trust.Looser;

/// <summary>Whether one requirement list accepts more than another.</summary>
/// <remarks>
/// All requirements of a list must hold. So a list accepts no more than another if each requirement of that one is implied by one of its
/// own. What is left without such a one can have been replaced by another requirement, one for one. That is not taken for weaker unless
/// the new one is met by more keys, wider identities or no log; with fewer left to replace it than there were, it is.
/// </remarks>
/// <param name="keys">Tells keys by their content. Null to tell them by their files alone.</param>
internal sealed class WeakerChecks(KeyContent? keys)
{
    /// <summary>Compares.</summary>
    /// <param name="before">A list.</param>
    /// <param name="after">Another one.</param>
    /// <returns>What is weaker in the other, in words; empty where all is. Null if it is not weaker.</returns>
    public IReadOnlyList<string>? Find(IReadOnlyList<TrustRequirement> before, IReadOnlyList<TrustRequirement> after)
    {
        if (AcceptsNothing(after) || ImageTrust.Summarize(before) == TrustType.Accept)
            return null;
        if (AcceptsNothing(before) || ImageTrust.Summarize(after) == TrustType.Accept)
            return [];
        List<TrustRequirement> free = Checks(after), left = [];
        List<TrustRequirement> used = [];
        foreach (TrustRequirement old in Checks(before))
        {
            if (free.Find(a => !used.Contains(a) && Weaker(old, a) is { IsSame: true } or { IsImplied: true }) is { } own)
                used.Add(own);
            else if (!free.Exists(a => Weaker(old, a).IsImplied))
                left.Add(old);
        }

        free.RemoveAll(used.Contains);
        if (left.Count > free.Count)
            return ["fewer requirements"];
        SortedSet<string> reasons = new(StringComparer.Ordinal);
        foreach (TrustRequirement old in left)
        {
            // Of those that may have taken its place, the one that says least against it.
            TrustRequirement next = free.MinBy(a => (Weaker(old, a).Reasons.Count * 2) + (a.Type == old.Type ? 0 : 1))!;
            reasons.UnionWith(Weaker(old, next).Reasons);
            free.Remove(next);
        }

        return reasons.Count == 0 ? null : [.. reasons];
    }

    /// <summary>Whether a list certainly accepts no image that another refuses.</summary>
    /// <param name="wide">The list that is to accept as much, or more.</param>
    /// <param name="narrow">The list that is to accept no more.</param>
    /// <returns>True only if that is known.</returns>
    public bool IsWithin(IReadOnlyList<TrustRequirement> wide, IReadOnlyList<TrustRequirement> narrow)
    {
        if (AcceptsNothing(narrow))
            return true;
        if (AcceptsNothing(wide))
            return false;
        List<TrustRequirement> own = Checks(narrow);
        return Checks(wide).TrueForAll(w => own.Exists(n => Weaker(w, n) is { IsSame: true } or { IsImplied: true }));
    }

    private static bool AcceptsNothing(IReadOnlyList<TrustRequirement> requirements) =>
        ImageTrust.Summarize(requirements) == TrustType.Reject || requirements.Any(static r => r is SignedBaseLayerRequirement
            || (r is SignedByRequirement or SigstoreSignedRequirement && r.GetKeyMaterials().Any(static m =>
                m.Use == KeyMaterialUse.NotImplemented)));

    // Each once: the same one twice does not check more.
    private static List<TrustRequirement> Checks(IReadOnlyList<TrustRequirement> requirements)
    {
        List<TrustRequirement> found = [];
        foreach (TrustRequirement requirement in requirements.Where(static r => r is not AcceptRequirement))
        {
            if (!found.Exists(f => RequirementWriter.MeansSame([f], [requirement])))
                found.Add(requirement);
        }

        return found;
    }

    private Difference Weaker(TrustRequirement before, TrustRequirement after)
    {
        if (RequirementWriter.MeansSame([before], [after]))
            return new Difference(true, true, []);
        List<string> reasons = [];
        bool isImplied = before.Type == after.Type && SubjectOf(before) == SubjectOf(after);
        foreach ((string what, KeyMaterialUse[] uses) in s_parts)
        {
            KeyMaterial[] old = Materials(before, uses), next = Materials(after, uses);
            if (old.Length > 0 && next.Length == 0 && uses.Contains(KeyMaterialUse.Rekor) && after is SigstoreSignedRequirement)
                reasons.Add("no log");
            KeySetChange change = old.Length > 0 ? KeySets.Compare(old, next, keys)
                : uses.Contains(KeyMaterialUse.PkiIntermediates) && next.Length > 0 && before is SigstoreSignedRequirement { Pki: not null }
                    ? KeySetChange.More : KeySetChange.None;
            if (change == KeySetChange.More)
                reasons.Add(what);
            isImplied &= change == KeySetChange.None
                && (old.Length == 0 || next.Length > 0 || uses.Contains(KeyMaterialUse.PkiIntermediates));
        }

        if (keys is not null && before is SignedByRequirement some && after is SignedByRequirement others && keys.Revives(some, others))
            reasons.Add("a key that was revoked");

        if (IsWithoutPart(before, after))
            reasons.Add("fewer subjects");
        SignedIdentity? was = IdentityOf(before), becomes = IdentityOf(after);
        if (!IdentityWidth.IsWithin(becomes, was))
        {
            isImplied = false;
            if (IdentityWidth.IsWider(was, becomes))
                reasons.Add("a wider identity");
        }

        return new Difference(false, isImplied && reasons.Count == 0, reasons);
    }

    private static readonly (string What, KeyMaterialUse[] Uses)[] s_parts =
    [
        ("more keys", [KeyMaterialUse.OpenPgp, KeyMaterialUse.PublicKey]),
        ("more logs", [KeyMaterialUse.Rekor]),
        ("more CAs", [KeyMaterialUse.FulcioCA, KeyMaterialUse.PkiRoots]),
        ("more intermediate CAs", [KeyMaterialUse.PkiIntermediates]),
    ];

    private static KeyMaterial[] Materials(TrustRequirement requirement, KeyMaterialUse[] uses) =>
        [.. requirement.GetKeyMaterials().Where(m => uses.Contains(m.Use))];

    private static SignedIdentity? IdentityOf(TrustRequirement requirement) =>
        (requirement as SignedByRequirement)?.SignedIdentity ?? (requirement as SigstoreSignedRequirement)?.SignedIdentity;

    // Who a certificate must name; the members that a certificate of the one kind has in place of the other's are another subject.
    private static string SubjectOf(TrustRequirement requirement) => requirement is SigstoreSignedRequirement sigstore
        ? $"{sigstore.Fulcio?.OidcIssuer}\n{sigstore.Fulcio?.SubjectEmail}\n{sigstore.Pki?.SubjectEmail}\n{sigstore.Pki?.SubjectHostname}"
        : "";

    private static bool IsWithoutPart(TrustRequirement before, TrustRequirement after) =>
        before is SigstoreSignedRequirement { Pki: { SubjectEmail: { } email, SubjectHostname: { } host } }
            && after is SigstoreSignedRequirement { Pki: { } next }
            && ((next.SubjectEmail is null && next.SubjectHostname == host)
                || (next.SubjectHostname is null && next.SubjectEmail == email));

    private readonly record struct Difference(bool IsSame, bool IsImplied, IReadOnlyList<string> Reasons);
}
