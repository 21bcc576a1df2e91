namespace ContainerTrust;

/// <summary>
/// A ClusterImagePolicy or ImagePolicy of OpenShift (config.openshift.io): which sigstore signatures the nodes of a cluster, or the
/// pods of one namespace, demand of images.
/// </summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record ImagePolicyDocument
{
    /// <summary><c>ClusterImagePolicy</c>, or <c>ImagePolicy</c> for one that belongs to a namespace.</summary>
    public required string Kind { get; init; }

    /// <summary>The name of the resource (<c>metadata.name</c>).</summary>
    public required string Name { get; init; }

    /// <summary>The namespace. Null for a ClusterImagePolicy, which has none.</summary>
    public string? Namespace { get; init; }

    /// <summary>The scopes that the policy governs, as in transport <c>docker</c> of policy.json.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>The root of trust: <c>PublicKey</c>, <c>FulcioCAWithRekor</c> or <c>PKI</c>.</summary>
    public required string PolicyType { get; init; }

    /// <summary>
    /// How the name in a signature is compared (<c>MatchRepository</c>, …). Null where the document does not say:
    /// <c>MatchRepoDigestOrExact</c> then applies.
    /// </summary>
    public string? MatchPolicy { get; init; }

    /// <summary>The whole document as YAML, with keys and certificates in it. Ends with a line break.</summary>
    public required string Yaml { get; init; }

    /// <summary>The document.</summary>
    /// <returns><see cref="Yaml"/>.</returns>
    public override string ToString() => Yaml;
}
