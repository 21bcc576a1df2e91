using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Compliance;

/// <summary>An entry of the policy, as the rules look at it.</summary>
/// <param name="Transport">The transport; <c>all</c> for the policy's default.</param>
/// <param name="Scope">The scope; <c>default</c> for the policy's default.</param>
/// <param name="IsDefault">Whether it is the policy's default.</param>
/// <param name="Requirements">Its requirements.</param>
internal sealed record PolicyEntry(string Transport, string Scope, bool IsDefault, IReadOnlyList<TrustRequirement> Requirements)
{
    /// <summary>As <see cref="ImageTrustFinding.Scope"/> has it.</summary>
    public string Name => NameOf(Transport, Scope, IsDefault);

    /// <summary>The scope in a sentence.</summary>
    public string Words => IsDefault ? "the policy's default" : Scope.Length == 0 ? $"the default of transport {Transport}"
        : $"the scope '{Name}'";

    /// <summary>What the requirements amount to.</summary>
    public TrustType Type => ImageTrust.Summarize(Requirements);

    /// <summary>As <see cref="ImageTrustFinding.Scope"/> has it.</summary>
    public static string NameOf(string transport, string scope, bool isDefault) => ScopeName.Of(transport, scope, isDefault);
}
