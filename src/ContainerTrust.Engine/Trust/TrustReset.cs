using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Lookaside;
using ContainerTrust.Engine.Policy;

namespace ContainerTrust.Engine.Trust;

/// <summary>Back to the distribution's default, as <c>atomic trust reset</c> did.</summary>
internal sealed class TrustReset
{
    private readonly ITrustHost _host;
    private readonly TrustLocations _locations;
    private readonly TrustMessages _messages;

    public TrustReset(ITrustHost host, TrustLocations locations, TrustMessages messages)
    {
        _host = host;
        _locations = locations;
        _messages = messages;
    }

    public TrustEditResult Run(bool keepSignatureStores, bool preview, CancellationToken cancellationToken)
    {
        if (preview)
            return new TrustEditResult(Execute(null, keepSignatureStores), []);
        List<TrustFileChange> planned = Execute(null, keepSignatureStores);
        if (planned.Count == 0)
        {
            _messages.Verbose("Everything is the distribution's default; nothing is written.");
            return new TrustEditResult([], []);
        }

        string directory = _locations.PolicyPath[..Math.Max(_locations.PolicyPath.LastIndexOf('/'), 1)];
        using IHostChange change = _host.BeginChange([directory, _locations.RegistriesDirectory], new TrustEditOptions().LockTimeout, cancellationToken);
        return new TrustEditResult(Execute(change, keepSignatureStores), []);
    }

    private List<TrustFileChange> Execute(IHostChange? change, bool keepSignatureStores)
    {
        List<TrustFileChange> done = [];
        ResetPolicy(change, done);
        if (keepSignatureStores)
            return done;
        foreach (LookasideFileEdit edit in LookasideEditor.PlanReset(_host, _locations.RegistriesDirectory).Files)
            Delete(change, edit.Expected!, done);
        return done;
    }

    private void ResetPolicy(IHostChange? change, List<TrustFileChange> done)
    {
        if (_locations.PolicyPath == TrustLocations.VendorPolicyPath)
            return;
        HostFile? present = _host.TryReadFile(_locations.PolicyPath, PolicyReader.MaxBytes);
        if (_locations.IsUserPolicy)
        {
            // Writing "accept everything" here would override whatever the system's policy demands.
            if (present is not null)
                Delete(change, present, done);
            return;
        }

        ReadOnlyMemory<byte> text = _host.TryReadFile(TrustLocations.VendorPolicyPath, PolicyReader.MaxBytes)?.Content ?? DefaultPolicy.Text.ToArray();
        if (present is not null && present.Content.Span.SequenceEqual(text.Span))
            return;
        change?.Replace(_locations.PolicyPath, text.Span, present);
        Report(change, new TrustFileChange(_locations.PolicyPath, present is null ? TrustFileAction.Created : TrustFileAction.Changed), done);
    }

    private void Delete(IHostChange? change, HostFile file, List<TrustFileChange> done)
    {
        change?.Delete(file.Path, file);
        Report(change, new TrustFileChange(file.Path, TrustFileAction.Deleted), done);
    }

    private void Report(IHostChange? change, TrustFileChange fileChange, List<TrustFileChange> done)
    {
        if (change is not null)
            _messages.Verbose($"{fileChange.Action} {fileChange.Path}.");
        done.Add(fileChange);
    }
}
