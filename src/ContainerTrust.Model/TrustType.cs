namespace ContainerTrust;

/// <summary>
/// What a scope's requirement list amounts to, in one word. The list itself is in <see cref="ImageTrust.Requirements"/>;
/// this is its summary, for people and for filters.
/// </summary>
public enum TrustType
{
    /// <summary>Anything is accepted: every requirement is <c>insecureAcceptAnything</c>.</summary>
    Accept,

    /// <summary>Nothing is accepted: at least one requirement is <c>reject</c>, and all requirements must hold.</summary>
    Reject,

    /// <summary>Simple-signing (OpenPGP) signatures are required: every requirement is <c>signedBy</c>.</summary>
    SignedBy,

    /// <summary>Sigstore signatures are required: every requirement is <c>sigstoreSigned</c>.</summary>
    SigstoreSigned,

    /// <summary>Every requirement is <c>signedBaseLayer</c>, which the reference implementation reads and never satisfies.</summary>
    SignedBaseLayer,

    /// <summary>
    /// Several kinds of requirement, all of which must hold at once (for example <c>signedBy</c> and <c>sigstoreSigned</c>).
    /// </summary>
    Mixed,
}
