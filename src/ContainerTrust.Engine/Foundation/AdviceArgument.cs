namespace ContainerTrust.Engine.Foundation;

/// <summary>An option with its values, as part of advice or of a sentence.</summary>
/// <param name="Option">The option.</param>
/// <param name="Values">Its values, as they are and not quoted; none for a switch.</param>
public sealed record AdviceArgument(TrustOption Option, IReadOnlyList<string> Values)
{
    /// <summary>As the front end writes it; the option alone if a value does not survive being shown and copied.</summary>
    public override string ToString() => AdviceLanguage.Current.Words(this) ?? Option.ToString();
}
