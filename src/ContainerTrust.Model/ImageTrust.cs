using System.Text.Json.Serialization;

namespace ContainerTrust;

/// <summary>
/// What a host trusts for one scope: the scope's requirements from policy.json, the keys they name, and the signature stores
/// that registries.d gives for it. One object a scope, complete: writing it elsewhere loses nothing.
/// </summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed partial record ImageTrust
{
    /// <summary>The host that the object was read from.</summary>
    public required string ComputerName { get; init; }

    /// <summary>The transport (<c>docker</c>, <c>docker-daemon</c>, <c>dir</c>, …). <c>all</c> for the policy's default.</summary>
    public required string Transport { get; init; }

    /// <summary>
    /// The scope within the transport: a registry, namespace, repository or image. Empty for the transport's own default; <c>default</c>
    /// for the policy's.
    /// </summary>
    public required string Registry { get; init; }

    /// <summary>Whether this is the policy's <c>default</c> list, which governs everything that no scope does.</summary>
    public bool IsDefault { get; init; }

    /// <summary>What <see cref="Requirements"/> amounts to.</summary>
    public TrustType Type => Summarize(Requirements);

    /// <summary>The requirements, in the order of the file. All must hold.</summary>
    public required IReadOnlyList<TrustRequirement> Requirements { get; init; }

    /// <summary>
    /// The keys that the requirements name and that could be read, in order; keys shared by several requirements appear once.
    /// </summary>
    public IReadOnlyList<TrustKey> Keys { get; init; } = [];

    /// <summary>The signature store in force for the scope, its own or inherited. Null if registries.d gives none.</summary>
    public string? SignatureStore { get; init; }

    /// <summary>The store for writing signatures in force for the scope. Null if registries.d gives none.</summary>
    public string? SignatureStoreStaging { get; init; }

    /// <summary>
    /// Whether sigstore attachments are read from the registry, as in force for the scope. Null if registries.d does not say (then they
    /// are not).
    /// </summary>
    public bool? UseSigstoreAttachments { get; init; }

    /// <summary>The scope's own section in registries.d, nothing inherited. Null if it has none.</summary>
    public LookasideSection? Section { get; init; }

    /// <summary>The policy.json that the requirements were read from. Null for an object that was not read from a file.</summary>
    public string? PolicyPath { get; init; }

    /// <summary>
    /// Whose <see cref="PolicyPath"/> is: <c>User</c>, <c>System</c> (/etc/containers) or <c>Vendor</c> (/usr/share/containers). Null for
    /// a file elsewhere.
    /// </summary>
    public string? PolicyLevel { get; init; }

    /// <summary>
    /// The policies of other levels that <see cref="PolicyPath"/> puts out of force, joined by a comma and a blank. Null if there are
    /// none, and for a policy that was named.
    /// </summary>
    public string? PolicyHides { get; init; }

    /// <summary>The registries.d file that holds <see cref="Section"/>. Null if there is none.</summary>
    public string? RegistriesPath { get; init; }

    /// <summary>
    /// The registries.d file that the signature store in force comes from (or, without one, the switch for attachments), inherited or
    /// not. Null if there is none.
    /// </summary>
    public string? StorePath { get; init; }

    /// <summary>
    /// Whose <see cref="StorePath"/> is: <c>User</c>, <c>System</c> (/etc/containers) or <c>Vendor</c> (/usr/share/containers). Null
    /// without such a file, and for one elsewhere.
    /// </summary>
    public string? StoreLevel { get; init; }

    /// <summary>
    /// The files of the levels below that <see cref="StorePath"/> hides by its name, joined by a comma and a blank. Null if it hides
    /// none.
    /// </summary>
    public string? StoreHides { get; init; }

    /// <summary>
    /// The whole entry as one text (JSON, see <see cref="Parse"/>). PowerShell's remoting over SSH cuts what is nested in an object that
    /// is sent to a host (<c>$using:</c>, <c>-ArgumentList</c>) to words; a text arrives whole, and the entry is made of it again.
    /// </summary>
    public string Definition => ImageTrustText.Write(this);

    /// <summary>
    /// The stores in force when the entry was read. Where its properties say something else now, they were changed since, and that is
    /// meant. Of an entry that was made in memory or read from a trust file, the stores that it was given.
    /// </summary>
    [JsonInclude]
    internal LookasideSection? StoresRead { get; init; }

    /// <summary>
    /// Whether the entry says all that there is of its scope, as one that was read from a host does: what it does not say is not so. Null
    /// for an entry that was made in memory, which leaves the rest as it is.
    /// </summary>
    [JsonInclude]
    internal bool? IsWhole { get; init; }

    /// <summary>
    /// Where the entry was read, and where a change of it belongs. Null for one that no host has: made in memory, or from a document.
    /// </summary>
    public ImageTrustOrigin? Origin { get; init; }

    /// <summary>With a lookup by reference: the image asked about. Null otherwise.</summary>
    public string? Reference { get; init; }

    /// <summary>With a lookup by reference: why this entry governs the image. Null otherwise.</summary>
    public string? Reason
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <summary>The entry that a <see cref="Definition"/> says.</summary>
    /// <param name="definition">JSON, as <see cref="Definition"/> gives it. Every member must be known.</param>
    /// <returns>The entry.</returns>
    /// <exception cref="FormatException">The text is not an entry, or lacks a part.</exception>
    public static ImageTrust Parse(string definition) => ImageTrustText.Read(definition);

    /// <summary>The requirement list in one word.</summary>
    /// <param name="requirements">A requirement list.</param>
    /// <returns>
    /// <see cref="TrustType.Reject"/> if any requirement rejects; the common type if all agree; otherwise <see cref="TrustType.Mixed"/>.
    /// </returns>
    public static TrustType Summarize(IReadOnlyList<TrustRequirement>? requirements)
    {
        // An object made by hand may lack the list.
        if (requirements is null)
            return TrustType.Reject;
        TrustType? common = null;
        foreach (TrustRequirement requirement in requirements)
        {
            TrustType type = requirement switch
            {
                AcceptRequirement => TrustType.Accept,
                RejectRequirement => TrustType.Reject,
                SignedByRequirement => TrustType.SignedBy,
                SigstoreSignedRequirement => TrustType.SigstoreSigned,
                _ => TrustType.SignedBaseLayer,
            };
            if (type == TrustType.Reject)
                return TrustType.Reject;
            common = common is null || common == type ? type : TrustType.Mixed;
        }

        // An empty list cannot come from a file; it would satisfy nobody's intention, so it is no "accept".
        return common ?? TrustType.Reject;
    }
}
