using System.Management.Automation;

namespace ContainerTrust.Commands.Fleet;

/// <summary>The pipeline of a cmdlet.</summary>
internal sealed class PipelineListener(Cmdlet cmdlet) : IFleetListener
{
    /// <inheritdoc/>
    public void Write(object value) => cmdlet.WriteObject(value);

    /// <inheritdoc/>
    public void Error(ErrorRecord error) => cmdlet.Fail(error);

    /// <inheritdoc/>
    public void Done(string hostName)
    {
        // The pipeline has no part of its own for a host.
    }

    /// <inheritdoc/>
    public void Warn(string text) => PrintableStreams.Warn(cmdlet, text);

    /// <inheritdoc/>
    public void Tell(string text) => PrintableStreams.Tell(cmdlet, text);

    /// <inheritdoc/>
    public void Inform(string text) => PrintableStreams.Inform(cmdlet, text);

    /// <inheritdoc/>
    public void Say(string text) => PrintableStreams.Say(cmdlet, text);

    /// <inheritdoc/>
    public void Progress(ProgressRecord progress) => cmdlet.Show(progress);

    /// <inheritdoc/>
    public bool ShouldProcess(string target, string action) => cmdlet.IsWanted(target, action);
}
