using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Config.Policy;

/// <summary>
/// What the values of an identity may be (containers/image, <c>policy_config.go</c>). Each rule returns the problem, or null.
/// </summary>
internal static class IdentityRules
{
    /// <summary>The rule for <c>exactReference</c>.</summary>
    /// <param name="value">The value of <c>dockerReference</c>.</param>
    /// <returns>Null if it is a reference with a tag or a digest; otherwise the problem, a clause without a full stop.</returns>
    public static string? ExactReference(string value) =>
        !DockerReference.TryParse(value, out DockerReference? reference, out string problem) ? problem
        : reference.IsNameOnly ? "a tag or a digest is needed"
        : null;

    /// <summary>The rule for <c>exactRepository</c>.</summary>
    /// <param name="value">The value of <c>dockerRepository</c>.</param>
    /// <returns>Null if it is a reference; otherwise the problem, a clause without a full stop.</returns>
    public static string? ExactRepository(string value) =>
        DockerReference.TryParse(value, out _, out string problem) ? null : problem;

    /// <summary>The rule for both members of <c>remapIdentity</c>.</summary>
    /// <param name="value">The value of <c>prefix</c> or <c>signedPrefix</c>.</param>
    /// <returns>Null if it is a host[:port], namespace or repository; otherwise the problem, a clause without a full stop.</returns>
    public static string? Prefix(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (ReferenceGrammar.IsDomain(value))
            return null;
        int slash = value.IndexOf('/');
        return slash > 0 && ReferenceGrammar.IsDomain(value.AsSpan(0, slash)) && ReferenceGrammar.IsName(value)
            ? null
            : "it must be a host[:port], or a namespace or repository that starts with one";
    }
}
