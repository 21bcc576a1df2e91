using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Rehearsal;

/// <summary>The verdicts on the images of a user: of the policy in force, of the proposed one, and of keys that are offered.</summary>
internal sealed class Judges : IDisposable
{
    private readonly ImageVerifier _now;
    private readonly ImageVerifier _then;
    private readonly IReadOnlyList<(TrustRequirement Requirement, ImageVerifier Verifier)> _candidates;

    public Judges(VerificationOptions options, TrustStore now, TrustStore then,
        IReadOnlyList<(TrustRequirement Requirement, TrustStore Store)> candidates, TrustMessages messages)
    {
        _now = new ImageVerifier(now, options, messages);
        _then = new ImageVerifier(then, options, new TrustMessages { Verbose = messages.Verbose });
        _candidates = [.. candidates.Select(c => (c.Requirement, new ImageVerifier(c.Store, options, TrustMessages.None)))];
    }

    /// <summary>Judges an image.</summary>
    public async Task<JudgedImage> JudgeAsync(NamedGroup image, CancellationToken cancellationToken)
    {
        if (image.Problem is not null)
            return new JudgedImage(image, default, default, []);
        Verdict now = await AskAsync(_now, image.Name, cancellationToken).ConfigureAwait(false);
        Verdict then = await AskAsync(_then, image.Name, cancellationToken).ConfigureAwait(false);
        List<SignedForm> forms = [.. Form(_then, then, null), .. Form(_now, now, null)];
        foreach ((TrustRequirement requirement, ImageVerifier verifier) in _candidates)
            forms.AddRange(Form(verifier, await AskAsync(verifier, image.Name, cancellationToken).ConfigureAwait(false), requirement));
        return new JudgedImage(image, now, then, forms);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _now.Dispose();
        _then.Dispose();
        foreach ((_, ImageVerifier verifier) in _candidates)
            verifier.Dispose();
    }

    private static async Task<Verdict> AskAsync(ImageVerifier verifier, string image, CancellationToken cancellationToken)
    {
        try
        {
            return new Verdict(await verifier.VerifyAsync(image, null, cancellationToken).ConfigureAwait(false), null);
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed
            || e.ErrorId.StartsWith("Registry", StringComparison.Ordinal) || e.ErrorId.StartsWith("Store", StringComparison.Ordinal))
        {
            return new Verdict(null, e);
        }
    }

    // An image that is accepted with signatures says by which requirements that is.
    private static IEnumerable<SignedForm> Form(ImageVerifier verifier, Verdict verdict, TrustRequirement? offered)
    {
        if (verdict.Result is not { IsValid: true } result
            || !result.Requirements.Any(static r => r.Requirement is SignedByRequirement or SigstoreSignedRequirement))
            yield break;
        ImageName name = ImageName.Parse(result.Image, static p => p);
        if (name.Reference is not { } reference)
            yield break;
        var stores = verifier.Lookaside.ForScope("docker", name.Expanded);
        yield return new SignedForm(reference.Name, name.Expanded, [.. result.Requirements.Select(static r => r.Requirement)],
            stores?.SignatureStore, stores?.UseSigstoreAttachments) { IsOffered = offered is not null };
    }
}

/// <summary>A verdict, or why there is none.</summary>
internal readonly record struct Verdict(ImageSignatureResult? Result, TrustException? Error)
{
    public bool? IsAccepted => Result?.IsValid;

    public string? Reason => Result?.Reason ?? Error?.Message;
}

/// <summary>By what an image is accepted with a signature.</summary>
/// <param name="Repository">Its repository, the narrowest scope for all its tags.</param>
/// <param name="Image">The image alone, as a scope.</param>
/// <param name="Requirements">The requirements, all of which hold.</param>
/// <param name="Store">The store of signatures. Null for none.</param>
/// <param name="Attachments">Whether sigstore signatures are read from the registry.</param>
internal sealed record SignedForm(
    string Repository, string Image, IReadOnlyList<TrustRequirement> Requirements, string? Store, bool? Attachments)
{
    /// <summary>Whether it is a key that was offered, and no entry of a policy.</summary>
    public bool IsOffered { get; init; }
}
