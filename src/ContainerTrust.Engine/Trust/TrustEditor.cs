using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Lookaside;
using ContainerTrust.Engine.Policy;

namespace ContainerTrust.Engine.Trust;

/// <summary>
/// Makes changes to a host's trust. Everything is planned before anything is written, under a lock that all writers of this module take; a file that
/// another program changed meanwhile is read again and the change made on what is there now.
/// </summary>
internal sealed class TrustEditor
{
    // A foreign writer that changes the file on every attempt is a fault, not a race.
    private const int Attempts = 8;

    private readonly ITrustHost _host;
    private readonly TrustLocations _locations;
    private readonly TrustMessages _messages;

    public TrustEditor(ITrustHost host, TrustLocations locations, TrustMessages messages)
    {
        _host = host;
        _locations = locations;
        _messages = messages;
    }

    // The distribution's own file under /usr is never written: a change of it becomes the system's file.
    private string WritePath => _locations.PolicyPath == TrustLocations.VendorPolicyPath ? TrustLocations.SystemPolicyPath : _locations.PolicyPath;

    public TrustEditResult Preview(IReadOnlyList<TrustChange> changes)
    {
        Plan plan = MakePlan(changes, warn: false);
        return new TrustEditResult(plan.FileChanges, plan.NotFound);
    }

    public TrustEditResult Apply(IReadOnlyList<TrustChange> changes, TrustEditOptions options, CancellationToken cancellationToken)
    {
        // Most runs of a scheduled script change nothing: then nothing is locked and no directory is made.
        Plan first = MakePlan(changes, warn: false);
        if (first.FileChanges.Count == 0)
        {
            _messages.Verbose("Everything is as asked for; nothing is written.");
            return new TrustEditResult([], first.NotFound);
        }

        string policyDirectory = DirectoryOf(WritePath);
        using IHostChange change = _host.BeginChange([policyDirectory, _locations.RegistriesDirectory], options.LockTimeout, cancellationToken);
        for (int attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Plan plan = MakePlan(changes, warn: attempt == 1);
            try
            {
                Write(plan, change);
                return new TrustEditResult(plan.FileChanges, plan.NotFound);
            }
            catch (FileChangedException e) when (attempt < Attempts)
            {
                _messages.Verbose($"{e.Target} was changed by another program meanwhile; reading it again.");
            }
        }
    }

    private static string DirectoryOf(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash <= 0 ? "/" : path[..slash];
    }

    private Plan MakePlan(IReadOnlyList<TrustChange> changes, bool warn)
    {
        LookasideConfiguration lookaside = LookasideConfiguration.Load(_host, _locations.RegistriesDirectory);
        HashSet<string?> sectionsRemoved = [];
        List<SectionChange> sections = PlanSections(changes, lookaside, sectionsRemoved);
        List<TrustChange> notFound = [];
        (PlannedFile? policy, bool policyCreated) = PlanPolicy(changes, sectionsRemoved, notFound);

        List<PlannedFile> files = policy is null ? [] : [policy];
        if (sections.Count > 0)
        {
            LookasideEdit edit = LookasideEditor.Plan(_host, _locations.RegistriesDirectory, lookaside, sections);
            files.AddRange(edit.Files.Select(static f => new PlannedFile(f.Path, f.Expected, f.NewContent)));
            if (warn)
            {
                foreach (LookasideWarning warning in edit.Warnings)
                    _messages.Warning(warning.Message);
            }
        }

        if (warn && policyCreated)
            WarnOfNewPolicy(changes);
        return new Plan(files, notFound);
    }

    private void WarnOfNewPolicy(IReadOnlyList<TrustChange> changes)
    {
        if (!changes.Any(static c => c.IsDefault && c.Requirements is not null))
            _messages.Warning($"{WritePath} did not exist; it is made from the distribution's default, which accepts every image that no scope governs. To refuse those, run Set-ImageTrust -Default -Type Reject.");
    }

    private (PlannedFile? File, bool Created) PlanPolicy(IReadOnlyList<TrustChange> changes, HashSet<string?> sectionsRemoved, List<TrustChange> notFound)
    {
        HostFile? present = _host.TryReadFile(WritePath, PolicyReader.MaxBytes);
        HostFile? vendor = present is null ? _host.TryReadFile(TrustLocations.VendorPolicyPath, PolicyReader.MaxBytes) : null;
        if (present is null && vendor is null && changes.All(static c => c.Remove))
        {
            notFound.AddRange(changes.Where(c => !sectionsRemoved.Contains(c.Registry)));
            return (null, false);
        }

        ReadOnlyMemory<byte> text = (present ?? vendor)?.Content ?? DefaultPolicy.Text.ToArray();
        PolicyEditor editor = new(text, WritePath);
        bool changed = false;
        foreach (TrustChange change in changes)
        {
            if (change.Remove)
            {
                // A scope that only registries.d knows is removed there.
                bool removed = editor.RemoveScope(change.Transport, change.Registry);
                changed |= removed;
                if (!removed && !sectionsRemoved.Contains(change.Registry))
                    notFound.Add(change);
            }
            else if (change.Requirements is not null)
            {
                changed |= change.IsDefault ? editor.SetDefault(change.Requirements) : editor.SetScope(change.Transport, change.Registry, change.Requirements);
            }
        }

        // A missing policy is written even if what is asked for is what the default says: without the file nothing is in force.
        bool wanted = changed || (present is null && changes.Any(static c => !c.Remove && c.Requirements is not null));
        if (!wanted)
            return (null, false);
        byte[] content = changed ? editor.ToBytes() : text.ToArray();
        return (new PlannedFile(WritePath, present, content), present is null);
    }

    private static List<SectionChange> PlanSections(IReadOnlyList<TrustChange> changes, LookasideConfiguration lookaside, HashSet<string?> sectionsRemoved)
    {
        List<SectionChange> sections = [];
        foreach (TrustChange change in changes)
        {
            if (!change.IsDefault && (change.Transport != "docker" || change.Registry.Length == 0))
            {
                if (change.Section is { IsEmpty: false })
                {
                    throw new TrustException("NoSignatureStore", TrustErrorKind.InvalidArgument, $"Signature stores and attachments belong to scopes of transport docker; {change} cannot have them. Leave them out.")
                    {
                        Target = change.ToString(),
                    };
                }

                continue;
            }

            string? name = change.IsDefault ? null : change.Registry;
            if (change.Remove)
            {
                if (!change.KeepSection && name is not null && lookaside.Sections.ContainsKey(name))
                {
                    sections.Add(new SectionChange(name, null, true));
                    sectionsRemoved.Add(name);
                }
            }
            else if (change.Section is not null)
            {
                sections.Add(new SectionChange(name, change.Section, change.ReplaceSection));
            }
        }

        return sections;
    }

    // policy.json first: what it then demands is refused, not accepted, should writing a signature store fail.
    private void Write(Plan plan, IHostChange change)
    {
        List<string> written = [];
        foreach (PlannedFile file in plan.Files)
        {
            try
            {
                if (file.Content is { } content)
                    change.Replace(file.Path, content.Span, file.Expected);
                else
                    change.Delete(file.Path, file.Expected!);
            }
            catch (TrustException e) when (written.Count > 0 && e is not FileChangedException)
            {
                throw new TrustException(e.ErrorId, e.Kind, $"{e.Message} Written before that, and in force: {string.Join(", ", written)}.", e) { Target = e.Target };
            }

            written.Add(file.Path);
            _messages.Verbose($"{(file.Content is null ? "Deleted" : file.Expected is null ? "Created" : "Changed")} {file.Path}.");
        }
    }

    private sealed record PlannedFile(string Path, HostFile? Expected, ReadOnlyMemory<byte>? Content)
    {
        public TrustFileChange ToChange() =>
            new(Path, Content is null ? TrustFileAction.Deleted : Expected is null ? TrustFileAction.Created : TrustFileAction.Changed);
    }

    private sealed record Plan(IReadOnlyList<PlannedFile> Files, IReadOnlyList<TrustChange> NotFound)
    {
        public IReadOnlyList<TrustFileChange> FileChanges { get; } = [.. Files.Select(static f => f.ToChange())];
    }
}
