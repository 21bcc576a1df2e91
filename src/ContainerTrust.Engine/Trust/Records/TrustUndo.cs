using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust.Consumers;
using ContainerTrust.Engine.Trust.Looser;

namespace ContainerTrust.Engine.Trust.Records;

/// <summary>Takes the last change back: under the same lock, in the same manner, and on record as any other.</summary>
internal sealed class TrustUndo
{
    private readonly TrustStore _store;
    private readonly TrustMessages _messages;

    public TrustUndo(TrustStore store, TrustMessages messages)
    {
        _store = store;
        _messages = messages;
    }

    /// <summary>What would be done.</summary>
    /// <param name="id">The change that must be the last. Null for whichever is.</param>
    /// <exception cref="TrustException">The change cannot be taken back.</exception>
    public TrustUndoPreview Preview(string? id)
    {
        UndoPlan plan = UndoPlan.Make(_store, id);
        List<string> warnings = Judge(plan);
        PlannedFile.RequireSafe(_store.Host, plan.Files);
        return new TrustUndoPreview(plan.Record.Id, plan.Record.Time, plan.Record.Author.ToString(), plan.Record.Command,
            new TrustEditResult([.. plan.Files.Select(static f => f.ToChange())], [])
            {
                Warnings = [.. warnings, .. PlanCheck.LinksReplaced(_store.Host, plan.Files)],
                Scopes = [.. ScopeDifference.Find(_store, plan.Files).Select(static s => new TrustScopeChange(
                    ScopeName.Of(s.Transport, s.Registry, s.IsDefault), s.BeforeWords ?? "nothing", s.AfterWords ?? "nothing"))],
                Planned = plan.Files,
            });
    }

    /// <summary>Does it.</summary>
    /// <param name="id">The change that is taken back, as the preview gave it.</param>
    /// <param name="cancellationToken">Ends the wait for other writers.</param>
    /// <exception cref="TrustException">The change cannot be taken back.</exception>
    public TrustEditResult Run(string id, CancellationToken cancellationToken)
    {
        TrustLocations locations = _store.Locations;
        ChangeRecorder recorder = new(_store, _messages, id);
        using PlanWriter writer = new(_store.Host, TrustPlanner.WritePath(locations), locations.RegistriesDirectory, _messages,
            new TrustEditOptions().LockTimeout, cancellationToken, recorder);
        List<string> warnings = [];
        IReadOnlyList<TrustFileChange> files = writer.Write(() =>
        {
            // Where a part is written already, that part is as it was before, and the rest is planned anew.
            UndoPlan plan = UndoPlan.Make(_store, id);
            warnings.AddRange(Judge(plan).Where(w => !warnings.Contains(w)));
            return plan.Files;
        });
        return new TrustEditResult(files, []) { Warnings = warnings, Changes = ChangeObjects.Of(_store, recorder, files) };
    }

    // No host is broken, and nothing is accepted that was not without a word.
    private List<string> Judge(UndoPlan plan)
    {
        PlanCheck.RequireNoVendorFile(_store.Host, plan.Files);
        PlannedHost planned = plan.Over(_store.Host);
        List<string> warnings = [];
        PlannedFile? policy = plan.Files.FirstOrDefault(f => f.Path == TrustPlanner.WritePath(_store.Locations));
        try
        {
            if (policy?.Content is { } content)
                _ = PolicyReader.Read(content.Span, policy.Path);
            if (CanBeRead(_store.Host))
                _ = LookasideConfiguration.Load(planned, _store.Locations);
        }
        catch (TrustFormatException e)
        {
            throw PlanCheck.Refused(e);
        }

        if (_store.Locations.ReadsAllRegistries)
            PlanCheck.RequireReadableForOthers(_store.Host, planned, _store.Locations.RegistriesDirectory);
        if (policy is not null)
            JudgePolicy(policy, warnings);
        if (policy is { Content: null } && !IsGoverned(planned))
            warnings.Add($"There was no policy before the change: without {policy.Path}, podman and skopeo refuse every image.");
        foreach (PlannedFile made in plan.Files.Where(static f => f.Expected is null))
            JudgeMade(plan.Record.Files.First(f => f.Path == made.Path), warnings);
        if (_store.Locations is { IsUserRegistries: true, ReadsAllRegistries: false } && plan.Files.Any(static f => f.Content is null
            && f.Path.EndsWith(LookasideNames.Extension, StringComparison.Ordinal)) && IsEmpty(planned))
        {
            warnings.Add($"{_store.Locations.RegistriesDirectory} stays, without a file, and hides " +
                $"{TrustLocations.SystemRegistriesDirectory} from this user. Remove it if that is not meant.");
        }

        return warnings;
    }

    private void JudgePolicy(PlannedFile policy, List<string> warnings)
    {
        (PolicyDocument before, PolicyDocument after) = ResetEffect.InForce(_store.Host, _store.Locations, policy);
        if (InstalledReleases.Refusal(_store.Host, _store.Locations.Release, before, after) is { } refusal)
        {
            throw new TrustException("ChangeWouldBeRefused", TrustErrorKind.InvalidData, $"Nothing was changed: {refusal}")
            {
                Target = policy.Path,
            };
        }

        KeyMaterialFiles keys = new(_store.Host);
        if (LooserScopes.Describe(LooserScopes.Find(before, after, new KeyContent(keys))) is { } looser)
            warnings.Add(looser);
        KeyFiles files = new(keys);
        foreach (ScopePair pair in ScopeComparison.Find(before, after))
        {
            // There is no switch here to take such a key all the same: it is only said.
            foreach (TrustException fault in KeyCheck.Faults(files, pair.After, DateTimeOffset.UtcNow, TrustMessages.None))
            {
                string words = fault.Message.Replace($", or use {TrustOption.Force}", "", StringComparison.Ordinal);
                if (!warnings.Contains(words))
                    warnings.Add(words);
            }
        }
    }

    // A file that was deleted comes back as a new one.
    private void JudgeMade(RecordedFile file, List<string> warnings)
    {
        if (file.Mode is { } mode && mode != "0644")
        {
            if (!IsReadByAll(mode))
            {
                throw new TrustException(
                    "ChangeNotKept",
                    TrustErrorKind.NotSupported,
                    $"{file.Path} had the mode {Printable.Of(mode, Printable.NameLength)} and would be made with mode 0644, which lets " +
                        "every user read it. Nothing was changed. Make the file by hand, and then take the change back.")
                {
                    Target = file.Path,
                };
            }

            warnings.Add($"{file.Path} had the mode {mode}, and is made with mode 0644. Change that by hand.");
        }

        if (file.Owner is { } owner && RecordTrust.User(_store.Host) is { } user && owner != user)
            warnings.Add($"{file.Path} belonged to the user {owner}, and is made as one of the user {user}. Change that by hand.");
    }

    private static bool IsReadByAll(string mode) => mode.Length is > 2 and <= 6 && mode.All(static c => c is >= '0' and <= '7')
        && ((mode[^2] - '0') & 4) != 0 && ((mode[^1] - '0') & 4) != 0;

    private bool IsEmpty(PlannedHost planned) => !planned.ListDirectory(_store.Locations.RegistriesDirectory)
        .Any(static n => n.EndsWith(LookasideNames.Extension, StringComparison.Ordinal));

    private bool IsGoverned(PlannedHost planned) => !_store.Locations.IsNamed && ((_store.Locations.IsUserPolicy
        && planned.Exists(TrustLocations.SystemPolicyPath)) || (_store.Locations.Release is not { ReadsAllLevels: false, IsCertain: true }
            && planned.Exists(TrustLocations.VendorPolicyPath)));

    // What is refused already cannot be made worse.
    private bool CanBeRead(ITrustHost host)
    {
        try
        {
            _ = LookasideConfiguration.Load(host, _store.Locations);
            return true;
        }
        catch (TrustFormatException)
        {
            return false;
        }
    }
}
