using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.MachineConfig.Clusters;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>
/// What else in a cluster decides on the images of a pool: worth knowing with every status, and in the way of none, because the
/// MachineConfig's policy is in force or not whatever it is.
/// </summary>
internal static class SurroundingsJudge
{
    private const int MaxNamed = 5;
    private const int MaxNamespaces = 10;
    private const int FirstBuildWithPolicy = 18;

    /// <summary>Says what is worth knowing.</summary>
    /// <param name="state">What the cluster said.</param>
    /// <param name="rendered">What the pool's machines are to have. Null if the cluster does not have it.</param>
    /// <param name="policy">The policy in it. Null if there is none, or it is refused.</param>
    /// <param name="findings">Where to say it.</param>
    public static void Judge(RolloutState state, ConfigDocument? rendered, PolicyDocument? policy, Findings findings)
    {
        if (state.Surroundings is not { } around)
            return;
        bool isRendered = JudgeScopes(around, findings);
        if (isRendered)
            JudgeRendering(state, around, findings);
        JudgeNamespaces(around, rendered, policy, findings);
        JudgeImageMode(state, around, policy, findings);
        if (policy is not null && OldBootImages.Doubt(around.Release, around.Version.Value?.OldestVersion ?? "", policy) is { } doubt)
            findings.Note(doubt);
        foreach (string unread in around.Unread)
            findings.Note(unread);
    }

    // The operator refuses them all because of one (validateImagePolicyWithAllowedBlockedRegistries).
    private static bool JudgeScopes(ClusterSurroundings around, Findings findings)
    {
        if (around.Settings.Value is not { } settings)
            return true;
        ImagePolicyObject[] policies =
            [.. around.ClusterPolicies.Value ?? [], .. (around.NamespacePolicies.Value ?? []).Where(p => Counted(p, around).Any())];
        (ImagePolicyObject Policy, string Scope)[] scopes = [.. policies.SelectMany(p => Counted(p, around).Select(s => (p, s)))];
        string[] outside = settings.Allowed.Count == 0 ? []
            : [.. scopes.Where(s => !settings.Allowed.Any(a => ScopeNesting.IsIn(s.Scope, a))).Select(Named)];
        if (outside.Length > 0)
            findings.Note($"{Nothing} scopes lie outside spec.registrySources.allowedRegistries of image.config.openshift.io/cluster: " +
                $"{Words(outside)}. Add a scope there if you want its images, which must then be signed as the policy demands (an " +
                "ImagePolicy demands it in its own namespace alone)" +
                (scopes.Any(IsOfRelease) ? ". A policy of the release itself is not to be changed." : ", or take it out of the policy."));

        // Where the release's own repository is among them, what counts depends on its mirrors.
        string? release = around.Version.Value?.ReleaseRepository;
        string[] blocked = [.. scopes
            .Where(s => settings.Blocked.Any(b => ScopeNesting.IsIn(s.Scope, b) && (release is null || !ScopeNesting.IsIn(release, b))))
            .Select(Named)];
        if (blocked.Length > 0)
            findings.Note($"{Nothing} scopes lie in spec.registrySources.blockedRegistries of image.config.openshift.io/cluster: " +
                $"{Words(blocked)}. " + (scopes.Any(IsOfRelease)
                    ? "Take them out of blockedRegistries; a policy of the release itself is not to be changed."
                    : "Take them out of the policies: their images are blocked anyway."));
        return outside.Length + blocked.Length == 0;

        static bool IsOfRelease((ImagePolicyObject Policy, string Scope) s) => OpenShiftRelease.IsReleaseScope(s.Scope);

        static string Named((ImagePolicyObject Policy, string Scope) s) => $"{Shown(s.Scope)} ({s.Policy.Shown})";
    }

    private const string Nothing =
        "The operator renders no image policy and no change of registries for any pool, and says so only in the log of " +
        "machine-config-controller, because";

    private static void JudgeRendering(RolloutState state, ClusterSurroundings around, Findings findings)
    {
        if (around.ClusterPolicies.Value is not { Count: > 0 } policies || around.Version.Value is null or { IsHosted: true })
            return;
        string generated = OpenShiftRelease.GeneratedName(state.PoolName);
        try
        {
            PolicyTransport? docker = DisplacedPolicy.Generated(state)?.FindTransport("docker");
            string[] missing = [.. policies.SelectMany(p => p.Scopes
                .Where(s => docker?.Find(s)?.Any(static r => r is SigstoreSignedRequirement) != true)
                .Select(s => $"{Shown(s)} ({p.Shown})"))];
            if (missing.Length > 0)
                findings.Note($"The operator has not rendered {Words(missing)}: {generated} demands no signatures there. If that stays " +
                    "so, read the log of machine-config-controller.");
        }
        catch (TrustException e)
        {
            findings.Note($"Whether {generated} has the scopes of all ClusterImagePolicy objects cannot be told: {e.Message}");
        }
    }

    private static void JudgeNamespaces(ClusterSurroundings around, ConfigDocument? rendered, PolicyDocument? policy, Findings findings)
    {
        ImagePolicyObject[] policies = [.. (around.NamespacePolicies.Value ?? []).OrderBy(static p => p.Namespace, StringComparer.Ordinal)
            .ThenBy(static p => p.Name, StringComparer.Ordinal)];
        foreach (ImagePolicyObject found in policies.Take(MaxNamespaces))
        {
            string[] dropped = [.. found.Scopes.Except(Counted(found, around))];
            if (dropped.Length > 0)
                findings.Note($"{found.Shown}: {Words([.. dropped.Select(Shown)])} does not count, because a ClusterImagePolicy has that " +
                    "scope or one that it lies in.");
            string[] counted = [.. Counted(found, around)];
            if (counted.Length == 0)
                continue;
            string path = RuntimePolicy.PathOf(found.Namespace ?? "");
            findings.Note(rendered?.Sets(path) == true
                ? $"{found.Shown} demands signatures in its namespace: " +
                    $"{Words([.. counted.Select(s => Place(s, policy))])}. That is in {Shown(path)}, and policy.json does not show it."
                : $"{found.Shown} is not on the nodes of this pool yet: {Shown(rendered?.Name ?? "its rendered config")} does not have " +
                    $"{Shown(path)}.");
        }

        if (policies.Length > MaxNamespaces)
            findings.Note($"There are {policies.Length - MaxNamespaces} more ImagePolicy objects: oc get imagepolicies --all-namespaces " +
                "lists them.");
    }

    // The operator adds the demands of a namespace to those of a scope of the same name; a narrower scope replaces a wider one.
    private static string Place(string scope, PolicyDocument? policy)
    {
        if (policy is null)
            return Shown(scope);
        string? found = PolicyLookup.Governing(policy, "docker", scope).Scope;
        return found == scope ? $"{Shown(scope)} (besides what policy.json demands there)"
            : $"{Shown(scope)} (in place of what policy.json demands of " +
                $"{(string.IsNullOrEmpty(found) ? "everything else" : Shown(found))})";
    }

    private static void JudgeImageMode(RolloutState state, ClusterSurroundings around, PolicyDocument? policy, Findings findings)
    {
        foreach (ImageModeObject mode in (around.ImageModes.Value ?? []).Where(m => m.Pool == state.PoolName))
        {
            string[] scopes = [.. (policy?.FindTransport("docker")?.Scopes ?? [])
                .Where(static s => s.Requirements.Any(static r => r is SignedByRequirement or SigstoreSignedRequirement))
                .Select(static s => s.Name.Length == 0 ? "all of docker" : Shown(s.Name))
                .Concat(policy?.Default.Any(static r => r is SignedByRequirement or SigstoreSignedRequirement) == true
                    ? ["everything else"] : [])];
            findings.Note($"The operating system of the pool {Shown(state.PoolName)} is built in the cluster (MachineOSConfig " +
                $"{Shown(mode.Name)}), and " + (around.Release is { Minor: < FirstBuildWithPolicy }
                    ? "its builds do not use this policy."
                    : scopes.Length == 0 ? "its builds use this policy without registries.d."
                    : $"its builds use this policy without registries.d: images of {Words(scopes)} that a Containerfile names look " +
                        "unsigned there, and are refused."));
        }
    }

    private static IEnumerable<string> Counted(ImagePolicyObject policy, ClusterSurroundings around) => policy.Namespace is null
        ? policy.Scopes
        : policy.Scopes.Where(s => !(around.ClusterPolicies.Value ?? []).Any(p => p.Scopes.Any(o => ScopeNesting.IsIn(s, o))));

    private static string Words(string[] all) => all.Length <= MaxNamed ? string.Join(", ", all)
        : $"{string.Join(", ", all.Take(MaxNamed))} and {all.Length - MaxNamed} more";

    private static string Shown(string text) => Printable.Of(text, Printable.NameLength);
}
