using ContainerTrust.Fuzz.Targets;

namespace ContainerTrust.Fuzz;

/// <summary>All targets.</summary>
internal static class FuzzTargets
{
    /// <summary>New objects, in the order of their names.</summary>
    /// <returns>Them.</returns>
    public static IReadOnlyList<FuzzTarget> All() =>
    [
        new AnswersTarget(), new ArmorTarget(), new BundlesTarget(), new CertificatesTarget(), new ClaimsTarget(), new DesiredStateTarget(),
        new ManifestsTarget(), new MessagesTarget(), new PacketsTarget(), new PolicyTarget(), new RegistriesTarget(), new TomlTarget(),
        new TrustFileTarget(), new X509Target(),
    ];
}
