using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Formats.Yaml;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.MachineConfig.Clusters;

/// <summary>
/// A scope that is in the operator's file of registries.d and in another one there: nodes then pull no image at all. The operator's file
/// is made of image policies, so it cannot be changed itself, and neither can those of the nodes' operating system.
/// </summary>
/// <param name="Scope">The scope.</param>
/// <param name="Path">The other file.</param>
/// <param name="IsOfTheSystem">Whether the operating system of the nodes has that scope there.</param>
internal sealed record ScopeCollision(string Scope, string Path, bool IsOfTheSystem)
{
    // Much used ones. Whether all of their images are signed is not known: each is to be verified first.
    private static readonly Dictionary<string, string[]> s_namespaces = new(StringComparer.Ordinal)
    {
        ["registry.redhat.io"] = ["openshift4", "ubi9", "rhel9"],
        ["registry.access.redhat.com"] = ["ubi8", "ubi9"],
    };

    /// <summary>The collisions on a host.</summary>
    /// <param name="host">The host with the nodes' registries.d.</param>
    /// <param name="defaults">What the nodes' operating system has.</param>
    /// <returns>One for each scope and file. None if the operator has no file.</returns>
    /// <exception cref="TrustException">A file is refused by itself.</exception>
    public static IReadOnlyList<ScopeCollision> Of(ITrustHost host, RhcosDefaults defaults)
    {
        IReadOnlyCollection<string> operators = Scopes(host.TryReadFile(OperatorFiles.Path, LookasideLimits.FileBytes));
        if (operators.Count == 0)
            return [];
        HashSet<string> ofTheSystem = [.. defaults.Files.SelectMany(static f => Scopes(f.Path, f.Content))];
        List<ScopeCollision> collisions = [];
        foreach (string name in host.ListDirectory(TrustLocations.SystemRegistriesDirectory).Order(StringComparer.Ordinal))
        {
            string path = $"{TrustLocations.SystemRegistriesDirectory}/{name}";
            if (path != OperatorFiles.Path && name.EndsWith(LookasideNames.Extension, StringComparison.Ordinal))
                collisions.AddRange(Scopes(host.TryReadFile(path, LookasideLimits.FileBytes)).Where(operators.Contains)
                    .Select(s => new ScopeCollision(s, path, ofTheSystem.Contains(s))));
        }

        return collisions;
    }

    /// <summary>What is wrong, and what is to be done about it.</summary>
    /// <param name="policies">The image policies that have the scope, to be shown. Empty if they are not known.</param>
    /// <param name="source">The MachineConfig that brings the other file, to be shown. Null if that is not known.</param>
    /// <returns>Sentences.</returns>
    public string Describe(IReadOnlyCollection<string> policies, string? source)
    {
        string scope = Printable.Of(Scope, Printable.NameLength);
        string path = Printable.Of(Path, Printable.NameLength);
        string whose = policies.Count > 0 ? string.Join(" and of ", policies) : "the image policy that has it";
        string problem = $"Nodes pull no image at all: {scope} is in {OperatorFiles.Path}, which the operator makes of image policies, " +
            $"and in {path}";
        if (!IsOfTheSystem)
            return $"{problem}. Take it out of {path}{(source is null ? "" : $", which {source} brings")}.";
        string[] namespaces = s_namespaces.TryGetValue(Scope, out string[]? known) ? [.. known.Select(n => $"{Scope}/{n}")]
            : [$"{scope}/NAMESPACE"];
        return $"{problem}, which the operating system of the nodes has. Replace the scope {scope} of {whose} by the namespaces " +
            $"that your images are in, such as {string.Join(", ", namespaces)}: {TrustOperation.MakeImagePolicy} " +
            $"{TrustOption.Preset.With(TrustPresets.RedHatSigstore)} {TrustOption.Scope.With(namespaces)} makes a policy for them. " +
            "Images of other namespaces are then accepted as the default says: list every one that you need, and verify their images " +
            $"first with {TrustOperation.Verify}.";
    }

    private static IReadOnlyCollection<string> Scopes(HostFile? file) => file is null ? [] : Scopes(file.Path, file.Content.ToArray());

    private static IReadOnlyCollection<string> Scopes(string path, byte[] content) => [.. LookasideConfiguration.Load(
        new DocumentHost("", [new MachineConfigFile { Path = path, Content = content }]),
        TrustLocations.SystemRegistriesDirectory).Sections.Keys];
}
