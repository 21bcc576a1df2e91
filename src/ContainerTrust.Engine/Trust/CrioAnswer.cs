using ContainerTrust.Engine.Config.Crio;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Trust;

/// <summary>
/// Where CRI-O has another answer than podman on the same host: it may obey a policy of its own, and up to 1.36 it is built with a library
/// that reads <c>/etc/containers</c> alone, where podman 6 reads <c>/usr/share/containers</c> too.
/// </summary>
internal static class CrioAnswer
{
    /// <summary>The releases that read as podman 5 does, in words.</summary>
    public const string Older = "CRI-O up to 1.36";

    /// <summary>Compares the answers.</summary>
    /// <param name="host">The host.</param>
    /// <param name="locations">Which files podman's answer is from.</param>
    /// <param name="policy">The policy that it is from.</param>
    /// <param name="lookaside">registries.d.</param>
    /// <param name="image">The image that is asked about. Null for all.</param>
    /// <returns>A sentence. Null if CRI-O is not there, or has the same answer.</returns>
    public static string? Difference(
        ITrustHost host, TrustLocations locations, PolicyDocument policy, LookasideConfiguration lookaside, ImageName? image)
    {
        if (locations.IsNamed || locations.IsUserPolicy)
            return null;
        try
        {
            if (!CrioConfiguration.MayBeThere(host))
                return null;
            host.Prefetch(CrioConfiguration.Paths);
            if (CrioConfiguration.Load(host) is not { } crio)
                return null;
            string path = crio.Policy?.Value ?? TrustLocations.SystemPolicyPath;
            string who = crio.Policy is { } named
                ? $"CRI-O obeys {Name(path)}, as {Name(named.File!)} says" : $"{Older} reads {path} alone";
            if (path != locations.PolicyPath)
            {
                if (host.TryReadFile(path, PolicyReader.MaxBytes) is not { } file)
                    return $"{who}, which is missing: CRI-O pulls no image.";
                PolicyDocument own = PolicyReader.Read(file.Content.Span, path);
                if (image is null ? !PolicyMeaning.IsSame(policy, own) : !IsSame(policy, own, image))
                    return $"{who}, which says otherwise{Of(image)}: {TrustOption.PolicyPath.With(path)} shows it.";
            }

            return Places(host, locations, policy, lookaside, image);
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            return $"What CRI-O obeys is not known: {e.Message}";
        }
    }

    /// <summary>The scopes for which the older CRI-O looks for signatures elsewhere than podman.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="podmans">registries.d as podman reads it.</param>
    /// <param name="crios">As CRI-O does.</param>
    /// <returns>Their names, fit for a terminal.</returns>
    public static IReadOnlyList<string> OtherPlaces(PolicyDocument policy, LookasideConfiguration podmans, LookasideConfiguration crios)
    {
        bool Differs(string scope, IReadOnlyList<TrustRequirement> requirements) =>
            requirements.Any(static r => r is SignedByRequirement or SigstoreSignedRequirement)
                && !IsSame(podmans.ForScope("docker", scope)!, crios.ForScope("docker", scope)!);
        return
        [
            .. Differs("", policy.Default) ? ["the default"] : Array.Empty<string>(),
            .. (policy.FindTransport("docker")?.Scopes ?? []).Where(s => Differs(s.Name, s.Requirements))
                .Select(static s => s.Name.Length == 0 ? "all of docker" : Name(s.Name)),
        ];
    }

    private static string? Places(
        ITrustHost host, TrustLocations locations, PolicyDocument policy, LookasideConfiguration lookaside, ImageName? image)
    {
        if (!locations.ReadsAllRegistries)
            return null;
        LookasideConfiguration own = LookasideConfiguration.Load(host, TrustLocations.SystemRegistriesDirectory);
        bool differs = image is null ? OtherPlaces(policy, lookaside, own).Count > 0
            : image.Transport == "docker"
                && !IsSame(lookaside.ForScope("docker", image.Expanded)!, own.ForScope("docker", image.Expanded)!);
        return differs
            ? $"{Older} reads {TrustLocations.SystemRegistriesDirectory} alone, and looks for signatures{Of(image)} elsewhere: "
                + $"{TrustOption.PodmanVersion.With("5")} shows where."
            : null;
    }

    private static bool IsSame(PolicyDocument one, PolicyDocument other, ImageName image) => RequirementWriter.MeansSame(
        PolicyLookup.Find(one, image).Scope?.Requirements ?? one.Default,
        PolicyLookup.Find(other, image).Scope?.Requirements ?? other.Default);

    private static bool IsSame(EffectiveLookaside one, EffectiveLookaside other) =>
        one.SignatureStore == other.SignatureStore && (one.UseSigstoreAttachments == true) == (other.UseSigstoreAttachments == true);

    private static string Of(ImageName? image) => image is null ? "" : " for this image";

    private static string Name(string text) => Printable.Of(text, Printable.NameLength);
}
