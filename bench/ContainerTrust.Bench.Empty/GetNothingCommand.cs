using System.Management.Automation;

namespace ContainerTrust.Bench.Empty;

/// <summary>Writes one object.</summary>
[Cmdlet(VerbsCommon.Get, "Nothing")]
[OutputType(typeof(EmptyObject))]
public sealed class GetNothingCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing() => WriteObject(new EmptyObject("nothing", "never"));
}
