namespace ContainerTrust.Engine.ImagePolicies;

/// <summary>What entries became.</summary>
/// <param name="Documents">The documents, in the order of the entries.</param>
/// <param name="Refusals">
/// One error for each entry that no document can express, in the order of the entries; then those of scopes that have contradicting
/// entries.
/// </param>
public sealed record ImagePolicyConversion(IReadOnlyList<ImagePolicyDocument> Documents, IReadOnlyList<TrustException> Refusals);
