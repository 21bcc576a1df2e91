namespace ContainerTrust.Engine.Compliance;

/// <summary>Requirements as the options that set them.</summary>
internal static class RequirementAdvice
{
    /// <summary>The options for a requirement list.</summary>
    /// <returns>Null if no options say it.</returns>
    public static IReadOnlyList<AdviceArgument>? Of(IReadOnlyList<TrustRequirement> requirements) => requirements switch
    {
        [RejectRequirement] => [TrustOption.Type.With("reject")],
        [AcceptRequirement] => [TrustOption.Type.With("accept")],
        [SignedByRequirement one] => Keys("signedBy", one.GetKeyMaterials(), KeyMaterialUse.OpenPgp, one.SignedIdentity),
        [SigstoreSignedRequirement { Fulcio: null, Pki: null } one] =>
            Keys("sigstoreSigned", one.GetKeyMaterials(), KeyMaterialUse.PublicKey, one.SignedIdentity),
        _ => null,
    };

    private static AdviceArgument[]? Keys(string type, IReadOnlyList<KeyMaterial> keys, KeyMaterialUse use, SignedIdentity? identity) =>
        keys.Count == 0 || keys.Any(m => m.Use != use || m.Path is null)
            ? null
            :
            [
                TrustOption.Type.With(type), TrustOption.KeyPath.With([.. keys.Select(static m => m.Path!)]),
                .. keys.Count > 1 ? [TrustOption.AnyKey.With()] : (AdviceArgument[])[], .. Identity(identity),
            ];

    private static AdviceArgument[] Identity(SignedIdentity? identity) => identity switch
    {
        null => [],
        ExactReferenceIdentity i => [TrustOption.ExactReference.With(i.DockerReference)],
        ExactRepositoryIdentity i => [TrustOption.ExactRepository.With(i.DockerRepository)],
        RemapIdentity i => [TrustOption.RemapPrefix.With(i.Prefix), TrustOption.SignedPrefix.With(i.SignedPrefix)],
        _ => [TrustOption.SignedIdentity.With(identity.Type)],
    };
}
