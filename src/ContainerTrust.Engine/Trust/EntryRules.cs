namespace ContainerTrust.Engine.Trust;

/// <summary>What an entry means that is written to a host: one that was read from a policy, or one that was made by hand.</summary>
internal sealed class EntryRules
{
    private readonly SetRequest _request;
    private readonly IReadOnlyList<TrustRequirement>? _given;

    /// <summary>Rules for all entries of a request.</summary>
    /// <param name="request">What is given besides the entries: identity, stores and force.</param>
    /// <param name="given">Requirements in place of the entries' own. Null to keep those.</param>
    public EntryRules(SetRequest request, IReadOnlyList<TrustRequirement>? given)
    {
        _request = request;
        _given = given;
    }

    /// <summary>The change that writes an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <exception cref="TrustException">
    /// It lacks something (<c>IncompleteEntry</c>), its scope cannot be written, or the identity does not go with it
    /// (<c>IdentityAmbiguous</c>, <c>KeysNotUsed</c>).
    /// </exception>
    public TrustChange ToChange(ImageTrust entry)
    {
        ScopeRules.RequireNamed(entry);
        IReadOnlyList<TrustRequirement> requirements = Requirements(entry);

        // An entry that was read from a policy may be a scope that no image has; it is written as it is.
        bool wasRead = WasRead(entry);
        if (!entry.IsDefault)
            ScopeRules.Require(entry.Transport, entry.Registry, _request.Force || wasRead);

        TrustChange copy = TrustChange.From(entry);
        LookasideSection? own = OwnSection(entry);
        bool saysNothing = LeavesAttachmentsOpen(entry, own);
        return copy with
        {
            Requirements = requirements,
            Section = Override(own),

            // An entry that was made in memory adds to a section, as the parameters that it was made of do.
            ReplaceSection = wasRead || (own is not null && entry.StoresRead is null),
            InForce = copy.InForce is { } inForce ? Override(inForce) : null,
            SwitchOnAttachments = _request.Stores.UseSigstoreAttachments is null && (_given is not null || saysNothing),
        };
    }

    /// <summary>Whether an entry was read, from a policy or a trust file: then it says all that there is of its scope.</summary>
    /// <param name="entry">The entry.</param>
    internal static bool WasRead(ImageTrust entry) => entry.PolicyPath is not null || entry.IsWhole == true;

    /// <summary>The section that belongs to the scope itself, with what was changed in the entry since.</summary>
    /// <param name="entry">The entry.</param>
    /// <returns>The section; null if there is none.</returns>
    internal static LookasideSection? OwnSection(ImageTrust entry)
    {
        // An entry that was made by hand has no section; what it says itself is meant.
        LookasideSection? inForce = TrustChange.From(entry).InForce;
        return EditedStores.SectionOf(entry) ?? (WasRead(entry) || inForce is null or { IsEmpty: true } ? null : inForce);
    }

    /// <summary>Whether an entry leaves open if attachments are read, so that they are where its requirements need them.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="own">Its own section.</param>
    internal static bool LeavesAttachmentsOpen(ImageTrust entry, LookasideSection? own) =>
        !WasRead(entry) && entry.UseSigstoreAttachments is null && own?.UseSigstoreAttachments is null;

    private IReadOnlyList<TrustRequirement> Requirements(ImageTrust entry)
    {
        SignedIdentity? identity = _request.Options.SignedIdentity;
        if (_given is not null)
            return identity is null ? KeepIdentity(_given, entry) : _given;
        if (entry.Requirements is null || entry.Requirements.Count == 0 || entry.Requirements.Any(static r => r is null))
        {
            throw Refused(
                "IncompleteEntry",
                entry,
                $"The entry for '{entry.Registry}' has no requirements. Give {TrustOption.Type} or {TrustOption.KeyPath}, or an " +
                    $"entry from {TrustOperation.Get}.");
        }

        return identity is null ? entry.Requirements : WithIdentity(entry.Requirements, identity, entry);
    }

    private LookasideSection? Override(LookasideSection? section)
    {
        LookasideSection given = _request.Stores;
        if (given.IsEmpty && _request is { WithoutStore: false, WithoutStaging: false })
            return section;
        LookasideSection then = new()
        {
            SignatureStore = _request.WithoutStore ? null : given.SignatureStore ?? section?.SignatureStore,
            SignatureStoreStaging = _request.WithoutStaging ? null : given.SignatureStoreStaging ?? section?.SignatureStoreStaging,
            UseSigstoreAttachments = given.UseSigstoreAttachments ?? section?.UseSigstoreAttachments,
        };
        return then.IsEmpty ? null : then;
    }

    // New keys for an entry keep its identity rule: whoever changes a key does not mean to accept more names.
    private static IReadOnlyList<TrustRequirement> KeepIdentity(IReadOnlyList<TrustRequirement> requirements, ImageTrust entry)
    {
        if (!requirements.Any(static r => r is SignedByRequirement or SigstoreSignedRequirement))
            return requirements;
        SignedIdentity?[] identities = [.. (entry.Requirements ?? []).Select(static r => r switch
        {
            SignedByRequirement s => s.SignedIdentity,
            SigstoreSignedRequirement s => s.SignedIdentity,
            _ => null,
        }).Distinct()];
        if (identities.Length > 1)
        {
            throw Refused(
                "IdentityAmbiguous",
                entry,
                $"The requirements of '{entry.Registry}' have different identity rules, so it is not clear which " +
                    "one applies to the new keys. "
                + $"Give {TrustOption.SignedIdentity} or another identity.");
        }

        return identities is [{ } identity] ? WithIdentity(requirements, identity, entry) : requirements;
    }

    private static TrustRequirement[] WithIdentity(IReadOnlyList<TrustRequirement> requirements, SignedIdentity identity,
        ImageTrust entry) =>
    [
        .. requirements.Select<TrustRequirement, TrustRequirement>(requirement => requirement switch
        {
            SignedByRequirement r => r with { SignedIdentity = identity },
            SigstoreSignedRequirement r => r with { SignedIdentity = identity },
            _ => throw Refused(
                "KeysNotUsed",
                entry,
                $"'{entry.Registry}' has the requirement {requirement.Type}, which has no signed identity. Leave the identity out for it."),
        }),
    ];

    private static TrustException Refused(string id, ImageTrust entry, string message) =>
        new(id, TrustErrorKind.InvalidArgument, message) { Target = entry.Registry };
}
