using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Trust;

/// <summary>
/// Makes changes to a host's trust. Everything is planned before anything is written, under a lock that all writers of this module take; a file that
/// another program changed meanwhile is read again and the change made on what is there now.
/// </summary>
internal sealed class TrustEditor
{
    private readonly TrustStore _store;
    private readonly TrustMessages _messages;

    public TrustEditor(TrustStore store, TrustMessages messages)
    {
        _store = store;
        _messages = messages;
    }

    public TrustEditResult Preview(IReadOnlyList<TrustChange> changes)
    {
        TrustPlan plan = TrustPlanner.Make(_store, changes);
        PlannedFile.RequireSafe(_store.Host, plan.Files);
        return new TrustEditResult(plan.FileChanges, plan.NotFound) { Warnings = plan.Warnings, AttachmentsSwitchedOn = plan.AttachmentsSwitchedOn };
    }

    public TrustEditResult Apply(IReadOnlyList<TrustChange> changes, TrustEditOptions options, CancellationToken cancellationToken)
    {
        // Most runs of a scheduled script change nothing: then nothing is locked and no directory is made.
        TrustPlan plan = TrustPlanner.Make(_store, changes);
        foreach (string warning in plan.Warnings)
            _messages.Warning(warning);
        foreach (string note in plan.Notes)
            _messages.Verbose(note);
        if (plan.Files.Count == 0)
        {
            _messages.Verbose("Everything is as asked for; nothing is written.");
            return new TrustEditResult([], plan.NotFound) { Warnings = plan.Warnings };
        }

        foreach (TrustChange change in plan.AttachmentsSwitchedOn)
            _messages.Verbose($"Sigstore signatures are asked for, so reading them from the registry (use-sigstore-attachments) is switched on for {change}.");
        if (_store.Locations.PolicyPath == TrustLocations.VendorPolicyPath)
            _messages.Verbose($"{TrustLocations.VendorPolicyPath} is the distribution's and is not written; the change goes to {TrustLocations.SystemPolicyPath}, which replaces it.");
        using PlanWriter writer = new(_store.Host, TrustPlanner.WritePath(_store.Locations), _store.Locations.RegistriesDirectory, _messages, options.LockTimeout, cancellationToken);
        IReadOnlyList<TrustFileChange> files = writer.Write(() => TrustPlanner.Make(_store, changes).Files);
        return new TrustEditResult(files, plan.NotFound) { Warnings = plan.Warnings, AttachmentsSwitchedOn = plan.AttachmentsSwitchedOn };
    }
}
