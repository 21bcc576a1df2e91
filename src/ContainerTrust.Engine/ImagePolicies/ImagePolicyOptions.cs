namespace ContainerTrust.Engine.ImagePolicies;

/// <summary>What documents shall be made.</summary>
public sealed record ImagePolicyOptions
{
    /// <summary>
    /// The name of the one policy that all entries become, whose requirements must then be the same. Null: a policy an entry, named after
    /// its scope.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>
    /// The namespace that the policies are for, which makes them ImagePolicy documents. Null for the whole cluster: ClusterImagePolicy
    /// documents.
    /// </summary>
    public string? Namespace { get; init; }

    /// <summary>
    /// The version of OpenShift that the documents are for, as clusters print it (<see cref="ImagePolicyVersions"/>). Null: the newest.
    /// </summary>
    public string? OpenShiftVersion { get; init; }
}
