using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust.Defaults;
using ContainerTrust.Engine.Trust.Records;

namespace ContainerTrust.Engine.Trust;

/// <summary>Back to the distribution's default, as <c>atomic trust reset</c> did.</summary>
internal sealed class TrustReset
{
    // What is too large to be read as a policy can still be replaced.
    private const int LargestReplaced = 1 << 30;

    private readonly TrustStore _store;
    private readonly ITrustHost _host;
    private readonly TrustLocations _locations;
    private readonly AdviceTarget _target;
    private readonly TrustMessages _messages;
    private readonly KeyMaterialFiles _keys;

    public TrustReset(TrustStore store, TrustMessages messages)
    {
        _store = store;
        _host = store.Host;
        _locations = store.Locations;
        _target = store.Target;
        _messages = messages;
        _keys = store.KeyMaterials;
    }

    public TrustEditResult Run(bool keepSignatureStores, bool preview, CancellationToken cancellationToken)
    {
        _host.Prefetch(DistributionDefault.Files);
        List<PlannedFile> plan = Plan(keepSignatureStores);
        ResetEffect effect = ResetEffect.Of(_host, plan.Find(f => f.Path == _locations.PolicyPath), _keys);
        List<string> warnings = [.. effect.Looser is { } looser ? [looser] : Array.Empty<string>(),
            .. keepSignatureStores ? [] : Warnings()];
        if (preview)
        {
            PlannedFile.RequireSafe(_host, plan);
            return new TrustEditResult([.. plan.Select(static f => f.ToChange())], [])
            {
                Warnings = [.. warnings, .. PlanCheck.LinksReplaced(_host, plan)],
                Scopes = effect.Scopes,
                Planned = plan,
            };
        }

        if (plan.Count == 0)
        {
            _messages.Verbose("Everything is the distribution's default; nothing is written.");
            return new TrustEditResult([], []) { Warnings = warnings };
        }

        string policy = TrustPlanner.WritePath(_locations), directory = _locations.RegistriesDirectory;
        ChangeRecorder recorder = new(_store, _messages);
        using PlanWriter writer = new(_host, policy, directory, _messages, new TrustEditOptions().LockTimeout, cancellationToken, recorder);
        IReadOnlyList<TrustFileChange> files = writer.Write(() => Plan(keepSignatureStores));
        return new TrustEditResult(files, [])
        {
            Warnings = warnings,
            Scopes = effect.Scopes,
            Changes = ChangeObjects.Of(_store, recorder, files),
        };
    }

    private List<PlannedFile> Plan(bool keepSignatureStores)
    {
        List<PlannedFile> files = [];
        if (Policy() is { } policy)
            files.Add(policy);

        // Whose policy is reset, that one's registries.d goes along; another level's stays.
        if (!keepSignatureStores && _locations.AreOfOneLevel)
        {
            IReadOnlyDictionary<string, ReadOnlyMemory<byte>>? shipped = !IsOfSystem ? null : DistributionDefault.Find(_host)?.RegistriesD;
            List<LookasideFileEdit> edits = [.. LookasideEditor.PlanReset(_host, _locations.RegistriesDirectory, shipped).Files];
            if (ReadsSpecial)
                edits.AddRange(LookasideEditor.PlanReset(_host, ContainersLookup.RootfulRegistriesDirectory,
                    DistributionDefault.OfImage(_host, "registries.rootful.d")).Files);
            files.AddRange(edits.Select(static f => new PlannedFile(f.Path, f.Expected, f.NewContent)));
        }

        PlanCheck.RequireNoVendorFile(_host, files);
        RequireReadable(files);
        return files;
    }

    private bool IsOfSystem => !_locations.IsUserPolicy
        && _locations.RegistriesDirectory.TrimEnd('/') == TrustLocations.SystemRegistriesDirectory;

    // podman 6 reads further directories of /etc, whose files count before those of registries.d and hide them.
    private bool ReadsSpecial => IsOfSystem && _locations.ReadsAllRegistries && HostUser.IsRoot(_host);

    // What a deleted file hid counts again, and may be what another level defines too.
    private void RequireReadable(List<PlannedFile> files)
    {
        if (!_locations.ReadsAllRegistries || files.Count == 0)
            return;
        LookasideEdit edit = new([.. files.Select(static f => new LookasideFileEdit(f.Path, f.Expected, f.Content))], []);
        PlannedHost planned = new(_host, edit);
        if (Refusal(_host) is null && Refusal(planned) is { } refusal)
            throw PlanCheck.Refused(refusal);
        PlanCheck.RequireReadableForOthers(_host, planned, _locations.RegistriesDirectory);
    }

    private TrustFormatException? Refusal(ITrustHost host)
    {
        try
        {
            LookasideConfiguration.Load(host, _locations);
            return null;
        }
        catch (TrustFormatException e)
        {
            return e;
        }
    }

    private PlannedFile? Policy()
    {
        if (_locations.PolicyPath == TrustLocations.VendorPolicyPath)
            return null;
        HostFile? present = _host.TryReadFile(_locations.PolicyPath, LargestReplaced);
        if (_locations.IsFromVariable)
        {
            throw present is null
                ? PolicyErrors.VariableNamesNothing(_locations.PolicyPath)
                : PolicyErrors.VariableNamesPolicy(_locations.PolicyPath);
        }

        if (IsVendorsNext())
        {
            // A copy would hide what later updates bring. A link to it is no copy.
            bool isVendors = present is null
                || _host.ResolvePath(_locations.PolicyPath) == _host.ResolvePath(TrustLocations.VendorPolicyPath);
            return isVendors ? null : new PlannedFile(_locations.PolicyPath, present, null);
        }

        // Writing "accept everything" as the user's own policy would override whatever the system's demands: it is deleted instead.
        if (_locations.IsUserPolicy)
            return present is null ? null : new PlannedFile(_locations.PolicyPath, present, null);
        DistributionDefault shipped = DistributionDefault.Find(_host)
            ?? throw DistributionDefault.Unknown(_host, present is null ? null : TryRead(present.Content));
        ReadOnlyMemory<byte> text = shipped.Policy;

        // Of a file that podman refuses no copy helps.
        _ = PolicyReader.Read(text.Span, shipped.Origin);
        return present is not null && IsAlready(present.Content, text) ? null : new PlannedFile(_locations.PolicyPath, present, text);
    }

    // Whether without the system's policy the distribution's is in force, and can be.
    private bool IsVendorsNext()
    {
        if (_locations.Release is not { ReadsAllLevels: true, IsCertain: true } || _locations.PolicyPath != TrustLocations.SystemPolicyPath
            || DistributionDefault.HasOwnEtc(_host)
            || _host.TryReadFile(TrustLocations.VendorPolicyPath, PolicyReader.MaxBytes) is not { } vendor)
        {
            return false;
        }

        _ = PolicyReader.Read(vendor.Content.Span, TrustLocations.VendorPolicyPath);
        return true;
    }

    // The vendor's own file may be laid out otherwise, and stays as it is.
    private bool IsAlready(ReadOnlyMemory<byte> present, ReadOnlyMemory<byte> text) =>
        present.Span.SequenceEqual(text.Span)
        || (TryRead(present) is { } now && TryRead(text) is { } then && PolicyMeaning.IsSame(now, then));

    private PolicyDocument? TryRead(ReadOnlyMemory<byte> content)
    {
        try
        {
            return PolicyReader.Read(content.Span, _locations.PolicyPath);
        }
        catch (TrustException)
        {
            return null;
        }
    }

    private IEnumerable<string> Warnings()
    {
        if (!_locations.AreOfOneLevel)
        {
            yield return $"{_locations.RegistriesDirectory} does not belong to {_locations.PolicyPath} and is left " +
                "alone. Name both to reset both.";
            yield break;
        }

        foreach (string directory in (string[])[_locations.RegistriesDirectory,
            .. ReadsSpecial ? [ContainersLookup.RootfulRegistriesDirectory] : Array.Empty<string>()])
        {
            string path = $"{directory}/default.yaml";
            if (_host.Exists(path) && Settings(directory) is { } settings)
                yield return $"{path} stays, and {settings}. If that is not the distribution's, " +
                    $"{Advice.Of(TrustOperation.Set, _target, TrustOption.Default.With())} changes it, with the options for what " +
                    "you want, or change it by hand.";
        }

        if (ReadsSpecial && Rootless() is { Count: > 0 } files)
        {
            string more = files.Count > 5 ? $" and {files.Count - 5} more" : "";
            yield return $"{string.Join(", ", files.Take(5).Select(static f => Printable.Of(f, Printable.NameLength)))}{more} "
                + $"{(files.Count == 1 ? "stays, and counts" : "stay, and count")} for users other than root before what the distribution "
                + "has under the same name. Delete by hand what is not meant for them.";
        }
    }

    // What is there for users other than root, and comes from no image.
    private List<string> Rootless()
    {
        List<string> found = [];
        foreach (string name in OtherUsers.Directories(_host))
        {
            Dictionary<string, ReadOnlyMemory<byte>> shipped = DistributionDefault.OfImage(_host, name);
            found.AddRange(_host.ListDirectory($"{ContainersLookup.SystemDirectory}/{name}")
                .Where(f => f.EndsWith(LookasideNames.Extension, StringComparison.Ordinal) && !shipped.ContainsKey(f))
                .Select(f => $"{ContainersLookup.SystemDirectory}/{name}/{f}"));
        }

        return found;
    }

    private string? Settings(string directory)
    {
        try
        {
            PlannedHost alone = new(_host, new LookasideEdit(
                [.. _host.ListDirectory(directory).Where(static n => n.EndsWith(".yaml", StringComparison.Ordinal)
                    && n != "default.yaml").Select(n => new LookasideFileEdit($"{directory}/{n}", null, null))], []));
            LookasideConfiguration configuration = LookasideConfiguration.Load(alone, directory);
            string? store = configuration.Default?.Section.SignatureStore;
            return store is not null ? $"names {StoreUrl.WithoutUser(store)} as the signature store of every registry"
                : configuration.Sections.Count > 0 ? $"has sections for {string.Join(", ", configuration.Sections.Keys)}"
                : null;
        }
        catch (TrustException e)
        {
            return $"is refused by podman and skopeo ({e.Message})";
        }
    }
}
