using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig.Clusters;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>
/// What both front ends do to merge entries with the operator's policy: which release it is, what the operator has for each pool, and,
/// where a merged MachineConfig is made again, what was merged into it.
/// </summary>
public static class MergedBuild
{
    /// <summary>Completes what MachineConfigs shall be made by what a cluster says.</summary>
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
        return (options with
        {
            OpenShiftVersion = answers.Release.Version,
            ClusterType = answers.Release.Type,
            ReleaseRepositories = answers.ReleaseRepositories,
            Operator = r => answers.Parts[r],
        }, answers);
    }

    /// <summary>Completes what MachineConfigs shall be made by a file with the operator's MachineConfig.</summary>
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
        TrustMessages messages, CancellationToken cancellationToken)
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
                    $"The pool {role} has no MachineConfig that was merged with the operator's policy. Make the first one of entries, " +
                    $"with {TrustOption.Merge}.")
                {
                    Target = role,
                };
            MachineConfigOptions own = asked with
            {
                Roles = [role],
                Keys = asked.Keys.Count > 0 ? asked.Keys : old.Keys,
                IncludeRegistriesD = asked.IncludeRegistriesD || old.HasRegistriesD,
                Labels = asked.Labels.Count > 0 ? asked.Labels : old.Labels,
                AcceptsTheRest = true,
            };
            made.AddRange(new MachineConfigBuilder(own, messages).Build(old.Entries, cancellationToken));
        }

        return made;
    }
}
