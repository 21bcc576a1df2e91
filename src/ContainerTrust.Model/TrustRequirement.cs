using System.Text.Json.Serialization;

namespace ContainerTrust;

/// <summary>
/// One requirement of a policy.json requirement list (containers-policy.json(5), "Policy Requirements").
/// All requirements of a list must hold for an image to be accepted.
/// </summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
[JsonDerivedType(typeof(AcceptRequirement), "insecureAcceptAnything")]
[JsonDerivedType(typeof(RejectRequirement), "reject")]
[JsonDerivedType(typeof(SignedByRequirement), "signedBy")]
[JsonDerivedType(typeof(SignedBaseLayerRequirement), "signedBaseLayer")]
[JsonDerivedType(typeof(SigstoreSignedRequirement), "sigstoreSigned")]
public abstract record TrustRequirement
{
    private protected TrustRequirement()
    {
    }

    /// <summary>The value of the requirement's <c>type</c> member, as written in policy.json (<c>signedBy</c>, …).</summary>
    public abstract string Type { get; }

    /// <summary>All keys and certificates that the requirement names, in the order of its members.</summary>
    /// <returns>None for requirements that name none.</returns>
    internal virtual IReadOnlyList<KeyMaterial> GetKeyMaterials() => [];

    /// <inheritdoc/>
    public override string ToString() => Type;
}

/// <summary>The <c>insecureAcceptAnything</c> requirement: always satisfied.</summary>
public sealed record AcceptRequirement : TrustRequirement
{
    /// <inheritdoc/>
    public override string Type => "insecureAcceptAnything";

    /// <inheritdoc/>
    public override string ToString() => Type;
}

/// <summary>The <c>reject</c> requirement: never satisfied.</summary>
public sealed record RejectRequirement : TrustRequirement
{
    /// <inheritdoc/>
    public override string Type => "reject";

    /// <inheritdoc/>
    public override string ToString() => Type;
}

/// <summary>
/// The <c>signedBaseLayer</c> requirement. Read and written; evaluating it always refuses, as in the reference implementation.
/// </summary>
public sealed record SignedBaseLayerRequirement : TrustRequirement
{
    /// <inheritdoc/>
    public override string Type => "signedBaseLayer";

    /// <summary>The identity that the base layer's image must have (member <c>baseLayerIdentity</c>).</summary>
    public required SignedIdentity BaseLayerIdentity { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Type;
}
