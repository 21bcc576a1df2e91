using ContainerTrust.Engine.Compliance;

namespace ContainerTrust.Engine.DesiredState;

/// <summary><c>ContainerTrust/Compliance</c>: the audit of a host, and its comparison with baselines. Nothing is set by it.</summary>
/// <param name="messages">Where words for the user go.</param>
/// <param name="cancellationToken">Ends the audit.</param>
internal sealed class ComplianceResource(TrustMessages messages, CancellationToken cancellationToken)
{
    /// <summary>Does what DSC asks for.</summary>
    /// <param name="operation">What to do.</param>
    /// <param name="input">The input; empty for an audit by all rules.</param>
    /// <returns>Lines.</returns>
    public string Run(DscOperation operation, ReadOnlySpan<byte> input)
    {
        if (operation is not (DscOperation.Get or DscOperation.Test))
            throw DscResource.NotSupported(
                "Compliance", operation,
                "It only looks. Put it into a document of its own for dsc config test, and set with ContainerTrust/Policy.");
        ComplianceState state = input.IsEmpty ? new ComplianceState() : StateInput.Read(input, ComplianceState.Read);
        ComplianceOptions options = state.Baseline is null ? state.Options
            : state.Options with { Baseline = TrustBaseline.Combine(state.Baseline.Select(TrustBaseline.ReadPath)) };
        ImageTrustCompliance found = ComplianceChecker.Check(ResourceStore.Open(state.Root, messages), options, cancellationToken);
        return operation == DscOperation.Get ? state.ToLine(found, isAsked: false)
            : state.ToLine(found, isAsked: true) + StateText.Names(found.Compliant ? [] : ["findings"]);
    }
}
