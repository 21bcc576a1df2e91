using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Trust;

/// <summary>What can be advised of a policy that was refused, where it is known which host's it is.</summary>
internal static class PolicyErrors
{
    /// <summary>Reads a policy.</summary>
    /// <typeparam name="T">What it is read as.</typeparam>
    /// <param name="target">Which files advice is for.</param>
    /// <param name="read">Reads it.</param>
    /// <returns>What was read.</returns>
    /// <exception cref="TrustFormatException">It was refused.</exception>
    public static T Advised<T>(AdviceTarget target, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (TrustFormatException e) when (e.ErrorId == "PolicyEmpty")
        {
            Advice reset = Advice.Of(TrustOperation.Reset, target, TrustOption.KeepSignatureStore.With());
            throw new TrustFormatException(e.ErrorId, e.Path, 0, 0, "", $"The file is empty. Write a policy; {reset} restores the default.",
                e) { Advice = reset };
        }
    }

    /// <summary>The error for a policy that is not there.</summary>
    /// <param name="locations">Where it was looked for.</param>
    /// <param name="target">Which files advice is for.</param>
    /// <returns>The error to throw.</returns>
    public static TrustException NotFound(TrustLocations locations, AdviceTarget target)
    {
        // Only where the host's own policy is missing everything is refused: a user's, or one that was named, is one of several.
        Advice? reset = locations.PolicyPath == TrustLocations.SystemPolicyPath
            ? Advice.Of(TrustOperation.Reset, target, TrustOption.KeepSignatureStore.With()) : null;
        string without = reset is not null
            ? $", so podman and skopeo refuse every image. {Advice.Of(TrustOperation.Set, target)} makes one, {reset} writes the " +
                "distribution's default."
            : locations.IsUserPolicy ? $"; this user's images are judged by {TrustLocations.SystemPolicyPath}. Leave out "
                + $"{TrustOption.CurrentUser} to see it." : ". Check the path.";
        return new("PolicyNotFound", TrustErrorKind.NotFound, $"There is no policy at {locations.PolicyPath}{without}")
        {
            Target = locations.PolicyPath,
            Advice = reset,
        };
    }

    /// <summary>The error for a reset where a variable names the policy: without the file, podman 6 would fetch nothing.</summary>
    /// <param name="path">What the variable names.</param>
    /// <returns>The error to throw.</returns>
    public static TrustException VariableNamesPolicy(string path) => new(
        "PolicyFromVariable",
        TrustErrorKind.InvalidArgument,
        $"The environment variable {ContainersLookup.PolicyVariable} names {Printable.Of(path, Printable.NameLength)}, "
            + $"so it is not known which default it has. Nothing was changed. Unset it, or specify {TrustOption.PolicyPath}.")
    {
        Target = path,
    };

    /// <summary>The error for a change of the policy that a variable names, and that is not there.</summary>
    /// <param name="path">What the variable names.</param>
    /// <returns>The error to throw.</returns>
    public static TrustException VariableNamesNothing(string path) => new(
        "PolicyVariableDangling",
        TrustErrorKind.NotFound,
        $"The environment variable {ContainersLookup.PolicyVariable} names {Printable.Of(path, Printable.NameLength)}, "
            + "which does not exist: podman 6 fetches no image while it is set. "
            + $"Nothing was changed. Unset it, or specify {TrustOption.PolicyPath} to make that file.")
    {
        Target = path,
    };
}
