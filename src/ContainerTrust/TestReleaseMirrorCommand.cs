using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Engine.Mirroring;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Commands;

/// <summary><c>Test-ReleaseMirror</c>: whether a cluster can be installed and updated from a mirror.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ReleaseMirror", HelpUri = HelpPage.Directory + "Test-ReleaseMirror.md")]
[OutputType(typeof(ReleaseMirrorResult), typeof(bool))]
public sealed class TestReleaseMirrorCommand : SignatureCmdlet
{
    private readonly Dictionary<(string Mirror, string? Version), ReleaseMirrorChecker> _checkers = [];
    private readonly Dictionary<(string Mirror, string? Version, string Release), MirrorPlan> _plans = [];
    private readonly HashSet<(MirrorPlan Plan, MirrorItem Item)> _asked = [];
    private int _answers;
    private bool _isDenied;

    /// <summary>Release images: where they come from, or in the mirror.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true,
        HelpMessage = "A release image, such as quay.io/openshift-release-dev/ocp-release@sha256:…")]
    [ArgumentCompleter(typeof(ImageCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Release { get; set; }

    /// <summary>The mirror: <c>registry.example.com:5000/ocp</c>, as <c>oc-mirror</c> or <c>oc adm release mirror</c> was told.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true,
        HelpMessage = "The mirror, such as registry.example.com:5000/ocp")]
    [ArgumentCompleter(typeof(ImageCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Mirror { get; set; }

    /// <summary>Components to ask for, <c>release</c> for the release image itself; all if left out. <c>*</c> and <c>?</c> are
    /// wildcards.</summary>
    [Parameter(Position = 2, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    /// <summary>The version whose demands count, such as <c>4.22</c>. The release's own if left out.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? OpenShiftVersion { get; set; }

    /// <summary>The repository that has the release image in the mirror, if it is not where the tools put it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ReleaseRepository { get; set; }

    /// <summary>The repository that has the components in the mirror, if it is not where the tools put it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ComponentRepository { get; set; }

    /// <summary>The repository that the release image comes from, where its name does not say.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SourceRepository { get; set; }

    /// <summary>PEM public keys of those who sign with sigstore. Without them signatures only have to exist.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? SigstoreKeyPath { get; set; }

    /// <summary>A signature that exists is enough, also where no key says whether it is good.</summary>
    [Parameter]
    public SwitchParameter SkipSignatureCheck { get; set; }

    /// <summary>How many images are asked for at once.</summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 16;

    /// <summary>Only say yes or no, once: yes if every image was found, with every signature.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>No policy is asked.</summary>
    public override string? PolicyPath { get; set; }

    /// <summary>No registries.d is asked.</summary>
    public override string? RegistriesDirectory { get; set; }

    private protected override int Parallelism => ThrottleLimit;

    private protected override VerificationOptions Verification => OptionsOf(null, null, SignatureStore, SignatureConfigMap);

    private protected override bool MustAnswer => Quiet;

    private protected override IDisposable Resource => new Checkers([.. _checkers.Values]);

    private protected override void Begin()
    {
        base.Begin();
        if (SkipSignatureCheck && (KeyPath is null || SigstoreKeyPath is null))
            this.Warn("Signatures for which there is no key are not verified: that they exist does not make them good.");
    }

    private protected override void Process()
    {
        foreach (string release in Release!)
        {
            MirrorPlan? plan = null;
            ReleaseMirrorChecker? checker = null;
            if (!Attempt(() =>
            {
                RequireOneRegistry($"{Mirror}/mirror");
                checker = Checker();
                plan = Plan(checker, ImageName(release));
            }))
                Deny();
            else
                Ask(checker!, plan!);
        }
    }

    private protected override void Write(VerificationItem item, object result)
    {
        foreach ((ReleaseMirrorResult answer, TrustException? failure) in (IReadOnlyList<MirrorAnswer>)result)
        {
            _answers++;
            _isDenied |= answer.Status != ReleaseMirrorStatus.Complete;
            if (!Quiet)
                WriteObject(answer);
            if (failure is not null)
                Report(
                    new TrustException(failure.ErrorId, failure.Kind,
                        $"Not all could be found out about {answer.Name} in {answer.MirrorImage}: {failure.Message}", failure)
                        { Target = answer.MirrorImage, Advice = failure.Advice },
                    answer.MirrorImage);
        }
    }

    private protected override void Deny() => _isDenied = true;

    private protected override void End()
    {
        base.End();
        if (Quiet)
            WriteObject(_answers > 0 && !_isDenied);
    }

    private void Ask(ReleaseMirrorChecker checker, MirrorPlan plan)
    {
        MirrorItem[] items = Chosen(plan.Items, static i => i.Name, Name, plan.Release);
        foreach (MirrorItem item in items.Where(item => _asked.Add((plan, item))))
        {
            Start(
                new VerificationItem($"{item.Repository.Name}@{item.Digest}"),
                async cancellation => await checker.CheckAsync(plan, item, cancellation).ConfigureAwait(false));
        }
    }

    private ReleaseMirrorChecker Checker()
    {
        if (!_checkers.TryGetValue((Mirror!, OpenShiftVersion), out ReleaseMirrorChecker? checker))
        {
            checker = new ReleaseMirrorChecker(Store, new MirrorOptions
            {
                Mirror = Mirror!,
                ReleaseRepository = ReleaseRepository,
                ComponentRepository = ComponentRepository,
                SourceRepository = SourceRepository,
                OpenShiftVersion = OpenShiftVersion,
                KeyPaths = LocalPaths(KeyPath),
                SigstoreKeyPaths = LocalPaths(SigstoreKeyPath),
                SkipSignatureCheck = SkipSignatureCheck,
                Verification = Verification,
            }, Messages);
            _checkers.Add((Mirror!, OpenShiftVersion), checker);
        }

        return checker;
    }

    private MirrorPlan Plan(ReleaseMirrorChecker checker, string release)
    {
        if (!_plans.TryGetValue((Mirror!, OpenShiftVersion, release), out MirrorPlan? plan))
        {
            plan = checker.PlanAsync(release, Cancellation).GetAwaiter().GetResult();
            _plans.Add((Mirror!, OpenShiftVersion, release), plan);
        }

        return plan;
    }

    private sealed class Checkers(ReleaseMirrorChecker[] all) : IDisposable
    {
        public void Dispose()
        {
            foreach (ReleaseMirrorChecker checker in all)
                checker.Dispose();
        }
    }
}
