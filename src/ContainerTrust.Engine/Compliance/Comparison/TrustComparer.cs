using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Looser;

namespace ContainerTrust.Engine.Compliance.Comparison;

/// <summary>Compares the trust of two sides scope by scope: what differs, and which side accepts more.</summary>
/// <remarks>
/// A verdict is given only where it is certain. Keys are compared by what they are where both sides have read them; certificates of CAs and
/// keys of logs by their files.
/// </remarks>
public static class TrustComparer
{
    private static readonly WeakerChecks s_checks = new(null);

    /// <summary>Compares.</summary>
    /// <param name="reference">The side that the other is compared with.</param>
    /// <param name="difference">The side that is compared.</param>
    /// <returns>One object for each scope that either side has: the default first, then in the order of the sides.</returns>
    public static IEnumerable<ImageTrustDifference> Compare(TrustSide reference, TrustSide difference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(difference);
        KeyTokens tokens = new(DateTimeOffset.UtcNow);
        foreach ((string Transport, string Scope) scope in reference.Entries.Concat(difference.Entries).Select(TrustSide.KeyOf).Distinct()
            .OrderBy(static s => s != TrustSide.Default))
            yield return Compare(reference, difference, scope, tokens);
    }

    private static ImageTrustDifference Compare(TrustSide reference, TrustSide difference, (string Transport, string Scope) scope,
        KeyTokens tokens)
    {
        ImageTrust? own = reference.Find(scope), other = difference.Find(scope);
        ImageTrust? was = reference.Governing(scope), becomes = difference.Governing(scope);
        List<string> reasons = [];
        IReadOnlySet<string> unread = was is null || becomes is null ? new HashSet<string>() : KeyTokens.Unread(was, becomes);
        ImageTrustVerdict verdict = was is null || becomes is null
            ? Unknown(was is null ? reference : difference, reasons)
            : Judge(tokens.Of(was, unread), tokens.Of(becomes, unread), reasons);
        if (was is not null && becomes is not null)
            NameTheCompared(was, becomes, reasons);
        bool hasStores = reference.HasStores && difference.HasStores && was is not null && becomes is not null
            && (scope.Transport == "docker" || scope == TrustSide.Default);

        // Which signatures are found decides, too: with another store the stricter side may accept what the other does not find.
        if (hasStores && StoresDiffer(was!, becomes!, reasons))
            verdict = ImageTrustVerdict.Different;

        if (unread.Count > 0 && (HasKeys(was!) || HasKeys(becomes!)))
        {
            reasons.Add("Keys were compared by the names of their files, which were not read on both sides: " +
                $"{Printable.Of(string.Join(", ", unread), 2 * Printable.NameLength)}.");
        }

        HashSet<string> before = KeysOf(was, tokens, unread), after = KeysOf(becomes, tokens, unread);
        return new ImageTrustDifference
        {
            Transport = scope.Transport,
            Registry = scope.Scope,
            IsDefault = scope == TrustSide.Default,
            Verdict = verdict,
            Presence = own is null ? ImageTrustPresence.Extra : other is null ? ImageTrustPresence.Missing : ImageTrustPresence.Both,
            Reference = reference.Name,
            Difference = difference.Name,
            ReferenceTrust = Words(was, own is null),
            DifferenceTrust = Words(becomes, other is null),
            AddedKeys = [.. after.Except(before).Order(StringComparer.Ordinal)],
            RemovedKeys = [.. before.Except(after).Order(StringComparer.Ordinal)],
            ReferenceStore = reference.HasStores ? was?.SignatureStore : null,
            DifferenceStore = difference.HasStores ? becomes?.SignatureStore : null,
            Reasons = reasons,
            ReferenceEntry = own,
            DifferenceEntry = other,
        };
    }

    private static ImageTrustVerdict Unknown(TrustSide side, List<string> reasons)
    {
        reasons.Add($"The entries of {Printable.Of(side.Name, Printable.NameLength)} lack what governs the scope there: it has no entry " +
            "of its own, and the policy's default was not given.");
        return ImageTrustVerdict.Different;
    }

    private static ImageTrustVerdict Judge(IReadOnlyList<TrustRequirement> before, IReadOnlyList<TrustRequirement> after,
        List<string> reasons)
    {
        if (RequirementWriter.MeansSame(before, after))
            return ImageTrustVerdict.Same;
        bool isNoMore = s_checks.IsWithin(before, after), isNoLess = s_checks.IsWithin(after, before);
        if (isNoMore && isNoLess)
            return ImageTrustVerdict.Same;
        if (isNoMore || isNoLess)
        {
            (IReadOnlyList<TrustRequirement> strict, IReadOnlyList<TrustRequirement> weak) = isNoMore ? (after, before) : (before, after);
            string side = isNoMore ? "The reference" : "The other side";
            reasons.Add(ImageTrust.Summarize(weak) == TrustType.Accept ? $"{side} accepts without a check."
                : ImageTrust.Summarize(strict) == TrustType.Reject ? $"{side} accepts signed images, and the {(isNoMore ? "other side"
                    : "reference")} none."
                : $"{side} accepts more{Because(s_checks.Find(strict, weak))}.");
            return isNoMore ? ImageTrustVerdict.Stricter : ImageTrustVerdict.Weaker;
        }

        if (s_checks.Find(before, after) is { Count: > 0 } looser)
            reasons.Add($"The other side has {string.Join(", ", looser)}.");
        if (s_checks.Find(after, before) is { Count: > 0 } stricter)
            reasons.Add($"The reference has {string.Join(", ", stricter)}.");
        reasons.Add("Each side may accept what the other refuses.");
        if (SameNames(before).SetEquals(SameNames(after)))
            reasons.Add("The keys are the same, but for their ends, revocations or subkeys.");
        return ImageTrustVerdict.Different;
    }

    // Fingerprints are the first word of a key's token.
    private static HashSet<string> SameNames(IReadOnlyList<TrustRequirement> requirements)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (KeyMaterial material in requirements.SelectMany(static r => r.GetKeyMaterials()))
            names.Add(material.Path?.StartsWith("file ", StringComparison.Ordinal) == false ? material.Path.Split(' ')[0] : $"{material}");
        return names;
    }

    private static string Because(IReadOnlyList<string>? reasons) =>
        reasons is { Count: > 0 } ? $" ({string.Join(", ", reasons)})" : "";

    private static bool StoresDiffer(ImageTrust was, ImageTrust becomes, List<string> reasons)
    {
        // Where no signature is asked for, nobody looks for one.
        if (!NeedsSignatures(was) || !NeedsSignatures(becomes))
            return false;
        int count = reasons.Count;
        if (was.SignatureStore?.TrimEnd('/') != becomes.SignatureStore?.TrimEnd('/'))
            reasons.Add("Signatures are looked for in different stores.");
        if ((was.UseSigstoreAttachments ?? false) != (becomes.UseSigstoreAttachments ?? false))
            reasons.Add($"Only the {(was.UseSigstoreAttachments ?? false ? "reference" : "other side")} reads sigstore attachments.");
        return reasons.Count > count;
    }

    private static bool NeedsSignatures(ImageTrust entry) => entry.Requirements.Any(static r => r is not (AcceptRequirement
        or RejectRequirement));

    private static HashSet<string> KeysOf(ImageTrust? entry, KeyTokens tokens, IReadOnlySet<string> unread) =>
        entry is null ? [] : new HashSet<string>(tokens.Words(entry, unread), StringComparer.Ordinal);

    private static bool HasKeys(ImageTrust entry) => entry.Keys is { Count: > 0 };

    // Of these no entry has the content.
    private static void NameTheCompared(ImageTrust was, ImageTrust becomes, List<string> reasons)
    {
        string[] common = [.. Others(was).Intersect(Others(becomes))];
        if (common.Length > 0 && (HasKeys(was) || HasKeys(becomes) || was.Origin != becomes.Origin))
        {
            reasons.Add("Certificates and keys of logs were compared by the names of their files: " +
                $"{Printable.Of(string.Join(", ", common), 2 * Printable.NameLength)}.");
        }
    }

    private static IEnumerable<string> Others(ImageTrust entry) => entry.Requirements.SelectMany(static r => r.GetKeyMaterials())
        .Where(static m => m.Use is not (KeyMaterialUse.OpenPgp or KeyMaterialUse.PublicKey)).Select(static m => m.Path).OfType<string>();

    private static string Words(ImageTrust? entry, bool isInherited) => entry is null ? "not known"
        : $"{RequirementText.OfList(entry.Requirements)}{(!isInherited ? "" : entry.IsDefault ? ", by the default"
            : $", by {(entry.Registry.Length == 0 ? $"all of {entry.Transport}" : entry.Registry)}")}";
}
