using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;

namespace ContainerTrust.Engine.Trust;

/// <summary>Scopes that still ask for signatures, and lose the place that those are read from.</summary>
/// <param name="target">Which files advice is for.</param>
internal sealed class LostStores(AdviceTarget target)
{
    private const string Store = " loses its signature store";
    private const string Default = $"The default{Store}";

    /// <summary>Finds them.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="editor">The policy, as it was and as it becomes.</param>
    /// <param name="before">What was configured.</param>
    /// <param name="after">What is then.</param>
    /// <returns>Sentences with what to do.</returns>
    public IEnumerable<string> Find(
        IReadOnlyList<TrustChange> changes, PolicyEditor editor, LookasideConfiguration before, LookasideConfiguration after)
    {
        // Only who removes a scope can keep its section.
        string keep = changes.Any(static c => c.Remove) ? $", or keep the section with {TrustOption.KeepSignatureStore}" : "";
        if (Asks(editor.Find("docker", "") ?? editor.After?.Default ?? editor.Before.Default)
            && before.ForScope("docker", "")?.SignatureStore is { } ofDefault && after.ForScope("docker", "")?.SignatureStore is null)
        {
            Advice set = Advice.Of(TrustOperation.Set, target, TrustOption.Default.With(), TrustOption.SignatureStore.With(ofDefault));
            string how = StoreUrl.HasSecret(ofDefault) ? $"Set it again with {TrustOption.SignatureStore}" : $"{set} sets it again";
            yield return $"{Default} {StoreUrl.WithoutUser(ofDefault)} with what is removed, and still asks " +
                $"for signatures. {how}{keep}.";
        }

        foreach (PolicyScope scope in editor.Before.FindTransport("docker")?.Scopes ?? [])
        {
            if (editor.Find("docker", scope.Name) is not { } requirements)
                continue;
            EffectiveLookaside? was = before.ForScope("docker", scope.Name), becomes = after.ForScope("docker", scope.Name);
            if (Asks(requirements) && was?.SignatureStore is { } store && becomes?.SignatureStore is null)
                yield return $"{Name(scope)}{Store} {StoreUrl.WithoutUser(store)} with what is removed, and still " +
                    $"asks for signatures. {Sets(scope.Name, store)}{keep}.";
            if (requirements.Any(static r => r is SigstoreSignedRequirement)
                && was?.UseSigstoreAttachments == true && becomes?.UseSigstoreAttachments != true)
                yield return $"{Name(scope)} loses the switch for sigstore attachments with what is removed, and still asks for sigstore " +
                    $"signatures. {Command(scope.Name, TrustOption.UseSigstoreAttachments.With())} sets it again{keep}.";
        }
    }

    /// <summary>How a sentence about the store of a change begins.</summary>
    public static string Beginning(TrustChange change) =>
        change.IsDefault ? Default : $"{Printable.Of(change.Registry, Printable.NameLength)}{Store}";

    private static bool Asks(IReadOnlyList<TrustRequirement> requirements) =>
        requirements.Any(static r => r is SignedByRequirement or SigstoreSignedRequirement);

    private static string Name(PolicyScope scope) => Printable.Of(scope.Name, Printable.NameLength);

    // No password on a command line.
    private string Sets(string scope, string store) => StoreUrl.HasSecret(store)
        ? $"Set it again with {TrustOption.SignatureStore}"
        : $"{Command(scope, TrustOption.SignatureStore.With(store))} sets it again";

    private Advice Command(string scope, AdviceArgument option) =>
        Advice.Of(TrustOperation.Set, target, option) with { Scope = scope };
}
