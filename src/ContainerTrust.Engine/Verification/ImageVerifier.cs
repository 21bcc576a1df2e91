using System.Collections.Concurrent;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Verification;

/// <summary>
/// The journey "test": a reference in, manifest and signatures fetched, evaluated, one result out with every reason in it. One object
/// serves a whole run and many threads: one connection pool, one token a repository, keys imported once, policy and registries.d read once.
/// Its messages come on the thread that does the work.
/// </summary>
public sealed partial class ImageVerifier : IDisposable
{
    private const int MaxListDepth = 4;
    private readonly TrustStore _store;
    private readonly VerificationOptions _options;
    private readonly TrustMessages _messages;
    private readonly IReadOnlyList<string> _fingerprints;
    private readonly JudgingRelease _release;
    private readonly RequirementKeys _policyKeys;
    private readonly RequirementKeys _ownKeys;
    private readonly Lazy<IReadOnlyList<TrustRequirement>?> _keyRequirements;
    private readonly Lazy<PolicyDocument> _policy;
    private readonly Lazy<LookasideConfiguration> _lookaside;
    private readonly Lazy<RegistriesConfiguration> _registries;
    private readonly Lazy<RegistryClient> _client;
    private readonly Lazy<SignatureStoreReader> _hostStores;
    private readonly Lazy<SignatureStoreReader> _ownStores;
    private string? _credentialDomain;
    private readonly ConcurrentDictionary<string, byte> _said = new(StringComparer.Ordinal);

    /// <summary>A verifier; nothing has been read yet.</summary>
    /// <param name="store">The host's policy, registries.d and keys.</param>
    /// <param name="options">How.</param>
    /// <param name="messages">Where words for the user go; called from several threads.</param>
    /// <exception cref="TrustException">A fingerprint is none (<c>InvalidFingerprint</c>).</exception>
    public ImageVerifier(TrustStore store, VerificationOptions options, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(messages);
        _store = store;
        _options = options;
        _messages = messages;
        _fingerprints = Fingerprints.Normalize(options.Fingerprints);
        _release = new JudgingRelease(options.As, store.Host);
        _policyKeys = _release.KeysOf(store.KeyMaterials, isPolicy: true, WarnOnce, messages.Verbose);
        VerifierKeys verifiers = new();
        _ownKeys = _release.KeysOf(new KeyMaterialFiles(LocalHost.Instance), isPolicy: false, WarnOnce, messages.Verbose,
            verifiers.NameOf, options.Signer);
        _keyRequirements = new Lazy<IReadOnlyList<TrustRequirement>?>(() => CallerKeys.ToRequirements(options, verifiers));
        _policy = new Lazy<PolicyDocument>(store.ReadPolicy);
        _lookaside = new Lazy<LookasideConfiguration>(store.ReadLookaside);
        _registries = new Lazy<RegistriesConfiguration>(() =>
            RegistriesConfiguration.Load(store.Host, options.RegistriesConfPath, store.Locations.Release));
        RegistryClient NewClient() => new(
            options.ClientHost ?? store.Host,
            options.Web with { Release = options.ClientHost is null ? store.Locations.Release : null,
                CredentialHelpers = (options.ClientHost is { } client ? RegistriesConfiguration.Load(client, null)
                    : _registries.Value).CredentialHelpers },
            messages.Verbose, static (content, digest) => ManifestDigest.Matches(content.Span, digest), WarnOnce);
        _client = new Lazy<RegistryClient>(() => options.Shared?.Client(NewClient) ?? NewClient());
        _hostStores = new Lazy<SignatureStoreReader>(() => new SignatureStoreReader(store.Host, TryGet));
        _ownStores = new Lazy<SignatureStoreReader>(() => new SignatureStoreReader(LocalHost.Instance, TryGet));
    }

    /// <summary>Verifies an image by the policy, or by the keys of the options.</summary>
    /// <param name="image">The image: <c>docker://registry/app:tag</c>, also without <c>docker://</c>; <c>dir:/path</c>;
    /// <c>oci:/path[:name]</c>.</param>
    /// <param name="platform">The instance of a multi-arch image that is meant. Null for the one that is pulled on the judged host.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The verdict.</returns>
    /// <exception cref="TrustException">
    /// There is no verdict: the image cannot be reached, a store cannot be read, the manifest has not the digest that was asked for, the
    /// policy cannot be read, or the name is not valid.
    /// </exception>
    public async Task<ImageSignatureResult> VerifyAsync(string image, ImagePlatform? platform, CancellationToken cancellationToken) =>
        (await VerifyChosenAsync(image, PlatformChoice.Of(platform), cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Verifies an image by the policy, or by the keys of the options, and of a multi-arch image what is chosen.</summary>
    /// <param name="image">The image: <c>docker://registry/app:tag</c>, also without <c>docker://</c>; <c>dir:/path</c>;
    /// <c>oci:/path[:name]</c>.</param>
    /// <param name="choice">What of a multi-arch image is judged.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The verdicts: one, and with <see cref="PlatformChoice.All"/> one of each instance, and last that of the list.</returns>
    /// <exception cref="TrustException">There is no verdict, as above.</exception>
    public async Task<IReadOnlyList<ImageSignatureResult>> VerifyChosenAsync(string image, PlatformChoice choice,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(choice);
        return await WithinAsync(image, VerifyWithinAsync, cancellationToken).ConfigureAwait(false);

        async Task<IReadOnlyList<ImageSignatureResult>> VerifyWithinAsync(CancellationToken token)
        {
            // Keys and stores say all that there is to say of a digest: no registry is asked, and there is no instance to choose.
            bool isOffline = choice == PlatformChoice.Host && HasOwnKeys && HasOwnStores
                && image.Contains("@sha256:", StringComparison.Ordinal);
            FetchedImage top = isOffline
                ? await IdentifyAsync(image, token).ConfigureAwait(false)
                : await FetchAsync(image, token).ConfigureAwait(false);
            return choice != PlatformChoice.List && top.Manifest is not null && ManifestList.IsList(top.Manifest)
                ? await new MultiArchJudge(this, RequiresSignature).JudgeAsync(top, choice, token).ConfigureAwait(false)
                : [await new UnreadSignatures(this).ExplainAsync(top, await JudgeAsync(top, RequiresSignature,
                    token).ConfigureAwait(false), token).ConfigureAwait(false)];
        }
    }

    /// <summary>
    /// Verifies by reference and digest alone, with the stores or ConfigMaps of the options; no registry is asked.
    /// </summary>
    /// <param name="reference">The reference that signatures must name; a name without tag and digest stands for the repository.</param>
    /// <param name="manifestDigest">The manifest's digest. Null for that of the reference.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The verdict.</returns>
    /// <exception cref="TrustException">
    /// A store cannot be read, the reference or digest is none, or there is no digest (<c>ManifestRequired</c>).
    /// </exception>
    public async Task<ImageSignatureResult> VerifyDigestAsync(string reference, string? manifestDigest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (manifestDigest is not null && !ReferenceGrammar.IsDigest(manifestDigest))
            throw new TrustException("InvalidDigest", TrustErrorKind.InvalidArgument,
                $"'{manifestDigest}' is not a valid digest. Use sha256: followed by 64 lowercase hexadecimal digits.")
                { Target = manifestDigest };
        if (!DockerReference.TryParse(reference, out DockerReference? parsed, out string problem))
            throw new TrustException("InvalidReference", TrustErrorKind.InvalidArgument,
                $"'{reference}' is not a docker reference: {problem}.") { Target = reference };
        manifestDigest ??= parsed.Digest ?? throw new TrustException(
            "ManifestRequired", TrustErrorKind.InvalidArgument, $"'{reference}' names no digest, so nothing says which manifest is meant. "
                + "Give the reference by digest, or the manifest's digest beside it.") { Target = reference };
        if (parsed.Digest is { } named && named != manifestDigest)
            throw FetchedImage.Mismatch(reference, manifestDigest, named);
        ImageName name = ImageName.Parse($"docker://{(parsed.IsNameOnly ? $"{parsed.Name}@{manifestDigest}" : parsed.ToString())}",
            _store.Host.ResolvePath);
        FetchedImage fetched = new(name, null, null, null, null, JudgedManifest.FromDigest(manifestDigest));
        return await WithinAsync(reference, token => JudgeAsync(fetched, RequiresSignature, token), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Does the work for an image in the time that an image has.</summary>
    internal Task<T> WithinAsync<T>(string image, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        ImageDeadline.WithinAsync(image, _options.ImageTimeout, work, cancellationToken);

    // Who names keys or stores wants signatures looked at, whatever the policy accepts unseen.
    private bool RequiresSignature => _options.RequireSignature || _fingerprints.Count > 0 || HasOwnStores;

    /// <summary>Where words for the user go.</summary>
    internal TrustMessages Messages => _messages;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_client.IsValueCreated && _options.Shared is null)
            _client.Value.Dispose();
    }

    /// <summary>Fetches an image's top manifest.</summary>
    internal Task<FetchedImage> FetchAsync(string image, CancellationToken cancellationToken) =>
        FetchAsync(Resolve(image), cancellationToken);

    /// <summary>
    /// The instance of a multi-arch image for a platform, also of lists in lists; the image itself if there is no choice to make.
    /// </summary>
    internal async Task<FetchedImage> SelectAsync(FetchedImage top, ImagePlatform? platform, CancellationToken cancellationToken)
    {
        if (platform is null || !ManifestList.IsList(top.Manifest!))
            return top;
        FetchedImage current = top;
        for (int depth = 0; ManifestList.IsList(current.Manifest!); depth++)
        {
            if (depth == MaxListDepth)
                throw new TrustException("ManifestListTooDeep", TrustErrorKind.LimitsExceeded,
                    $"The lists of {top.Name.FullName} are nested more than {MaxListDepth} deep.") { Target = top.Name.FullName };
            string instance = ManifestList.SelectInstance(current.Manifest!, platform);
            current = await current.FetchInstanceAsync(instance, platform, cancellationToken).ConfigureAwait(false);
        }

        _messages.Verbose($"The instance of {top.Name.FullName} for {platform} is {current.InstanceDigest}.");
        return current;
    }

    /// <summary>An image's digest: of a reference by digest without asking anybody, otherwise of the manifest.</summary>
    internal async Task<FetchedImage> IdentifyAsync(string image, CancellationToken cancellationToken)
    {
        ImageName name = Resolve(image);
        return name.Reference?.Digest is { } digest
            ? new FetchedImage(name, null, null, null, null, JudgedManifest.FromDigest(digest))
            : await FetchAsync(name, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Evaluates what was fetched, and tells it.</summary>
    internal async Task<ImageSignatureResult> JudgeAsync(FetchedImage fetched, bool requireSignature, CancellationToken cancellationToken)
    {
        Judgement judgement = await EvaluateAsync(fetched, null, cancellationToken).ConfigureAwait(false);
        if (judgement.Failure is { } failure)
            WarnOnce(judgement.Verdict.IsAccepted ? $"{failure.Message} Another signature is accepted." : throw failure);
        ImageSignatureResult result = judgement.ToResult(fetched, Host.ComputerName);
        if (!result.IsValid)
            return result;
        if (requireSignature && !PolicyEvaluator.NeedsSignatures(judgement.Requirements))
        {
            return result with
            {
                IsValid = false,
                Reason = $"The policy accepts the image without a look at signatures, and a signature was asked for. {result.Reason}",
            };
        }

        // Whoever pulls a list by its digest is asked about the instance.
        if (fetched.Manifest is { } manifest && ManifestList.IsList(manifest))
            return result with { Reason = $"{result.Reason} This is the verdict on the multi-arch list alone; podman " +
                "pull asks about the instance." };
        if (fetched.Manifest is null && fetched.Source is null && HasOwnKeys)
            result = result with { Reason = $"{result.Reason} Only this digest was judged; of a multi-arch list, podman " +
                "pull asks about the instance." };
        PinnedName name = new(this);
        (string? pinned, string refusal) = await name.FindAsync(fetched, judgement, cancellationToken).ConfigureAwait(false);
        return result with { PinnedReference = pinned, Reason = refusal.Length > 0 ? $"{result.Reason} {refusal}" : result.Reason };
    }

    /// <summary>Evaluates what was fetched.</summary>
    /// <param name="fetched">The image.</param>
    /// <param name="known">Signatures that are at hand. Null to look for them.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    internal async Task<Judgement> EvaluateAsync(FetchedImage fetched, ImageToJudge? known, CancellationToken cancellationToken)
    {
        (IReadOnlyList<TrustRequirement> requirements, string? scope, string? scopeReason) = Requirements(fetched.Name);
        RequirementKeys keys = HasOwnKeys ? _ownKeys : _policyKeys;
        if (HasOwnKeys)
            CallerKeys.RequireUsable(keys, requirements, _options.KeyPaths ?? [.. _options.Signer!.Files]);
        FoundSignatures found = known is not null ? new(known.UntrustedSignatures, known.SearchedStores)
            : PolicyEvaluator.NeedsSignatures(requirements) ? await FindSignaturesAsync(fetched, cancellationToken).ConfigureAwait(false)
            : new([], []);
        ImageToJudge input = new()
        {
            Reference = fetched.Name.Reference,
            Manifest = fetched.Judged,
            UntrustedSignatures = found.Signatures,
            SearchedStores = found.Stores,
            AttachmentsHint = fetched.Source is null || HasOwnStores
                ? "The registry was not asked for sigstore attachments; they are read where an image is given and no store."
                : fetched.Source.AttachmentsHint,
            TakesBundles = HasOwnKeys && _options.As is null,
            Now = _options.Now ?? DateTimeOffset.UtcNow,
        };
        PolicyVerdict? refusal = HasOwnKeys ? null : _release.WhyRefused(_policy.Value);
        PolicyVerdict verdict = refusal ?? PolicyEvaluator.Evaluate(requirements, input, keys, _fingerprints);
        return new Judgement(requirements, scope, scopeReason, input, verdict) { Failure = found.Failure, JudgedAs = _release.Name };
    }

    /// <summary>What is required of an image: by the policy, or by the keys that were given in its place.</summary>
    internal (IReadOnlyList<TrustRequirement> Requirements, string? Scope, string? Reason) Requirements(ImageName name)
    {
        if (_keyRequirements.Value is { } own)
            return (own, null, null);
        (PolicyScope? scope, string reason) = PolicyLookup.Find(_policy.Value, name);
        _messages.Verbose($"{name.FullName}: {reason}");
        return (scope?.Requirements ?? _policy.Value.Default, scope?.Name ?? "default", reason);
    }

    /// <summary>Whether the caller says where signatures are, in the place of registries.d.</summary>
    internal bool HasOwnStores => _options.SignatureStores is not null || _options.SignatureConfigMaps is not null;

    /// <summary>Whether the caller's keys or certificates decide, and not the policy.</summary>
    internal bool HasOwnKeys => _options.KeyPaths is not null || _options.Signer is not null;

    /// <summary>The client of registries and stores.</summary>
    internal RegistryClient Client => _client.Value;

    /// <summary>The host's registries.conf.</summary>
    internal RegistriesConfiguration Registries => _registries.Value;

    /// <summary>The host's registries.d.</summary>
    internal LookasideConfiguration Lookaside => _lookaside.Value;

    /// <summary>The time for one image.</summary>
    internal TimeSpan ImageTimeout => _options.ImageTimeout;

    /// <summary>The judged host.</summary>
    internal ITrustHost Host => _store.Host;

    /// <summary>Fetches an image's top manifest.</summary>
    internal async Task<FetchedImage> FetchAsync(ImageName name, CancellationToken cancellationToken)
    {
        IImageSource source = Open(name);
        _messages.Verbose($"Fetching the manifest of {name.FullName}.");
        ImageManifest manifest = await source.GetManifestAsync(null, cancellationToken).ConfigureAwait(false);
        JudgedManifest judged = JudgedManifest.FromContent(ManifestShape.RequireObject(manifest));
        if (name.Reference?.Digest is { } named && !judged.Matches(named))
            throw FetchedImage.Mismatch(manifest.Source, judged.Digest, named);
        return new FetchedImage(name, source, null, null, manifest, judged);
    }

    private async Task<FoundSignatures> FindSignaturesAsync(FetchedImage fetched, CancellationToken cancellationToken)
    {
        string digest = fetched.Judged.Digest;
        if (!HasOwnStores)
        {
            if (fetched.Source is not { } source)
                return await FromRegistriesAsync(fetched, cancellationToken).ConfigureAwait(false);
            SourceSignatures found = await source.GetSignaturesAsync(fetched.InstanceDigest, digest, cancellationToken)
                .ConfigureAwait(false);

            // What a named release does not read at all cannot change its verdict.
            return new(found.Signatures, source.SignatureStores, _options.As is null ? found.Failure : null);
        }

        OwnStores own = new(_options.SignatureStores ?? [], _options.SignatureConfigMaps ?? [], _ownStores, _messages.Verbose);
        return await own.ReadAsync(fetched.Name.Reference, digest, cancellationToken).ConfigureAwait(false);
    }

    // Without a source nothing says which mirror answered, so the name itself counts.
    private async Task<FoundSignatures> FromRegistriesAsync(FetchedImage fetched, CancellationToken cancellationToken)
    {
        string store = _lookaside.Value.ForScope("docker", fetched.Name.Expanded)?.SignatureStore
            ?? SignatureStoreReader.DefaultStore(_store.Host);
        DockerReference reference = fetched.Name.Reference!;
        return new(
            await _hostStores.Value.ReadConfiguredAsync(store, reference, fetched.Judged.Digest, cancellationToken).ConfigureAwait(false),
            [StoreUrl.WithoutUser(store)]);
    }

    private ImageName Resolve(string image) => MeantImage.Resolve(image, _store.Host, _registries, _messages.Verbose);

    private IImageSource Open(ImageName name) => name.Transport switch
    {
        "docker" => OpenRegistry(name),
        _ when _options.HasTrustedRoot => throw CallerCertificates.NotInRegistry(name),
        "dir" => new DirectoryImageSource(_store.Host, name.Path!),
        "oci" => new OciLayoutImageSource(_store.Host, name.Path!, name.NameInLayout),
        _ => throw new TrustException("TransportNotSupported", TrustErrorKind.NotSupported,
            $"Images of transport {name.Transport} cannot be verified here; docker://, dir: and oci: can. " +
            $"{Advice.Of(TrustOperation.Get, _store.Target, TrustOption.Reference.With(name.FullName))} shows what governs the image.")
        {
            Target = name.FullName,
        },
    };

    private DockerImageSource OpenRegistry(ImageName name)
    {
        // A credential that was given for no host in particular is for the registry asked first, and is never handed to another.
        if (_options.Web.Credential is { Domain.Length: 0 })
        {
            string domain = name.Reference!.Domain;
            string first = Interlocked.CompareExchange(ref _credentialDomain, domain, null) ?? domain;
            if (first != domain)
            {
                throw new TrustException("CredentialForOneRegistry", TrustErrorKind.InvalidArgument,
                    $"The credential given is used for {first}, so {domain} is not asked with it or without. Ask for images of one " +
                    "registry at a time, or log in to each with 'podman login' and leave the credential out.")
                {
                    Target = domain,
                };
            }
        }

        IReadOnlyList<PullSource> places = _registries.Value.PullSources(name.Reference!);
        return new DockerImageSource(name.Reference!, places, _client.Value, _lookaside.Value, _store.Host, _messages.Verbose, WarnOnce)
        {
            ReadsAllAttachments = _keyRequirements.Value is [SigstoreSignedRequirement, ..],
            ReadsReferrersOnly = _options.HasTrustedRoot,
            ReadsNoReferrers = _options.ReadsNoReferrers,
        };
    }

    private Task<byte[]?> TryGet(Uri url, int maxBytes, CancellationToken cancellationToken) =>
        _client.Value.TryGetFileAsync(url, maxBytes, cancellationToken);

    /// <summary>Warns of something, once in a run.</summary>
    internal void WarnOnce(string message)
    {
        if (_said.TryAdd(message, 0))
            _messages.Warning(message);
    }
}
