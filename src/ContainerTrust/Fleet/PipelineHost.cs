using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands.Fleet;

/// <summary>This host, or a mounted root: the cmdlet's own thread and pipeline.</summary>
internal sealed class PipelineHost : HostContext
{
    private readonly HostCmdlet _cmdlet;

    public PipelineHost(HostCmdlet cmdlet, TrustStore store, string? root, CancellationToken cancellation)
        : base(store, root, cancellation)
    {
        _cmdlet = cmdlet;
        IsPreview = cmdlet.IsPreview;
    }

    /// <inheritdoc/>
    public override void Write(object value) => _cmdlet.WriteObject(value);

    /// <inheritdoc/>
    public override void Report(TrustException error, object? target = null)
    {
        HasFailed = true;
        _cmdlet.Fail(ErrorRecords.Of(error, target));
    }

    /// <inheritdoc/>
    public override void Warn(string text) => PrintableStreams.Warn(_cmdlet, text);

    /// <inheritdoc/>
    public override void Say(string text) => PrintableStreams.Say(_cmdlet, text);

    /// <inheritdoc/>
    public override void Show(IReadOnlyList<string> lines)
    {
        foreach (string line in lines)
            PrintableStreams.Tell(_cmdlet, line);
    }

    /// <inheritdoc/>
    public override bool ShouldProcess(string target, string action) => _cmdlet.IsWanted(target, action);
}
