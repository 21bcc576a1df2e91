using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Rehearsal;

/// <summary>What is rehearsed; the same for all hosts of a run.</summary>
public sealed record RehearsalOptions
{
    /// <summary>The policy that is proposed.</summary>
    public Proposal Proposal { get; init; } = Proposal.RejectByDefault;

    /// <summary>Compose files and files of Kubernetes on the hosts, absolute paths as the hosts name them.</summary>
    public IReadOnlyList<string> WorkloadPaths { get; init; } = [];

    /// <summary>
    /// Documents that name images, such as the JSON of <c>kubectl get pods -A -o json</c>. If there are any, or
    /// <see cref="Images"/>, only what they name is judged, and no host is searched for images.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Documents { get; init; } = [];

    /// <summary>Names of images that are judged.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Key files of this machine, each of which counts as a signer's for itself; the policies need not name them.</summary>
    public IReadOnlyList<string> KeyPaths { get; init; } = [];

    /// <summary>How images are reached. What they are judged by is not taken from it.</summary>
    public VerificationOptions Verification { get; init; } = new();
}
