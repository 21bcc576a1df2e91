using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig.Clusters;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>
/// What both front ends do to merge entries with the operator's policy: which release it is, what the operator has for each pool, and,
/// where a merged MachineConfig is made again, what was merged into it.
/// </summary>
public static class MergedBuild
{
    /// <summary>Completes the options of MachineConfigs by what a cluster says.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="messages">Where words for the user go, on any thread.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The options, and what the cluster said.</returns>
    /// <exception cref="TrustException">See <see cref="OperatorReader.ReadAsync"/> and <see cref="MachineConfigBuilder"/>.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static async Task<(MachineConfigOptions Options, OperatorAnswers Answers)> AskAsync(MachineConfigOptions options,
        ClusterOptions cluster, TrustMessages messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        OpenShiftRelease release = OpenShiftRelease.Parse(
            options.OpenShiftVersion ?? IgnitionVersions.NewestOpenShift,
            options.ClusterType);
        IReadOnlyList<(string Role, string Name)> names = MachineConfigNames.For(
            options with { Name = options.Name ?? MachineConfigNames.Merged },
            release);
        OperatorAnswers answers = await new OperatorReader(ClusterClient.Open(cluster, messages), messages)
            .ReadAsync(names, cancellationToken).ConfigureAwait(false);
        if (options.OpenShiftVersion is not null && release.Minor != answers.Release.Minor)
            throw new TrustException(
                "OpenShiftVersionDiffers",
                TrustErrorKind.InvalidArgument,
                $"The cluster is {answers.Release}, and {TrustOption.OpenShiftVersion} says {release.Version}. Leave it out: the " +
                "cluster says it.")
            {
                Target = options.OpenShiftVersion,
            };
        foreach (string role in options.Roles)
        {
            if (options.OSImageStream?.Invoke(role) is not { } given)
                continue;
            NodeStreams.Require(given, answers.Release);
            if (answers.Streams[role] is { } found && given != found)
                throw new TrustException(
                    "OSImageStreamDiffers",
                    TrustErrorKind.InvalidArgument,
                    $"The pool {role} has the stream {Printable.Of(found, Printable.NameLength)}, and {TrustOption.OSImageStream} says " +
                    $"{given}. Leave it out: the cluster says it.")
                {
                    Target = given,
                };
        }

        return (options with
        {
            OpenShiftVersion = answers.Release.Version,
            ClusterType = answers.Release.Type,
            ReleaseRepositories = answers.ReleaseRepositories,
            OSImageStream = r => answers.Streams[r] ?? options.OSImageStream?.Invoke(r),
            InstalledVersion = answers.InstalledVersion,
            Operator = r => answers.Parts[r],
        }, answers);
    }

    /// <summary>Completes the options of MachineConfigs by a file with the operator's MachineConfig.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="path">The file, an absolute path on this machine.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <returns>The options.</returns>
    /// <exception cref="TrustException">The file is missing, or see <see cref="OperatorPart.Read"/>.</exception>
    public static MachineConfigOptions Read(MachineConfigOptions options, string path, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(options);
        HostFile file = LocalHost.Instance.TryReadFile(path, MachineConfigReader.MaxBytes)
            ?? throw new TrustException("FileNotFound", TrustErrorKind.NotFound, $"There is no file '{path}'. Give the right path.")
            {
                Target = path,
            };
        Dictionary<string, OperatorPart> parts = options.Roles.Distinct()
            .ToDictionary(static r => r, r => OperatorPart.Read(file.Content, path, r, messages));
        string? version = parts.Values.Select(static p => p.Version).OfType<string>().FirstOrDefault();
        if (options.OpenShiftVersion is null && version is null)
            throw new TrustException(
                "OpenShiftVersionRequired",
                TrustErrorKind.InvalidArgument,
                $"{path} does not say which version the cluster has. Specify it with {TrustOption.OpenShiftVersion}, as " +
                "'oc get clusterversion' prints it.");
        OpenShiftRelease release = OpenShiftRelease.Parse((options.OpenShiftVersion ?? version)!, options.ClusterType);
        foreach (string stream in options.Roles.Select(r => options.OSImageStream?.Invoke(r)).OfType<string>().Distinct())
            NodeStreams.Require(stream, release);
        return options with { OpenShiftVersion = options.OpenShiftVersion ?? version, Operator = r => parts[r] };
    }

    /// <summary>Makes merged MachineConfigs again, of the entries that they have and what the operator has now.</summary>
    /// <param name="options">The roles, and the name where it is not the usual one.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="messages">Where words for the user go, on any thread.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>One MachineConfig a role.</returns>
    /// <exception cref="TrustException">A pool has no merged MachineConfig (<c>MergedConfigNotFound</c>), or it cannot be
    /// made.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static async Task<IReadOnlyList<MachineConfigTrust>> RenewAsync(MachineConfigOptions options, ClusterOptions cluster,
        TrustMessages messages, CancellationToken cancellationToken) =>
        await RenewAsync(options, [], cluster, messages, cancellationToken).ConfigureAwait(false);

    /// <summary>The same, with the entries of presets added to those that they have.</summary>
    /// <param name="options">The roles, and the name where it is not the usual one.</param>
    /// <param name="presets">The presets.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="messages">Where words for the user go, on any thread.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>One MachineConfig a role.</returns>
    /// <exception cref="TrustException">A pool has no merged MachineConfig (<c>MergedConfigNotFound</c>), or it cannot be
    /// made.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static async Task<IReadOnlyList<MachineConfigTrust>> RenewAsync(MachineConfigOptions options, IReadOnlyList<string> presets,
        ClusterOptions cluster, TrustMessages messages, CancellationToken cancellationToken)
    {
        (MachineConfigOptions asked, OperatorAnswers answers) = await AskAsync(options, cluster, messages, cancellationToken)
            .ConfigureAwait(false);
        List<MachineConfigTrust> made = [];
        foreach (string role in asked.Roles)
        {
            if (!answers.Merged.TryGetValue(role, out MergedConfig? old))
                throw new TrustException(
                    "MergedConfigNotFound",
                    TrustErrorKind.NotFound,
                    $"The pool {role} has no MachineConfig '{NameOf(asked, role)}' that was merged with the operator's policy. If it has " +
                    $"another name, specify it with {TrustOption.ConfigName}. Make the first one of entries, with {TrustOption.Merge}.")
                {
                    Target = role,
                };
            MachineConfigOptions own = asked with
            {
                Roles = [role],
                Keys = [.. asked.Keys, .. old.Keys.Where(o => asked.Keys.All(k => FileName(k.Path) != FileName(o.Path)))],
                IncludeRegistriesD = asked.IncludeRegistriesD || old.HasRegistriesD,
                Labels = old.Labels.Where(l => !asked.Labels.ContainsKey(l.Key)).Concat(asked.Labels).ToDictionary(),
                AcceptsTheRest = true,
            };
            ImageTrust[] entries = [.. Kept(old, answers.Parts[role], role, messages),
                .. presets.SelectMany(p => MachineConfigPresets.Get(p, answers.Release))];
            made.AddRange(new MachineConfigBuilder(own, messages).Build(entries, cancellationToken));
        }

        return made;
    }

    // What was accepted and is not any more: to leave it out is the stricter way, and the operator's own scopes are there.
    private static ImageTrust[] Kept(MergedConfig old, OperatorPart part, string role, TrustMessages messages)
    {
        ImageTrust[] gone = [.. old.Entries.Where(e => e.Requirements.All(static r => r is AcceptRequirement)
            && !PolicyMerger.KeepsAll(
                e.IsDefault ? part.Policy.Default : PolicyLookup.Governing(part.Policy, e.Transport, e.Registry).Requirements,
                e.Requirements))];
        foreach (ImageTrust entry in gone)
            messages.Warning($"{Printable.Of(entry.ToString(), Printable.NameLength)} is left out: the operator's policy demands more " +
                "there now.");
        ImageTrust[] kept = [.. old.Entries.Except(gone)];
        return kept.Length > 0 ? kept : throw new TrustException(
            "NothingToMerge",
            TrustErrorKind.InvalidArgument,
            $"Of the entries that were merged for the pool {role}, the operator's policy has all now. Delete the MachineConfig: " +
            "it demands nothing of its own any more.")
        {
            Target = role,
        };
    }

    private static string NameOf(MachineConfigOptions options, string role) => Printable.Of(
        (options.Name ?? MachineConfigNames.Merged).Replace(MachineConfigOptions.RolePlaceholder, role, StringComparison.Ordinal),
        Printable.NameLength);

    private static string FileName(string path) => path[(path.LastIndexOf('/') + 1)..];
}
