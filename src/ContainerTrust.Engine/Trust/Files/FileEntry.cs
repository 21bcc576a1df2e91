namespace ContainerTrust.Engine.Trust.Files;

/// <summary>An entry as a trust file has it: of no host.</summary>
/// <param name="IsDefault">Whether it is the policy's default.</param>
/// <param name="Transport">The transport; <c>all</c> for the default.</param>
/// <param name="Scope">The scope; <c>default</c> for the default.</param>
/// <param name="Requirements">The requirements.</param>
/// <param name="Section">The scope's own signature stores. Null if it has none.</param>
internal sealed record FileEntry(
    bool IsDefault, string Transport, string Scope, IReadOnlyList<TrustRequirement> Requirements, LookasideSection? Section)
{
    /// <summary>The transport that stands for the policy's default.</summary>
    public const string DefaultTransport = "all";

    /// <summary>The scope that stands for the policy's default.</summary>
    public const string DefaultScope = "default";

    /// <summary>Whether registries.d can have a section for it.</summary>
    public bool CanHaveSection => IsDefault || (Transport == "docker" && Scope.Length > 0);

    /// <summary>What two entries of one file cannot both be.</summary>
    public (bool, string, string) Key => (IsDefault, Transport, Scope);

    /// <summary>The entry in words, for messages.</summary>
    public override string ToString() =>
        IsDefault ? "the default" : Printable.Of(Transport == "docker" ? Scope : $"{Transport}:{Scope}", Printable.NameLength);
}
