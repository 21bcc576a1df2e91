using System.Diagnostics.CodeAnalysis;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Claims;

/// <summary>
/// What a sigstore signature says of an image: cosign's "simple signing" JSON
/// (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md). Only made from a payload whose signature holds.
/// </summary>
/// <param name="ManifestDigest">The digest of the manifest that was signed, <c>algorithm:hex</c>.</param>
/// <param name="DockerReference">The reference that was signed, as written; not checked for its grammar.</param>
internal sealed record SigstorePayload(string ManifestDigest, string DockerReference)
{
    /// <summary>The value of <c>critical.type</c>.</summary>
    public const string Type = "cosign container image signature";

    /// <summary>The program that made the claim. Null if it names none.</summary>
    public string? Creator { get; init; }

    /// <summary>When the claim says it was made. Null if it says nothing, or a time outside the years 1 to 9999.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>
    /// Reads a payload, as strictly as containers/image: exactly the members of the format, none twice, each of its type; but
    /// <c>optional</c> can be null, as cosign writes it. Stricter: the text must be valid UTF-8.
    /// </summary>
    /// <param name="content">The payload, JSON.</param>
    /// <param name="payload">What it says.</param>
    /// <param name="problem">What is wrong, a clause; empty if nothing is.</param>
    /// <returns>Whether <paramref name="content"/> is a payload.</returns>
    public static bool TryParse(ReadOnlySpan<byte> content, [NotNullWhen(true)] out SigstorePayload? payload, out string problem)
    {
        payload = ClaimReader.TryRead(content, Type, canOptionalBeNull: true, out ClaimContent? read, out problem)
            ? new SigstorePayload(read.ManifestDigest, read.DockerReference) { Creator = read.Creator, Timestamp = read.Timestamp }
            : null;
        return payload is not null;
    }
}
