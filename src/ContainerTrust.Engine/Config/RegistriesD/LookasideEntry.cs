namespace ContainerTrust.Engine.Config.RegistriesD;

/// <summary>The keys that a section of registries.d spells out itself.</summary>
[Flags]
internal enum LookasideKeys
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>lookaside</c>.</summary>
    Lookaside = 1,

    /// <summary><c>lookaside-staging</c>.</summary>
    LookasideStaging = 2,

    /// <summary><c>sigstore</c>, the older name of <c>lookaside</c>.</summary>
    Sigstore = 4,

    /// <summary><c>sigstore-staging</c>, the older name of <c>lookaside-staging</c>.</summary>
    SigstoreStaging = 8,

    /// <summary><c>use-sigstore-attachments</c>.</summary>
    UseSigstoreAttachments = 16,
}

/// <summary>A section of registries.d and where it is.</summary>
internal sealed record LookasideEntry
{
    /// <summary>The namespace under <c>docker</c>. Null for <c>default-docker</c>.</summary>
    public required string? Namespace { get; init; }

    /// <summary>What the section says.</summary>
    public required LookasideSection Section { get; init; }

    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>The line of the section's key, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>Which keys have a value in the section: tells the older names from the newer ones.</summary>
    public required LookasideKeys Keys { get; init; }

    /// <summary>The stores key by key, before the newer names win over the older.</summary>
    internal RawSection Raw { get; init; } = new();
}

/// <summary>A section's values key by key; an empty string is a key that is missing or says nothing.</summary>
internal sealed record RawSection
{
    public string Lookaside { get; init; } = "";

    public string LookasideStaging { get; init; } = "";

    public string Sigstore { get; init; } = "";

    public string SigstoreStaging { get; init; } = "";

    public bool? UseSigstoreAttachments { get; init; }

    public LookasideKeys Keys =>
        (Lookaside.Length > 0 ? LookasideKeys.Lookaside : 0)
        | (LookasideStaging.Length > 0 ? LookasideKeys.LookasideStaging : 0)
        | (Sigstore.Length > 0 ? LookasideKeys.Sigstore : 0)
        | (SigstoreStaging.Length > 0 ? LookasideKeys.SigstoreStaging : 0)
        | (UseSigstoreAttachments is not null ? LookasideKeys.UseSigstoreAttachments : 0);

    public LookasideSection ToSection() => new()
    {
        SignatureStore = First(Lookaside, Sigstore),
        SignatureStoreStaging = First(LookasideStaging, SigstoreStaging),
        UseSigstoreAttachments = UseSigstoreAttachments,
    };

    private static string? First(string newer, string older) => newer.Length > 0 ? newer : older.Length > 0 ? older : null;
}
