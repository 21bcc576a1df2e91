using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Consumers;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Commands;

/// <summary>What <c>Test-ImageSignature</c> and <c>Assert-ImageSignature</c> share: which images are judged, and by what.</summary>
public abstract partial class ImageSignatureCmdlet : VerificationCmdlet
{
    private protected const string PolicySet = "ByPolicy";
    private protected const string KeySet = "ByKey";
    private protected const string CertificateSet = "ByCertificate";
    private protected const string ReleaseSet = "InRelease";
    private protected const string FileSet = "ByFile";
    private protected const string FileDigestSet = "ByFileDigest";
    private protected const string StoreSet = "FromStore";

    private readonly List<ReleaseVerifier> _releases = [];
    private ImagePlatform?[] _instances = [];

    private protected ImageSignatureCmdlet()
    {
    }

    /// <summary>
    /// Images: <c>docker://registry.example.com/app:v1</c> (<c>docker://</c> may be left out), <c>dir:…</c>, <c>oci:…</c>; or objects that
    /// name them, such as those of <c>podman images --format json</c> and of <c>kubectl get pods -o json</c>.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PolicySet, ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true, HelpMessage = "An image, such as registry.example.com/app:v1")]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true,
        HelpMessage = "An image, such as registry.example.com/app:v1")]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = CertificateSet, ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true, HelpMessage = "An image, such as registry.example.com/app:v1")]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ReleaseSet, ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true, HelpMessage = "An image by digest, such as registry.example.com/app@sha256:…")]
    [Alias("Names", "RepoTags")]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [ImageNames]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string[]? Image { get; set; }

    /// <summary>
    /// Judge these instances of multi-arch images, <c>os/architecture[/variant]</c>, instead of the one that is pulled on the judged host;
    /// <c>all</c> for every instance, <c>list</c> for the list alone. With <see cref="InRelease"/>: the instance of the release whose
    /// contents count.
    /// </summary>
    [Parameter(ParameterSetName = PolicySet)]
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string[]? Platform { get; set; }

    /// <summary>The release image, by digest, whose contents the images must be among.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ReleaseSet, HelpMessage = "A release image by digest")]
    [ValidateNotNullOrEmpty]
    public string? InRelease { get; set; }

    /// <summary>The manifest's file.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FileSet, HelpMessage = "The file that has the manifest")]
    [ValidateNotNullOrEmpty]
    public string? ManifestPath { get; set; }

    /// <summary>The manifest's digest, <c>sha256:…</c>. That of <see cref="Reference"/> if left out.</summary>
    [Parameter(ParameterSetName = FileDigestSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    public string? ManifestDigest { get; set; }

    /// <summary>The reference that the signatures must be for, such as <c>registry.example.com/app:v1</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FileSet, HelpMessage = "The reference that the signatures must name")]
    [Parameter(Mandatory = true, ParameterSetName = FileDigestSet, HelpMessage = "The reference that the signatures must name")]
    [Parameter(Mandatory = true, ParameterSetName = StoreSet, HelpMessage = "The image's reference")]
    [ValidateNotNullOrEmpty]
    public string? Reference { get; set; }

    /// <summary>Files with one signature each. Wildcards are possible.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FileSet, HelpMessage = "A file with a signature")]
    [Parameter(Mandatory = true, ParameterSetName = FileDigestSet, HelpMessage = "A file with a signature")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? SignaturePath { get; set; }

    /// <summary>Key files of the signers. A signature by one of the keys is enough. Without them the policy decides.</summary>
    [Parameter(Mandatory = true, ParameterSetName = KeySet, HelpMessage = "A file with the signer's public key")]
    [Parameter(Mandatory = true, ParameterSetName = FileSet, HelpMessage = "A file with the signer's public key")]
    [Parameter(Mandatory = true, ParameterSetName = FileDigestSet, HelpMessage = "A file with the signer's public key")]
    [Parameter(ParameterSetName = StoreSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [ValidateNotNullOrEmpty]
    public string[]? KeyPath { get; set; }

    /// <summary>Fingerprints of the keys that may have signed. Any key of the key files if left out.</summary>
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = FileSet)]
    [Parameter(ParameterSetName = FileDigestSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(FingerprintCompleter))]
    public string[]? Fingerprint { get; set; }

    /// <summary>Stores (URLs or directories) that the signatures are read from, instead of where registries.d says.</summary>
    [Parameter(ParameterSetName = PolicySet)]
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public string[]? SignatureStore { get; set; }

    /// <summary>Files with ConfigMaps of the namespace <c>openshift-config-managed</c> that hold signatures. Wildcards are
    /// possible.</summary>
    [Parameter(ParameterSetName = PolicySet)]
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? SignatureConfigMap { get; set; }

    /// <summary>Which reference a signature must name. <c>MatchRepoDigestOrExact</c> applies if no identity is given.</summary>
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateSet("MatchExact", "MatchRepoDigestOrExact", "MatchRepository")]
    public string? SignedIdentity { get; set; }

    /// <summary>Signatures must name this reference, whatever the image is called.</summary>
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    public string? ExactReference { get; set; }

    /// <summary>Signatures must name this repository, whatever the image is called.</summary>
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    public string? ExactRepository { get; set; }

    /// <summary>For mirrors: this prefix of the image's name is <see cref="SignedPrefix"/> in signatures.</summary>
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    public string? RemapPrefix { get; set; }

    /// <summary>The prefix that signatures name instead of <see cref="RemapPrefix"/>.</summary>
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    public string? SignedPrefix { get; set; }

    /// <summary>Only a signature will do: what the policy accepts without one is then not valid.</summary>
    [Parameter(ParameterSetName = PolicySet)]
    [Parameter(ParameterSetName = StoreSet)]
    public SwitchParameter RequireSignature { get; set; }

    /// <summary>
    /// Give the verdict of this release: <c>podman5.4</c>, <c>skopeo1.20</c>, <c>crio1.34</c>; also with what it verifies OpenPGP with,
    /// <c>podman6/gpg</c>, <c>podman6/sequoia</c>, <c>podman6/go</c>.
    /// </summary>
    [Parameter(ParameterSetName = PolicySet)]
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = FileSet)]
    [Parameter(ParameterSetName = FileDigestSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConsumerCompleter))]
    public string? As { get; set; }

    /// <summary>How many images are worked on at once; where other hosts are named, how many hosts.</summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 16;

    /// <summary>Which instances of multi-arch images are judged.</summary>
    private protected PlatformChoice[] Platforms { get; private set; } = [PlatformChoice.Host];

    private protected override int Parallelism => ThrottleLimit;

    private protected override VerificationOptions Verification => OptionsOf(KeyPath, Fingerprint, SignatureStore, SignatureConfigMap) with
    {
        RequireSignature = RequireSignature,
        Signer = Signer,
        As = As,
    };

    private protected override TrustStoreOptions StoreOptions => base.StoreOptions with { As = As };

    private protected override void Begin()
    {
        base.Begin();
        KnownConsumers.Require(As);
        if (As is not null && TrustedRootPath is not null)
            throw new TrustException(
                "ParametersNotTogether",
                TrustErrorKind.InvalidArgument,
                "No release judges by a trusted root. Leave out -As or -TrustedRootPath.");
        Identity = IdentityRule.Of(SignedIdentity, ExactReference, ExactRepository, RemapPrefix, SignedPrefix);
        Signer?.RequireUsable(LocalPaths(KeyPath), Identity, SignatureStore is not null || SignatureConfigMap is not null);
        if (Signer is null || KeyPath is not null)
            RequireKeys(KeyPath, Fingerprint);
        RequirementFactory.RequireValid(Identity);
        if (Platform is not null)
            Platforms = [.. Platform.Select(PlatformChoice.Parse)];
        if (InRelease is not null)
            _instances = [.. Platforms.Select(static p => p.RequireOne())];
    }

    private protected override void Process()
    {
        switch (ParameterSetName)
        {
            case FileSet or FileDigestSet:
                Start(new VerificationItem(Reference!), Judge(JudgeFiles));
                break;
            case StoreSet:
                Start(new VerificationItem(Reference!), Judge(JudgeDigest));
                break;
            default:
                // An empty name, or none where one was meant, is an image that cannot be judged, and not one that nobody asked about.
                foreach (string image in Images)
                {
                    for (int i = 0; i < Platforms.Length; i++)
                    {
                        int index = i;
                        Start(new VerificationItem(image), Judge(() => JudgeImage(image, index)));
                    }
                }

                break;
        }
    }

    private protected override void Write(VerificationItem item, object result)
    {
        foreach (ImageSignatureResult verdict in result as IReadOnlyList<ImageSignatureResult> ?? [(ImageSignatureResult)result])
            Take(Arrays(verdict, item.Target));
    }

    /// <summary>Takes a verdict in.</summary>
    private protected abstract void Take(ImageSignatureResult verdict);

    /// <summary>The images of one record; an empty name for an image that has none.</summary>
    private protected IEnumerable<string> Images => Image is { Length: > 0 } ? Image.Select(static i => i ?? "") : [""];

    /// <summary>A verdict as scripts are given it.</summary>
    /// <param name="result">The engine's.</param>
    /// <param name="input">The image as the user gave it.</param>
    private protected static ImageSignatureResult Arrays(ImageSignatureResult result, string input) =>
        Arrays(result) with { InputReference = input };

    // PowerShell's [0] works on arrays, and not on every IReadOnlyList.
    private static ImageSignatureResult Arrays(ImageSignatureResult result) => result with
    {
        Requirements = result.Requirements.Select(static r => r with { Signatures = r.Signatures.ToArray() }).ToArray(),
        Signatures = result.Signatures.ToArray(),
        Release = result.Release is { } release ? Arrays(release) : null,
    };

    // What must be done on the pipeline's thread is done at once; a fault takes its turn like any other result.
    private static Func<CancellationToken, Task<object>> Judge(Func<Func<CancellationToken, Task<object>>> prepare)
    {
        try
        {
            return prepare();
        }
        catch (TrustException e)
        {
            return _ => Task.FromException<object>(e);
        }
    }

    private Func<CancellationToken, Task<object>> JudgeImage(string image, int platform)
    {
        RequireOneRegistry(InRelease ?? image);
        string name = ImageName(image);
        ImageVerifier verifier = Verifier;
        if (InRelease is null)
            return async cancellation => await verifier.VerifyChosenAsync(name, Platforms[platform], cancellation).ConfigureAwait(false);
        string release = ImageName(InRelease);
        if (_releases.Count == 0)
            _releases.AddRange(_instances.Select(p => new ReleaseVerifier(verifier, p)));
        return async cancellation => await _releases[platform].VerifyAsync(name, release, cancellation).ConfigureAwait(false);
    }

    private Func<CancellationToken, Task<object>> JudgeDigest()
    {
        ImageVerifier verifier = Verifier;
        return async cancellation => await verifier.VerifyDigestAsync(Reference!, ManifestDigest, cancellation).ConfigureAwait(false);
    }

    private Func<CancellationToken, Task<object>> JudgeFiles()
    {
        FileVerifier verifier = new(Messages.Warning, Messages.Verbose);
        FileVerification files = new()
        {
            ManifestPath = ManifestPath is null ? null : LocalPath(ManifestPath),
            ManifestDigest = ManifestDigest,
            Reference = Reference!,
            SignaturePaths = LocalFiles(SignaturePath, nameof(SignaturePath))!,
            KeyPaths = LocalPaths(KeyPath)!,
            Fingerprints = Fingerprint,
            As = As,
        };
        return _ => Task.FromResult<object>(verifier.Verify(files));
    }
}
