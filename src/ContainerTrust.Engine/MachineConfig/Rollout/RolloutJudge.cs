using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig.Clusters;
using static ContainerTrust.MachineConfigTrustStatus;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>
/// Whether the machines of a pool use the policy that a MachineConfig has: the MachineConfig is there as it is meant, the pool selects
/// it, all machines have the rendered config, the policy in that is still the one that is meant, nothing else on the nodes decides in its
/// place, and the signatures that it requires can be read. A pure function of what the cluster said; every doubt is no.
/// </summary>
internal sealed class RolloutJudge
{
    private readonly RolloutState _state;
    private readonly string _name;
    private readonly MachineConfigTrust? _meant;
    private readonly Findings _findings = new();
    private string? _policySource;
    private PolicyDocument? _policy;
    private IReadOnlyList<string> _missingStores = [];

    private RolloutJudge(RolloutState state, string name, MachineConfigTrust? meant)
    {
        _state = state;
        _name = name;
        _meant = meant;
    }

    /// <summary>Judges a pool.</summary>
    /// <param name="state">What the cluster said.</param>
    /// <param name="name">The MachineConfig.</param>
    /// <param name="meant">What it is meant to have. Null: what it has in the cluster.</param>
    /// <returns>The result, nodes not looked at.</returns>
    public static MachineConfigTrustResult Judge(RolloutState state, string name, MachineConfigTrust? meant) =>
        new RolloutJudge(state, name, meant).Judge();

    private MachineConfigTrustResult Judge()
    {
        PoolDocument? pool = _state.Pool;
        ConfigDocument? ours = _state.Find(_name);
        MeantFiles? meant = JudgeConfig(ours);
        if (pool is null)
        {
            _findings.Add(Missing, $"The cluster has no machine config pool '{Shown(_state.PoolName)}'.");
        }
        else
        {
            if (ours is not null)
                JudgeSelection(pool, ours);
            if (ours is not null && !ours.IsDeleting)
                PoolJudge.Judge(pool, _name, _findings);
            JudgeRendered(pool, ours is not null && pool.Selector?.Selects(ours.Labels) == true ? meant : null);
            if (ours is not null && meant is not null && !ours.IsDeleting && !_findings.Has(NotSelected))
                JudgePending(ours, meant);
            SurroundingsJudge.Judge(_state, _state.Find(pool.Target), _policy, _findings);
        }

        return new MachineConfigTrustResult
        {
            Role = _state.PoolName,
            Name = _name,
            Status = _findings.Status,
            Reasons = _findings.Reasons,
            RenderedConfig = pool?.Current,
            TargetConfig = pool?.Target,
            PolicySource = _policySource,
            MissingStores = [.. _missingStores],
            MachineCount = pool?.Machines,
            UpdatedMachineCount = pool?.Updated,
            ReadyMachineCount = pool?.Ready,
            DegradedMachineCount = pool?.Degraded,
            Cluster = _state.Cluster,
        };
    }

    // The MachineConfig in the cluster, and what it is compared with from here on.
    private MeantFiles? JudgeConfig(ConfigDocument? ours)
    {
        MeantFiles? meant = _meant is null ? null : MeantFiles.Of(_meant);
        if (ours is null)
        {
            _findings.Add(Missing, $"The cluster has no MachineConfig '{Shown(_name)}'. {TrustOperation.MakeMachineConfig} makes " +
                "one, oc apply brings it there.");
            return meant;
        }

        if (ours.IsDeleting)
            _findings.Add(Missing, $"The MachineConfig {Shown(_name)} is being deleted.");
        MeantFiles? there;
        try
        {
            there = MeantFiles.Of(ours);
        }
        catch (TrustException e)
        {
            _findings.Add(NotAsMeant, $"The files of the MachineConfig {Shown(_name)} cannot be used: {e.Message}");
            return meant;
        }

        if (meant is null)
            return there;
        if (_meant!.Role is { } role && role != ours.Role)
            _findings.Add(NotAsMeant,
                $"The MachineConfig {Shown(_name)} in the cluster has " +
                $"{(ours.Role is null ? "no role" : $"the role '{Shown(ours.Role)}'")}, and '{Shown(role)}' is meant. Apply it again.");
        if (PolicyComparison.Difference(meant.Policy, there.Policy) is { } difference)
            _findings.Add(NotAsMeant,
                $"The policy of the MachineConfig {Shown(_name)} in the cluster is not the one that is meant: " +
                $"{difference}. Apply it again.");
        foreach (string path in meant.Others.Keys.Union(there.Others.Keys).Order(StringComparer.Ordinal))
        {
            if (!meant.Others.TryGetValue(path, out byte[]? wanted))
                _findings.Add(
                    NotAsMeant,
                    $"The MachineConfig {Shown(_name)} in the cluster has the file {Shown(path)} besides what is meant. Apply it again.");
            else if (!there.Others.TryGetValue(path, out byte[]? found) || !wanted.AsSpan().SequenceEqual(found))
                _findings.Add(NotAsMeant,
                    $"The MachineConfig {Shown(_name)} in the cluster does not have the file {Shown(path)} " +
                    "as it is meant. Apply it again.");
        }

        return meant;
    }

    private void JudgeSelection(PoolDocument pool, ConfigDocument ours)
    {
        if (pool.Selector is null)
            _findings.Add(Unknown, $"The selector of the pool {Shown(pool.Name)} cannot be understood.");
        else if (!pool.Selector.Selects(ours.Labels))
            _findings.Add(NotSelected,
                $"The pool {Shown(pool.Name)} does not select {Shown(_name)}: its selector is " +
                $"{(pool.Selector.IsEmpty ? "empty" : $"'{Shown(pool.Selector.ToString())}'")}, the labels are " +
                $"'{Shown(string.Join(',', ours.Labels.Select(static l => $"{l.Key}={l.Value}")))}'.");
    }

    // What the machines are to have, which is what they have where the pool is not behind.
    private void JudgeRendered(PoolDocument pool, MeantFiles? meant)
    {
        if (pool.Target is null)
            return;
        ConfigDocument? rendered = _state.Find(pool.Target);
        if (rendered is null)
        {
            _findings.Add(
                Unknown,
                $"The cluster does not have the rendered config {Shown(pool.Target)} that the pool {Shown(pool.Name)} names.");
            return;
        }

        if (rendered.Problem is not null)
            _findings.Add(Unknown, rendered.Problem);
        try
        {
            MachineConfigFile? file = rendered.Find(TrustLocations.SystemPolicyPath);
            if (file is null)
            {
                _findings.Add(NotRendered, $"{Shown(rendered.Name)} has no {TrustLocations.SystemPolicyPath}.");
                return;
            }

            IReadOnlyList<ConfigDocument>[] orders = MergeOrder.Of(_state.Selected, TrustLocations.SystemPolicyPath);
            ConfigDocument? winner = MergeOrder.Winner(orders, TrustLocations.SystemPolicyPath, file.Content);
            _policySource = winner?.Name;
            PolicyDocument policy = PolicyReader.Read(file.Content, $"{rendered.Name}:{TrustLocations.SystemPolicyPath}");
            _policy = policy;
            NeedsJudge.Judge(_state, winner, policy, _findings);
            DocumentHost host = RenderedHost.Of(rendered, _state.Defaults);
            JudgeStores(host, policy, winner);
            if (meant is null)
                return;
            if (PolicyComparison.Difference(meant.Policy, policy) is { } difference)
                JudgeReplacement(rendered, orders, winner, difference);
            else
                JudgeSuccessor(pool, orders, meant.Policy);
            if (winner is not null && (winner.Name == _name || !IsOperators(winner.Name)) && _state.Find(_name) is { } ours
                && (winner.Name == _name || MeansSame(winner, meant.Policy)))
                DisplacedPolicy.Judge(ours, _state, policy, _findings);
            JudgeOtherFiles(rendered, meant);
            foreach (string problem in RuntimePolicy.Problems(host, meant.Policy))
                _findings.Add(Overridden, problem);
            foreach (string stricter in RuntimePolicy.Stricter(host, meant.Policy))
                _findings.Note(stricter);
        }
        catch (TrustException e)
        {
            _findings.Add(Unknown, $"What {Shown(rendered.Name)} has cannot be judged: {e.Message}");
        }
    }

    // What is on its way to the machines, before it is there.
    private void JudgePending(ConfigDocument ours, MeantFiles meant)
    {
        if (_state.Surroundings?.Release is { } release
            && (_findings.Has(NotRendered) || _findings.Has(Updating) || _findings.Has(Paused)))
            _findings.Note($"{Shown(_name)}: {NodeDisruption.Of(release, ours.Paths.Where(ours.Sets))}");
        if (!_findings.Has(NotRendered) || _findings.Has(Overridden) || _findings.Has(NotAsMeant))
            return;
        try
        {
            NeedsJudge.JudgePending(_state, ours, meant.Policy, _findings);
            DocumentHost host = new(
                ours.Name,
                [.. ours.Paths.Where(ours.Sets).Select(p => ours.Find(p)!)],
                [.. _state.Selected.Reverse().SelectMany(static c => c.Paths.Where(c.Sets).Where(MachineConfigDocument.IsTrustFile)
                    .Select(p => c.Find(p)!)).DistinctBy(static f => f.Path), .. _state.Defaults.Files]);
            foreach (string reason in CollisionReasons.Of(_state, host))
                _findings.Add(ClusterImagesRefused, reason);
        }
        catch (TrustException e)
        {
            _findings.Add(Unknown, $"Whether {Shown(_name)} refuses what the cluster needs cannot be told: {e.Message}");
        }
    }

    // The rendered policy is another one: because another MachineConfig comes later, or because the rendered config is not of today.
    private void JudgeReplacement(ConfigDocument rendered, IReadOnlyList<ConfigDocument>[] orders, ConfigDocument? winner,
        string difference)
    {
        ConfigDocument? last = winner?.Name == _name || IsBefore(orders, winner) ? null : winner;
        if (winner is null && orders.All(o => o.Count > 0 && o[^1].Name != _name))
            last = orders[0][^1];
        if (last is not null)
            _findings.Add(Overridden,
                $"{TrustLocations.SystemPolicyPath} in {Shown(rendered.Name)} is that of {Shown(last.Name)}, which is merged after " +
                $"{Shown(_name)} and replaces it: {difference}.{Advice(last.Name)}");
        else if (winner?.Name != _name || !_findings.Has(NotAsMeant))
            _findings.Add(NotRendered,
                $"{TrustLocations.SystemPolicyPath} in {Shown(rendered.Name)} is not that of {Shown(_name)} " +
                $"yet{(winner is null ? "" : $" but that of {Shown(winner.Name)}")}: {difference}.");
    }

    // The rendered policy is as meant, but a MachineConfig that came after it was rendered will replace it.
    private void JudgeSuccessor(PoolDocument pool, IReadOnlyList<ConfigDocument>[] orders, PolicyDocument meant)
    {
        ConfigDocument[] others = [.. orders.Select(static o => o.Count > 0 ? o[^1] : null).OfType<ConfigDocument>()
            .Where(c => c.Name != _name && !MeansSame(c, meant)).Distinct()];
        foreach (ConfigDocument other in others)
        {
            // The one that is last only by the order that this operator does not use has been merged already, to no effect.
            bool isMerged = pool.TargetSources?.Contains(other.Name) == true;
            if (!isMerged || orders.All(o => o[^1] == other))
                _findings.Add(Overridden,
                    $"{Shown(other.Name)} is merged after {Shown(_name)} and has another {TrustLocations.SystemPolicyPath}, which " +
                    $"replaces it as soon as it is rendered.{Advice(other.Name)}");
        }
    }

    private static bool MeansSame(ConfigDocument config, PolicyDocument meant)
    {
        try
        {
            return config.Find(TrustLocations.SystemPolicyPath) is { } file
                && PolicyComparison.Difference(meant, PolicyReader.Read(file.Content, config.Name)) is null;
        }
        catch (TrustException)
        {
            // What cannot be read is not the same.
            return false;
        }
    }

    // Another MachineConfig may bring the same policy later, and takes the operator's place with it all the same.
    private bool IsOperators(string name) =>
        name == OpenShiftRelease.GeneratedName(_state.PoolName) || name == OpenShiftRelease.TemplateName(_state.PoolName);

    private bool IsBefore(IReadOnlyList<ConfigDocument>[] orders, ConfigDocument? other) =>
        other is not null && orders.All(order => Place(order, other.Name) < Place(order, _name));

    private static int Place(IReadOnlyList<ConfigDocument> order, string name)
    {
        for (int i = 0; i < order.Count; i++)
        {
            if (order[i].Name == name)
                return i;
        }

        return -1;
    }

    // Signature stores and keys that are shipped with the policy are part of what is meant.
    private void JudgeOtherFiles(ConfigDocument rendered, MeantFiles meant)
    {
        foreach ((string path, byte[] content) in meant.Others)
        {
            if (rendered.Find(path) is { } file && content.AsSpan().SequenceEqual(file.Content))
                continue;
            ConfigDocument? winner = rendered.Find(path) is { } found
                ? MergeOrder.Winner(MergeOrder.Of(_state.Selected, path), path, found.Content) : null;
            if (winner is not null && winner.Name != _name && !IsBefore(MergeOrder.Of(_state.Selected, path), winner))
                _findings.Add(
                    Overridden,
                    $"{Shown(path)} in {Shown(rendered.Name)} is that of {Shown(winner.Name)}, not that of {Shown(_name)}.");
            else if (!_findings.Has(NotAsMeant))
                _findings.Add(NotRendered, $"{Shown(path)} in {Shown(rendered.Name)} is not that of {Shown(_name)} yet.");
        }

        foreach (string path in meant.KeyPaths.Where(p => !meant.Others.ContainsKey(p)))
        {
            if (!rendered.Paths.Contains(path))
            {
                if (!_state.Defaults.KeyPaths.Contains(path))
                    _findings.Note($"The key file {Shown(path)} is neither in {Shown(rendered.Name)} nor part of Red Hat Enterprise " +
                        "Linux CoreOS. Where the nodes do not have it from elsewhere, they refuse every image that needs it; " +
                        $"{TrustOption.Node} looks there.");
                continue;
            }

            ConfigDocument? winner = rendered.Find(path) is { } found
                ? MergeOrder.Winner(MergeOrder.Of(_state.Selected, path), path, found.Content) : null;
            _findings.Note($"The key file {Shown(path)} comes from " +
                $"{(winner is null ? "another MachineConfig" : Shown(winner.Name))}, not from {Shown(_name)}.");
        }
    }

    private void JudgeStores(DocumentHost host, PolicyDocument policy, ConfigDocument? source)
    {
        try
        {
            StoreCheck check = StoreCheck.Of(host, policy,
                source is null ? null : new MakeAgain(_state, source, source.Role ?? _state.PoolName));
            _missingStores = check.Missing;
            foreach (string problem in check.Problems)
                _findings.Add(StoreMissing, problem);
        }
        catch (TrustException) when (CollisionReasons.Of(_state, host) is { Count: > 0 } reasons)
        {
            foreach (string reason in reasons)
                _findings.Add(ClusterImagesRefused, reason);
        }
        catch (TrustException e)
        {
            _findings.Add(
                ClusterImagesRefused,
                $"The files of registries.d in {Shown(host.ComputerName)} are refused, so that no image is pulled: {e.Message}");
        }
    }

    // Never to remove what the cluster has: without the release's own policy it takes no updates.
    private string Advice(string name) => name.EndsWith("-generated-registries", StringComparison.Ordinal)
        ? " The operator makes it of the cluster's own settings: allowed and blocked registries, ClusterImagePolicy objects, and from " +
            "OpenShift 4.21 on that of the release. Make a policy that is merged with it: " +
            $"{new MakeAgain(_state, _state.Find(_name)!, _state.PoolName).Command(isMerged: true)}."
        : IsOperators(name) ? " The operator makes it. Give the MachineConfig a name that is sorted after it."
        : " Remove the file from it, or give the MachineConfig a name that is sorted after it.";

    private static string Shown(string text) => Printable.Of(text, Printable.NameLength);
}
