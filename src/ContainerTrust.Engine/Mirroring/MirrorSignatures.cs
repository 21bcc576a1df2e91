using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Mirroring;

/// <summary>What was found of one kind of signature.</summary>
/// <param name="State">What.</param>
/// <param name="Reason">What is missing or wrong, a sentence. Empty if nothing is.</param>
/// <param name="Failure">Why it could not be found out. Null if it could.</param>
internal sealed record SignatureFinding(MirroredSignature State, string Reason = "", TrustException? Failure = null)
{
    public static SignatureFinding NotRequired { get; } = new(MirroredSignature.NotRequired);

    public static SignatureFinding Unknown(TrustException failure) => new(MirroredSignature.Unknown, failure.Message, failure);
}

/// <summary>
/// Looks for the signatures of images in a mirror and beside it, and verifies them where keys are given, as the cluster will: those in
/// the mirror by the name that the image has where it comes from, for that is the name that the cluster pulls.
/// </summary>
internal sealed class MirrorSignatures : IDisposable
{
    private readonly RegistryClient _client;
    private readonly ImageVerifier? _openPgp;
    private readonly ImageVerifier? _sigstore;
    private readonly OwnStores? _stores;

    /// <summary>Reads nothing yet.</summary>
    /// <param name="client">Asks the mirror, and stores.</param>
    /// <param name="options">Keys and stores.</param>
    /// <param name="make">Makes a verifier.</param>
    /// <param name="verbose">Told what is read.</param>
    /// <exception cref="TrustException">
    /// Keys cannot be used (<c>NoUsableKey</c>), or are of the other kind (<c>WrongKeyKind</c>).
    /// </exception>
    public MirrorSignatures(RegistryClient client, MirrorOptions options, Func<VerificationOptions, ImageVerifier> make,
        Action<string> verbose)
    {
        _client = client;
        VerificationOptions verification = options.Verification;
        if (verification.SignatureStores is not null || verification.SignatureConfigMaps is not null)
        {
            SignatureStoreReader reader = new(LocalHost.Instance,
                (url, maxBytes, token) => client.TryGetFileAsync(url, maxBytes, token));
            _stores = new OwnStores(verification.SignatureStores ?? [], verification.SignatureConfigMaps ?? [],
                new Lazy<SignatureStoreReader>(reader), verbose);
        }

        if (options.KeyPaths is { } keys)
        {
            KeyKinds.RequireOpenPgp(keys);
            _openPgp = make(verification with { KeyPaths = keys });
        }

        if (options.SigstoreKeyPaths is { } pem)
        {
            KeyKinds.RequirePem(pem);
            _sigstore = make(verification with { KeyPaths = pem, SignatureStores = null, SignatureConfigMaps = null });
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _openPgp?.Dispose();
        _sigstore?.Dispose();
    }

    /// <summary>Refuses keys of which none can be used, before anything is asked.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="TrustException"><c>NoUsableKey</c>.</exception>
    public async Task RequireUsableKeysAsync(CancellationToken cancellationToken)
    {
        foreach (ImageVerifier verifier in new[] { _openPgp, _sigstore }.OfType<ImageVerifier>())
            await KeyKinds.RequireUsableAsync(verifier, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The OpenPGP signature of a release image, in the stores and ConfigMaps that were given.</summary>
    /// <param name="source">The repository that the release comes from.</param>
    /// <param name="digest">Its digest.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<SignatureFinding> FindOpenPgpAsync(DockerReference source, string digest, CancellationToken cancellationToken)
    {
        const string What = "the OpenPGP signature of the release image";
        if (_stores is null)
        {
            return new(MirroredSignature.Missing, $"Nothing says where {What} is. Specify {TrustOption.SignatureStore} or " +
                $"{TrustOption.SignatureConfigMap}: what the cluster will have.");
        }

        try
        {
            if (_openPgp is null)
            {
                FoundSignatures found = await _stores.ReadAsync(source, digest, cancellationToken).ConfigureAwait(false);
                bool isThere = found.Signatures.Any(static s => IsOf(s, ImageSignatureKind.SimpleSigning));
                return isThere ? new(MirroredSignature.Present)
                    : found.Failure is { } failure ? SignatureFinding.Unknown(failure) : Missing(What);
            }

            ImageSignatureResult result = await _openPgp.VerifyDigestAsync($"{source.Name}@{digest}", digest, cancellationToken)
                .ConfigureAwait(false);
            return result.IsValid ? new(MirroredSignature.Verified)
                : result.Signatures.Count == 0 ? Missing(What)
                : new(MirroredSignature.Invalid, $"No OpenPGP signature of the release image is good: {result.Reason}");
        }
        catch (TrustException e) when (!IsOurs(e))
        {
            return SignatureFinding.Unknown(e);
        }

        SignatureFinding Missing(string what) => new(MirroredSignature.Missing,
            $"{char.ToUpperInvariant(what[0])}{what[1..]} is missing in {string.Join(", ", _stores.Names)}.");
    }

    /// <summary>The sigstore attachments of a manifest, in the mirror.</summary>
    /// <param name="place">The image in the mirror.</param>
    /// <param name="source">Where it comes from, which its signature names.</param>
    /// <param name="digest">The manifest's digest.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<SignatureFinding> FindAttachmentAsync(PullSource place, DockerReference source, string digest,
        CancellationToken cancellationToken)
    {
        string tag = $"{place.Reference.Name}:{MirrorCopy.SignatureTag(digest)}";
        try
        {
            (IReadOnlyList<SignatureBlob> found, _) = await SigstoreAttachments
                .ReadAsync(_client, place, digest, null, cancellationToken).ConfigureAwait(false);
            if (!found.Any(static s => IsOf(s, ImageSignatureKind.Sigstore)))
                return new(MirroredSignature.Missing, $"The sigstore signature is missing: {tag} does not exist, or has none.");
            if (_sigstore is null)
                return new(MirroredSignature.Present);
            FetchedImage image = Named($"{source.Name}@{digest}", digest);
            Judgement judgement = await _sigstore.EvaluateAsync(image, Known(image, found, tag), cancellationToken).ConfigureAwait(false);
            return judgement.Verdict.IsAccepted ? new(MirroredSignature.Verified)
                : new(MirroredSignature.Invalid, $"No sigstore signature under {tag} is good: {judgement.Verdict.Reason}");
        }
        catch (TrustException e) when (e.ErrorId is "InvalidAttachments" or "BlobNotFound")
        {
            // The registry has answered, and what it has is not a signature that anybody can read.
            return new(MirroredSignature.Invalid, e.Message);
        }
        catch (TrustException e) when (!IsOurs(e))
        {
            return SignatureFinding.Unknown(e);
        }
    }

    private static FetchedImage Named(string image, string digest) =>
        new(ImageName.Parse($"docker://{image}", static path => path), null, null, null, null, JudgedManifest.FromDigest(digest));

    private static ImageToJudge Known(FetchedImage image, IReadOnlyList<SignatureBlob> found, string place) => new()
    {
        Reference = image.Name.Reference,
        Manifest = image.Judged,
        UntrustedSignatures = found,
        SearchedStores = [place],
        Now = DateTimeOffset.UtcNow,
    };

    // Of the wrong kind, or no signature at all, it is none that the cluster looks for.
    private static bool IsOf(SignatureBlob signature, ImageSignatureKind kind) =>
        StoredSignature.Of(signature) is { Problem: "" } found && found.Kind == kind;

    // What is wrong with the request is wrong for every image, and ends it.
    private static bool IsOurs(TrustException e) => e.ErrorId is "NoUsableKey" or "StoreNotFound" or "FileNotFound"
        or "InvalidSignatureStore" or "InvalidConfigMap" or "MixedKeys";
}
