using System.Text.Json.Serialization;

namespace ContainerTrust;

/// <summary>
/// Which reference a signature must name for an image (containers-policy.json(5), <c>signedIdentity</c>).
/// </summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
[JsonDerivedType(typeof(MatchExactIdentity), "matchExact")]
[JsonDerivedType(typeof(MatchRepoDigestOrExactIdentity), "matchRepoDigestOrExact")]
[JsonDerivedType(typeof(MatchRepositoryIdentity), "matchRepository")]
[JsonDerivedType(typeof(ExactReferenceIdentity), "exactReference")]
[JsonDerivedType(typeof(ExactRepositoryIdentity), "exactRepository")]
[JsonDerivedType(typeof(RemapIdentity), "remapIdentity")]
public abstract record SignedIdentity
{
    private protected SignedIdentity()
    {
    }

    /// <summary>The value of the identity's <c>type</c> member, as written in policy.json.</summary>
    public abstract string Type { get; }

    /// <inheritdoc/>
    public override string ToString() => Type;
}

/// <summary><c>matchExact</c>: the signature names exactly the image's reference, tag or digest included.</summary>
public sealed record MatchExactIdentity : SignedIdentity
{
    /// <inheritdoc/>
    public override string Type => "matchExact";

    /// <inheritdoc/>
    public override string ToString() => Type;
}

/// <summary>
/// <c>matchRepoDigestOrExact</c>, the default: exactly the same tag, or only the same repository for an image referred to by digest.
/// </summary>
public sealed record MatchRepoDigestOrExactIdentity : SignedIdentity
{
    /// <inheritdoc/>
    public override string Type => "matchRepoDigestOrExact";

    /// <inheritdoc/>
    public override string ToString() => Type;
}

/// <summary><c>matchRepository</c>: the same repository; tags are not compared.</summary>
public sealed record MatchRepositoryIdentity : SignedIdentity
{
    /// <inheritdoc/>
    public override string Type => "matchRepository";

    /// <inheritdoc/>
    public override string ToString() => Type;
}

/// <summary><c>exactReference</c>: the signature names the given reference, whatever the image is called.</summary>
public sealed record ExactReferenceIdentity : SignedIdentity
{
    /// <inheritdoc/>
    public override string Type => "exactReference";

    /// <summary>The reference, with a tag or a digest (<c>registry.example.com/app:v1</c>).</summary>
    public required string DockerReference { get; init; }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line($"{Type} {DockerReference}");
}

/// <summary><c>exactRepository</c>: the signature names the given repository, with any tag, whatever the image is called.</summary>
public sealed record ExactRepositoryIdentity : SignedIdentity
{
    /// <inheritdoc/>
    public override string Type => "exactRepository";

    /// <summary>The repository (<c>registry.example.com/app</c>).</summary>
    public required string DockerRepository { get; init; }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line($"{Type} {DockerRepository}");
}

/// <summary>
/// <c>remapIdentity</c>: for mirrors; <see cref="Prefix"/> is replaced by <see cref="SignedPrefix"/>, then <c>matchRepoDigestOrExact</c>
/// applies.
/// </summary>
public sealed record RemapIdentity : SignedIdentity
{
    /// <inheritdoc/>
    public override string Type => "remapIdentity";

    /// <summary>The prefix of the image's own name: a <c>host[:port]</c>, namespace or repository.</summary>
    public required string Prefix { get; init; }

    /// <summary>The prefix that signatures name instead.</summary>
    public required string SignedPrefix { get; init; }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line($"{Type} {Prefix} -> {SignedPrefix}");
}
