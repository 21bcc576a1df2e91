using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.ImageMode;

/// <summary>
/// Judges the image that a host in image mode boots next: by the policy of the booted system, by which bootc and rpm-ostree fetch now, and
/// by the one that the staged system will have.
/// </summary>
public static class BootImageChecker
{
    /// <summary>Judges it.</summary>
    /// <param name="store">The host's files.</param>
    /// <param name="status">What the host says of itself.</param>
    /// <param name="verification">How registries are asked.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <param name="failed">Takes the faults for which a policy gave no verdict.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The verdict.</returns>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static async Task<BootImageResult> CheckAsync(TrustStore store, BootStatus status, VerificationOptions verification,
        TrustMessages messages, Action<TrustException> failed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(status);
        ArgumentNullException.ThrowIfNull(verification);
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(failed);
        // A rollback drops what is staged, so what is staged beside one was staged after it.
        (BootEntry? next, BootImageSource source) = status.Staged is { } staged ? (staged, BootImageSource.Staged)
            : status.Next is { } other ? (other, BootImageSource.Rollback) : (status.Booted, BootImageSource.Upgrade);
        if (next?.Origin is not { } origin)
        {
            TrustException fault = NotAnImage(store.Host.ComputerName, status, next);
            failed(fault);
            return NotChecked(store.Host.ComputerName, fault);
        }

        // What was fetched is judged as it was fetched, whatever its tag is by now.
        string? digest = source == BootImageSource.Upgrade ? null : next.UntrustedDigest;
        BootVerdict booted = await JudgeAsync(store, (origin, digest), verification, messages, cancellationToken).ConfigureAwait(false);
        BootVerdict? later = null;
        if (source == BootImageSource.Staged)
            later = await JudgeStagedAsync(store, next, (origin, digest), verification, messages, cancellationToken).ConfigureAwait(false);
        foreach (TrustException fault in new[] { booted.Fault, later?.Fault }.OfType<TrustException>())
            failed(fault);
        List<string> doubts = [.. BootDoubts.Of(store, status, next, source)];
        BootImageResult result = BootReasons.Of(store, (origin, digest, source), booted, later);
        if (digest is not null && result.Status == BootImageStatus.Refused && booted.Result is { IsValid: false, Signatures.Count: 0 }
            && await IsSignedAsListAsync(store, origin, verification, cancellationToken).ConfigureAwait(false))
            doubts.Add($"The image that was fetched, {digest}, has no signature of its own, and what its tag names now is signed. bootc " +
                "says the digest of one instance, and often only the list of a multi-arch image is signed: whether this instance is of a " +
                "signed list is not known.");
        else if (result.Status != BootImageStatus.Verified)
            return result;
        return doubts.Count == 0 ? result : result with
        {
            Status = BootImageStatus.NotChecked,
            Reasons = doubts.Concat(result.Reasons).ToArray(),
            ErrorId = "BootImageInDoubt",
            RecommendedAction = "Do not take this for a yes: find out what the first reason asks for, on the host itself.",
        };
    }

    private static async Task<bool> IsSignedAsListAsync(TrustStore store, BootOrigin origin, VerificationOptions verification,
        CancellationToken cancellationToken) =>
        (await JudgeAsync(store, (origin, null), verification, TrustMessages.None, cancellationToken).ConfigureAwait(false)).Status
            == BootImageStatus.Verified;

    /// <summary>The result for a host that could not be looked at.</summary>
    /// <param name="computerName">The host.</param>
    /// <param name="fault">Why.</param>
    public static BootImageResult NotChecked(string computerName, TrustException fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return new BootImageResult
        {
            ComputerName = computerName,
            Status = BootImageStatus.NotChecked,
            Reasons = [fault.Message],
            ErrorId = fault.ErrorId,
        };
    }

    private static TrustException NotAnImage(string computerName, BootStatus status, BootEntry? next) => new(
        "NotImageMode",
        TrustErrorKind.NotSupported,
        next is null
            ? $"{computerName} is not in image mode: {status.Program} says that no system of an image is booted."
            : $"The system that {computerName} boots next is an ostree commit and not an image, so no policy of images decides on it.")
    {
        Target = computerName,
    };

    private static async Task<BootVerdict> JudgeStagedAsync(TrustStore store, BootEntry next, (BootOrigin Origin, string? Digest) image,
        VerificationOptions verification, TrustMessages messages, CancellationToken cancellationToken)
    {
        try
        {
            if (next.Deployment is not { } deployment || !store.Host.Exists(deployment.Path))
                throw new TrustException(
                    "StagedSystemNotFound",
                    TrustErrorKind.NotFound,
                    $"The files of the staged system are not on {store.Host.ComputerName}"
                        + $"{(next.Deployment is null ? "" : $" in {next.Deployment.Path}")}, so its policy is not known. Run this on the "
                        + "host itself, or name it.")
                {
                    Target = next.Deployment?.Path,
                };
            TrustStore then = TrustStore.Open(new StagedHost(store.Host, deployment.Path), new TrustStoreOptions(), TrustMessages.None);
            return await JudgeAsync(then, image, verification, messages, cancellationToken).ConfigureAwait(false);
        }
        catch (TrustException e)
        {
            return new BootVerdict(null, null, false, e);
        }
    }

    private static async Task<BootVerdict> JudgeAsync(TrustStore store, (BootOrigin Origin, string? Digest) image,
        VerificationOptions verification, TrustMessages messages, CancellationToken cancellationToken)
    {
        try
        {
            PolicyDocument policy = store.ReadPolicy();
            bool isOpen = policy.Default is [AcceptRequirement];
            if (image.Origin.Transport is not ("docker" or "oci" or "dir"))
                return OfTransport(policy, image.Origin, isOpen);
            using ImageVerifier verifier = new(store, verification, messages);
            ImageSignatureResult result = await verifier.VerifyFetchedAsync(image.Origin.Image, image.Digest, cancellationToken)
                .ConfigureAwait(false);
            return new BootVerdict(
                result,
                !result.IsValid ? BootImageStatus.Refused
                    : PolicyEvaluator.NeedsSignatures([.. result.Requirements.Select(static r => r.Requirement)]) ? BootImageStatus.Verified
                    : BootImageStatus.NotVerified,
                isOpen,
                null);
        }
        catch (TrustException e)
        {
            return new BootVerdict(null, null, false, e);
        }
    }

    // Storage and archives keep no signatures that could be asked for here; only the whole transport's requirements say something.
    private static BootVerdict OfTransport(PolicyDocument policy, BootOrigin origin, bool isOpen)
    {
        PolicyTransport? transport = policy.FindTransport(origin.Transport);
        bool isWhole = transport is null || transport.Scopes.All(static s => s.Name.Length == 0);
        IReadOnlyList<TrustRequirement> requirements = transport?.Find("") ?? policy.Default;
        if (isWhole && requirements is [AcceptRequirement])
            return new BootVerdict(null, BootImageStatus.NotVerified, isOpen, null);
        if (isWhole && requirements.Any(static r => r is RejectRequirement))
            return new BootVerdict(null, BootImageStatus.Refused, isOpen, null);
        return new BootVerdict(null, null, isOpen, new TrustException(
            "TransportNotSupported",
            TrustErrorKind.NotSupported,
            $"Images of transport {origin.Transport} cannot be verified here, and the policy asks for more than to accept or refuse all " +
            "of them. Update the host from a registry, or look at the policy.")
        {
            Target = Printable.Of(origin.Image, Printable.NameLength),
        });
    }
}

/// <summary>What a policy says of an image.</summary>
/// <param name="Result">The verdict with its reasons. Null where only the transport decided, or there is none.</param>
/// <param name="Status">The verdict. Null if there is none.</param>
/// <param name="IsOpen">Whether the policy's default accepts everything, so that bootc does not enforce signatures by it.</param>
/// <param name="Fault">Why there is none. Null if there is.</param>
internal sealed record BootVerdict(ImageSignatureResult? Result, BootImageStatus? Status, bool IsOpen, TrustException? Fault);
