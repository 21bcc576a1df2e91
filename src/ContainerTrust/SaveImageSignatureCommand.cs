using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Engine.Mirroring.Saving;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Commands;

/// <summary>
/// <c>Save-ImageSignature</c>: fetches and verifies signatures, and saves the good ones for the other side of an air gap.
/// </summary>
[Cmdlet(VerbsData.Save, "ImageSignature", DefaultParameterSetName = ImageSet, SupportsShouldProcess = true,
    HelpUri = HelpPage.Directory + "Save-ImageSignature.md")]
[OutputType(typeof(SavedSignatureResult))]
public sealed class SaveImageSignatureCommand : IdentityCmdlet
{
    private const string ImageSet = "Image";
    private const string ReleaseSet = "Release";
    private readonly HashSet<(string Release, string Image, string? Name)> _asked = [];
    private ImageSignatureSaver? _saver;
    private PlatformChoice _platform = PlatformChoice.All;

    /// <summary>Images in registries: <c>registry.example.com/app@sha256:…</c>, <c>registry.example.com/app:v1</c>.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ImageSet, ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true, HelpMessage = "An image in a registry, such as registry.example.com/app@sha256:…")]
    [Alias("Source")]
    [ArgumentCompleter(typeof(ImageCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Image { get; set; }

    /// <summary>Release images of OpenShift or OKD, the signatures of whose components are wanted too.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ReleaseSet,
        HelpMessage = "A release image, such as quay.io/openshift-release-dev/ocp-release@sha256:…")]
    [ArgumentCompleter(typeof(ImageCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Release { get; set; }

    /// <summary>Components of the release, <c>release</c> for the release image itself; all if left out. <c>*</c> and <c>?</c> are
    /// wildcards.</summary>
    [Parameter(ParameterSetName = ReleaseSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    /// <summary>The version whose demands count, such as <c>4.22</c>. The release's own if left out.</summary>
    [Parameter(ParameterSetName = ReleaseSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(OpenShiftVersionCompleter))]
    public string? OpenShiftVersion { get; set; }

    /// <summary>What of a multi-arch image is wanted: <c>all</c>, <c>list</c>, or the instance of a platform.</summary>
    [Parameter(ParameterSetName = ImageSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <summary>A directory for a lookaside store with OpenPGP signatures.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StoreDirectory { get; set; }

    /// <summary>A directory for ConfigMaps of OpenShift with OpenPGP signatures.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ConfigMapDirectory { get; set; }

    /// <summary>A directory for an OCI layout with sigstore signatures.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LayoutDirectory { get; set; }

    /// <summary>PEM public keys of those who sign with sigstore.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? SigstoreKeyPath { get; set; }

    /// <summary>Fetch all again, and replace files that are not as they are written here.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>How many images are worked on at once.</summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 16;

    private protected override int Parallelism => ThrottleLimit;

    private protected override string Activity => "Saving signatures";

    private protected override VerificationOptions Verification =>
        OptionsOf(null, Fingerprint, SignatureStore, SignatureConfigMap);

    private protected override IDisposable? Resource => _saver;

    private protected override void Begin()
    {
        base.Begin();
        RequireKeys(KeyPath ?? SigstoreKeyPath, Fingerprint);
        if (Platform is not null)
            _platform = PlatformChoice.Parse(Platform);
        _saver = new ImageSignatureSaver(Store, new SaveOptions
        {
            StoreDirectory = LocalPathOrNull(StoreDirectory),
            ConfigMapDirectory = LocalPathOrNull(ConfigMapDirectory),
            LayoutDirectory = LocalPathOrNull(LayoutDirectory),
            KeyPaths = LocalPaths(KeyPath),
            SigstoreKeyPaths = LocalPaths(SigstoreKeyPath),
            OpenShiftVersion = OpenShiftVersion,
            Force = Force,
            Verification = Verification,
        }, Messages);
        _saver.RequireUsableKeysAsync(Cancellation).GetAwaiter().GetResult();
    }

    private protected override void Process()
    {
        foreach (string image in Image ?? [])
        {
            if (Attempt(() => RequireOneRegistry(image)) && this.IsWanted(image, "Save verified signatures"))
                Ask("", new SaveItem { Image = ImageName(image), Platform = _platform });
        }

        foreach (string release in Release ?? [])
        {
            SavePlan? plan = null;
            if (!Attempt(() =>
            {
                RequireOneRegistry(release);
                plan = _saver!.PlanAsync(ImageName(release), Cancellation).GetAwaiter().GetResult();
            }))
                continue;
            SaveItem[] chosen = Chosen(plan!.Items, static i => i.Name!, Name, plan.Release);
            SaveItem[] items = [.. chosen.Where(static i => i.IsWanted)];
            if (items.Length == 0 && chosen.Length > 0)
                this.Warn($"OpenShift {plan.Version} asks for no signatures of those images that could be saved in the forms asked for.");
            if (items.Length == 0 || !this.IsWanted(plan.Release,
                $"Save verified signatures of {items.Length} images, those that OpenShift {plan.Version} asks for"))
                continue;
            foreach (SaveItem item in items)
                Ask(plan.Release, item);
        }
    }

    private protected override void Write(VerificationItem item, object result)
    {
        foreach ((SavedSignatureResult answer, TrustException? failure) in (IReadOnlyList<SaveAnswer>)result)
        {
            WriteObject(answer);
            if (failure is not null)
                Report(
                    new TrustException(failure.ErrorId, failure.Kind,
                        $"The signatures of {answer.Image} were not saved: {failure.Message}", failure)
                        { Target = answer.Image, Advice = failure.Advice },
                    answer.Image);
        }
    }

    private void Ask(string release, SaveItem item)
    {
        if (_asked.Add((release, item.Image, item.Name)))
            Start(
                new VerificationItem(item.Image),
                async cancellation => await _saver!.SaveAsync(item, cancellation).ConfigureAwait(false));
    }
}
