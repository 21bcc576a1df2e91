using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Claims;

/// <summary>
/// What a simple-signing signature says of an image: the JSON inside the signed message (containers-signature(5)). Only made from content
/// whose signature holds.
/// </summary>
/// <param name="ManifestDigest">The digest of the manifest that was signed, <c>algorithm:hex</c>.</param>
/// <param name="DockerReference">The reference that was signed, as written; not checked for its grammar.</param>
internal sealed record SimpleSigningClaim(string ManifestDigest, string DockerReference)
{
    /// <summary>The value of <c>critical.type</c>.</summary>
    public const string Type = "atomic container signature";

    /// <summary>The program that made the claim. Null if it names none.</summary>
    public string? Creator { get; init; }

    /// <summary>When the claim says it was made. Null if it says nothing, or a time outside the years 1 to 9999.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Reads a claim, as strictly as containers/image: exactly the members of the format, none twice, each of its type.</summary>
    /// <param name="content">The signed content, UTF-8 JSON.</param>
    /// <param name="claim">The claim.</param>
    /// <param name="problem">What is wrong, a clause; empty if nothing is.</param>
    /// <returns>Whether <paramref name="content"/> is a claim.</returns>
    public static bool TryParse(ReadOnlySpan<byte> content,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SimpleSigningClaim? claim, out string problem)
    {
        claim = ClaimReader.TryRead(content, Type, canOptionalBeNull: false, out ClaimContent? read, out problem)
            ? new SimpleSigningClaim(read.ManifestDigest, read.DockerReference) { Creator = read.Creator, Timestamp = read.Timestamp }
            : null;
        return claim is not null;
    }
}
