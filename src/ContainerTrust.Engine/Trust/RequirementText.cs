using ContainerTrust.Engine.ImagePolicies;

namespace ContainerTrust.Engine.Trust;

/// <summary>
/// Requirements in words, for lists and questions. Values are as the policy has them; who shows them makes them fit for a terminal.
/// </summary>
public static class RequirementText
{
    private const string InPolicy = "in the policy";

    /// <summary>Whose certificates a requirement list asks for.</summary>
    /// <param name="requirements">A requirement list.</param>
    /// <returns>
    /// One text a <c>fulcio</c> or <c>pki</c>: the subject, and in parentheses the issuer, which is the OpenID Connect issuer's URL or
    /// the file of the CA's roots.
    /// </returns>
    public static IReadOnlyList<string> Subjects(IReadOnlyList<TrustRequirement> requirements)
    {
        ArgumentNullException.ThrowIfNull(requirements);
        List<string> subjects = [];
        foreach (TrustRequirement requirement in requirements)
        {
            if (requirement is SigstoreSignedRequirement { Fulcio: { } fulcio })
                subjects.Add($"{fulcio.SubjectEmail} ({fulcio.OidcIssuer})");
            else if (requirement is SigstoreSignedRequirement { Pki: { } pki })
                subjects.Add($"{Subject(pki)} ({pki.CaRootsPath ?? $"CA {InPolicy}"})");
        }

        return subjects;
    }

    /// <summary>A requirement with everything that decides: keys and certificates by their path, the log, the identity rule.</summary>
    /// <param name="requirement">A requirement.</param>
    /// <returns>
    /// Such as <c>sigstoreSigned dev@example.com (https://login.example.com), CA /keys/ca.pem, log /keys/rekor.pub (matchRepository)</c>.
    /// </returns>
    public static string Describe(TrustRequirement requirement)
    {
        ArgumentNullException.ThrowIfNull(requirement);
        return requirement switch
        {
            SignedByRequirement { SignedIdentity: { } identity } => $"{requirement} ({identity})",
            SigstoreSignedRequirement sigstore =>
                $"{Source(sigstore)}{Log(sigstore)}{(sigstore.SignedIdentity is { } identity ? $" ({identity})" : "")}",
            _ => requirement.ToString(),
        };
    }

    /// <summary>A requirement list in one line, fit for a terminal.</summary>
    /// <param name="requirements">A requirement list.</param>
    /// <returns>Such as <c>accept</c>, <c>reject</c> or <c>signedBy /keys/a.gpg and sigstoreSigned /keys/b.pub</c>.</returns>
    public static string OfList(IReadOnlyList<TrustRequirement> requirements)
    {
        ArgumentNullException.ThrowIfNull(requirements);
        return ImageTrust.Summarize(requirements) switch
        {
            TrustType.Accept => "accept",
            TrustType.Reject => "reject",
            _ => string.Join(" and ", requirements.Select(static r => Printable.Of(Describe(r), 2 * Printable.NameLength))),
        };
    }

    /// <summary>The <c>fulcio</c> member in words.</summary>
    /// <param name="fulcio">The member.</param>
    /// <returns>Such as <c>dev@example.com (https://login.example.com), CA /keys/ca.pem</c>.</returns>
    public static string Describe(FulcioIdentity fulcio)
    {
        ArgumentNullException.ThrowIfNull(fulcio);
        return $"{fulcio.SubjectEmail} ({fulcio.OidcIssuer})"
            + ((fulcio.CaPath ?? (fulcio.CaData is null ? null : InPolicy)) is { } place ? $", CA {place}" : "");
    }

    /// <summary>The <c>pki</c> member in words.</summary>
    /// <param name="pki">The member.</param>
    /// <returns>Such as <c>ci.example.com, CA /keys/roots.pem, intermediates /keys/middle.pem</c>.</returns>
    public static string Describe(PkiIdentity pki)
    {
        ArgumentNullException.ThrowIfNull(pki);
        string intermediates = (pki.CaIntermediatesPath ?? (pki.CaIntermediatesData is null ? null : InPolicy)) is { } place
            ? $", intermediates {place}" : "";
        return $"{Subject(pki)}, CA {pki.CaRootsPath ?? InPolicy}{intermediates}";
    }

    // Where both are given, a certificate must have both.
    private static string Subject(PkiIdentity pki) =>
        string.Join(" and ", new[] { pki.SubjectEmail, pki.SubjectHostname }.Where(static s => !string.IsNullOrEmpty(s)));

    private static string Source(SigstoreSignedRequirement requirement) =>
        requirement.Fulcio is not null ? $"{requirement.Type} {Describe(requirement.Fulcio)}"
        : requirement.Pki is not null ? $"{requirement.Type} {Describe(requirement.Pki)}"
        : requirement.KeyDatas is { Count: > 1 } keys ? $"{requirement.Type} any of {keys.Count} inline keys"
        : requirement.ToString();

    private static string Log(SigstoreSignedRequirement requirement) =>
        requirement.RekorPublicKeyPath is { Length: > 0 } path ? $", log {path}"
        : requirement.RekorPublicKeyPaths is { } paths ? $", log any of {string.Join(", ", paths)}"
        : requirement.RekorPublicKeyData is not null ? $", log {InPolicy}"
        : requirement.RekorPublicKeyDatas is { } datas ? $", log any of {datas.Count} {InPolicy}"
        : "";
}
