using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>What a MachineConfig is to bring to the nodes: the policy by its meaning, everything else by its bytes.</summary>
internal sealed class MeantFiles
{
    private MeantFiles(string name, IEnumerable<MachineConfigFile> files)
    {
        Dictionary<string, byte[]> all = new(StringComparer.Ordinal);
        foreach (MachineConfigFile file in files)
        {
            if (!all.TryAdd(DocumentHost.Normalize(file.Path), file.Content))
                throw new TrustException(
                    "DuplicateFile",
                    TrustErrorKind.InvalidData,
                    $"{name} has the file {Printable.Of(file.Path, Printable.NameLength)} twice. Leave one of them out.")
                {
                    Target = file.Path,
                };
        }

        if (!all.Remove(TrustLocations.SystemPolicyPath, out byte[]? policy))
            throw new TrustException(
                "PolicyNotFound",
                TrustErrorKind.NotFound,
                $"{Printable.Of(name, Printable.NameLength)} has no {TrustLocations.SystemPolicyPath}, so it decides nothing. " +
                $"Name another MachineConfig, or make one with {TrustOperation.MakeMachineConfig}.")
            {
                Target = name,
            };
        Policy = PolicyReader.Read(policy, $"{name}:{TrustLocations.SystemPolicyPath}");
        Others = all;
        IEnumerable<string> named = PolicyFiles.Of(Policy).Where(static p => p.StartsWith('/'));
        KeyPaths = [.. named.Select(DocumentHost.Normalize).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The policy.</summary>
    public PolicyDocument Policy { get; }

    /// <summary>The other files, by path.</summary>
    public IReadOnlyDictionary<string, byte[]> Others { get; }

    /// <summary>The key and certificate files that the policy names.</summary>
    public IReadOnlyList<string> KeyPaths { get; }

    /// <summary>The files of a MachineConfig that was made or read.</summary>
    /// <exception cref="TrustException">It has no policy, or one that is refused, or a file twice.</exception>
    public static MeantFiles Of(MachineConfigTrust trust) => new(trust.Name, trust.Files);

    /// <summary>The files of a MachineConfig in the cluster.</summary>
    /// <exception cref="TrustException">It has no policy, or one that is refused, or files that cannot be decoded.</exception>
    public static MeantFiles Of(ConfigDocument config) => config.Problem is { } problem
        ? throw new TrustException("ClusterAnswerInvalid", TrustErrorKind.InvalidData, problem) { Target = config.Name }
        : new(config.Name, config.Paths.Where(config.Sets).Select(p => config.Find(p)!));
}
