namespace ContainerTrust.Engine.Foundation;

/// <summary>Something to be run, as data: a front end makes a command of it, in its own words and with its own quotes.</summary>
public abstract record Advice
{
    private protected Advice()
    {
    }

    /// <summary>An operation with options.</summary>
    /// <param name="operation">Which.</param>
    /// <param name="target">For which files of which host.</param>
    /// <param name="arguments">The options.</param>
    internal static OperationAdvice Of(TrustOperation operation, AdviceTarget target, params AdviceArgument[] arguments) =>
        new(operation, arguments, target);

    /// <summary>Some advice, and then other advice if that was done.</summary>
    /// <param name="next">The other.</param>
    /// <returns>Both.</returns>
    internal Advice Then(Advice next) => new AdviceSequence(this, next);

    /// <summary>The command as the front end writes it; less than that if a value does not survive being shown and copied.</summary>
    public sealed override string ToString() => AdviceLanguage.Current.Command(this) ?? Fallback;

    /// <summary>What is said in place of a command that cannot be.</summary>
    private protected abstract string Fallback { get; }
}

/// <summary>An operation of the product.</summary>
/// <param name="Operation">Which.</param>
/// <param name="Arguments">Its options, in the order in which they are said.</param>
/// <param name="Target">For which files of which host.</param>
internal sealed record OperationAdvice(TrustOperation Operation, IReadOnlyList<AdviceArgument> Arguments, AdviceTarget Target) : Advice
{
    /// <summary>The scope it is about. Null for none.</summary>
    public string? Scope { get; init; }

    private protected override string Fallback => Operation.ToString();
}

/// <summary>A command of the system on a file, such as <c>chmod</c>.</summary>
/// <param name="Command">The command, in words of ours alone.</param>
/// <param name="Path">The file, as the host names it, its links resolved if it is below a root.</param>
/// <param name="Target">On which host.</param>
internal sealed record FileAdvice(string Command, string Path, AdviceTarget Target) : Advice
{
    /// <summary>What it does to the file's permissions. Null if that is not known.</summary>
    public PermissionChange? Change { get; init; }

    private protected override string Fallback => Command;
}

/// <summary>Two pieces of advice, the second of which is for when the first was done.</summary>
/// <param name="First">The first.</param>
/// <param name="Second">The second.</param>
internal sealed record AdviceSequence(Advice First, Advice Second) : Advice
{
    private protected override string Fallback => First.ToString();
}

/// <summary>What a command does to the permissions of a file.</summary>
/// <param name="Path">The file, by the name that it was read by.</param>
/// <param name="Taken">The bits that it takes from the mode.</param>
/// <param name="Given">The bits that it adds.</param>
/// <param name="Owner">The new owner. Null to leave that as it is.</param>
internal sealed record PermissionChange(string Path, uint Taken, uint Given, uint? Owner);
