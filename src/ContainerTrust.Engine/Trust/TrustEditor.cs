using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust.Records;

namespace ContainerTrust.Engine.Trust;

/// <summary>
/// Makes changes to a host's trust. Everything is planned before anything is written, under a lock that all writers of this module take;
/// a file that another program changed meanwhile is read again and the change made on what is there now.
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

    public PreparedChanges Prepare(IReadOnlyList<TrustChange> changes, bool inPart, CancellationToken cancellationToken)
    {
        try
        {
            return new PreparedChanges(changes, Plan(changes), []);
        }
        catch (TrustException e) when (inPart && changes.Count > 1)
        {
            void Try(IReadOnlyList<TrustChange> some)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _ = Plan(some);
            }

            (IReadOnlyList<TrustChange> good, IReadOnlyList<RefusedChange> refused) =
                PossibleChanges.Find(changes, e, TrustPlanner.Check, Try);
            return new PreparedChanges(good, Plan(good), refused);
        }
    }

    public TrustEditResult Apply(
        IReadOnlyList<TrustChange> changes, TrustPlan? prepared, TrustEditOptions options, CancellationToken cancellationToken)
    {
        // Most runs of a scheduled script change nothing: then nothing is locked and no directory is made. That nothing is to be done must
        // be true now.
        TrustPlan plan = prepared is { Files.Count: > 0 } ? prepared : TrustPlanner.Make(_store, changes);
        List<string> warnings = [];
        HashSet<string> said = [];
        Say(plan, said, warnings);
        if (plan.Files.Count == 0)
        {
            _messages.Verbose("Everything is as asked for; nothing is written.");
            return plan.ToResult() with { AttachmentsSwitchedOn = [] };
        }

        if (_store.Locations.PolicyPath == TrustLocations.VendorPolicyPath)
        {
            _messages.Verbose(
                $"{TrustLocations.VendorPolicyPath} is the distribution's and is not written; "
                + $"the change goes to {TrustLocations.SystemPolicyPath}, which replaces it.");
        }

        string directory = _store.Locations.RegistriesDirectory;
        string policy = TrustPlanner.WritePath(_store.Locations);
        ChangeRecorder recorder = new(_store, _messages);
        using PlanWriter writer = new(_store.Host, policy, directory, _messages, options.LockTimeout, cancellationToken, recorder);

        // Under the lock the last plan counts by which nothing was written yet. Later ones are of what is left to write, and do not tell
        // all.
        TrustPlan? now = null;
        IReadOnlyList<TrustFileChange> files = writer.Write(() =>
        {
            TrustPlan next = TrustPlanner.Make(_store, changes);
            if (now is null || !writer.HasWritten)
                Say(now = next, said, warnings);
            return next.Files;
        });
        return (now ?? plan).ToResult() with { Files = files, Warnings = warnings, Changes = ChangeObjects.Of(_store, recorder, files) };
    }

    private TrustPlan Plan(IReadOnlyList<TrustChange> changes)
    {
        TrustPlan plan = TrustPlanner.Make(_store, changes);
        PlannedFile.RequireSafe(_store.Host, plan.Files);
        return plan;
    }

    // What is told already is not told again.
    private void Say(TrustPlan plan, HashSet<string> said, List<string> warnings)
    {
        foreach (string warning in plan.Warnings.Where(said.Add))
        {
            warnings.Add(warning);
            _messages.Warning(warning);
        }

        foreach (string note in plan.Notes.Where(said.Add))
            _messages.Verbose(note);
        foreach (TrustChange change in plan.AttachmentsSwitchedOn)
        {
            string note = "Sigstore signatures are asked for, so reading them from the registry (use-sigstore-attachments) "
                + $"is switched on for {change}.";
            if (said.Add(note))
                _messages.Verbose(note);
        }
    }
}
