namespace ContainerTrust.Engine.Foundation;

/// <summary>The names that the engine itself has: for programs without a front end. Nothing of it can be run.</summary>
internal sealed class PlainLanguage : AdviceLanguage
{
    public override string Word(TrustOperation operation) => operation.Name;

    public override string Word(TrustOption which) => which.Name;

    protected override string Sequence => ", then ";

    protected override string InQuotes(string value) => $"'{value}'";

    protected override string Choice(string value) => value;

    protected override string Several(string word, IReadOnlyList<string> values) => $"{word} {string.Join(", ", values)}";

    protected override string? Host(AdviceHost host) => Quote(host.HostName) is { } name ? $"on {name}" : null;
}
