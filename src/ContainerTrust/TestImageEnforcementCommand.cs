using System.Collections;
using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Commands.Fleet;
using ContainerTrust.Commands.Objects;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Registry.Web;
using ContainerTrust.Engine.Rehearsal;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Commands;

/// <summary><c>Test-ImageEnforcement</c>: what would break if a proposed policy were in force.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ImageEnforcement", HelpUri = HelpPage.Directory + "Test-ImageEnforcement.md")]
[OutputType(typeof(ImageEnforcementResult), typeof(ImageTrust), typeof(bool))]
public sealed class TestImageEnforcementCommand : FleetCmdlet
{
    private readonly List<ImageTrust> _entries = [];
    private readonly List<ReadOnlyMemory<byte>> _documents = [];
    private readonly List<string> _images = [];
    private ImageRehearsal? _rehearsal;
    private volatile bool _isDenied;
    private bool _hasPiped;
    private int _answers;
    private readonly System.Collections.Concurrent.ConcurrentBag<string> _unreadHosts = [];

    /// <summary>
    /// The policy to rehearse: a policy.json, a file from <c>Export-ImageTrust</c>, or entries, which are set scope by scope as
    /// <c>Set-ImageTrust</c> sets them. If left out: the policy in force, with <c>reject</c> for its default.
    /// </summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public object[]? Proposed { get; set; }

    /// <summary>A directory of this machine whose files are to take the place of those in registries.d.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ProposedRegistriesDirectory { get; set; }

    /// <summary>
    /// Entries to rehearse; or what names images, of which only those are judged then: names, and objects from the JSON of <c>kubectl get
    /// pods -A</c>, <c>oc get imagestreams -A</c>, <c>crictl ps</c>, <c>crictl images</c>, <c>podman ps</c>.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public object[]? InputObject { get; set; }

    /// <summary>Compose files and files of Kubernetes on the hosts, whose images root pulls.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostPathCompleter))]
    public string[]? WorkloadPath { get; set; }

    /// <summary>Key files of signers that the policies need not name, on this machine. One file for each signer.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? KeyPath { get; set; }

    /// <summary>Show also images that both policies accept.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <summary>
    /// Return entries instead of results: those of the smallest policy that accepts every image that is signed and rejects the rest.
    /// </summary>
    [Parameter]
    public SwitchParameter Suggest { get; set; }

    /// <summary>Return only whether the proposed policy is known to accept every image, and all could be looked at.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>The file with credentials (containers-auth.json(5)) to use instead of those of this machine.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? AuthFile { get; set; }

    /// <summary>A directory with the certificates of the registries, instead of those in this machine's <c>certs.d</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CertificateDirectory { get; set; }

    /// <summary>Talk to registries whose certificate cannot be verified, and to those that have no TLS.</summary>
    [Parameter]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>How many seconds a server may be silent before the request has failed.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = 30;

    /// <summary>How many seconds one image may take, all requests, retries and waits together.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int ImageTimeoutSec { get; set; } = 300;

    /// <summary>How often a request is repeated that failed for a reason that may pass.</summary>
    [Parameter]
    [ValidateRange(0, 20)]
    public int MaximumRetryCount { get; set; } = 3;

    private protected override void Begin()
    {
        base.Begin();
        if ((Quiet || Suggest) && (AsJob || (Quiet && Suggest)))
            throw new TrustException(
                "ParametersNotTogether",
                TrustErrorKind.InvalidArgument,
                "-Quiet, -Suggest and -AsJob each return something else. Specify one of them.");
        if (SkipCertificateCheck)
            this.Warn("Certificates of registries are not checked, so anybody on the way can answer in their place, and read the " +
                "credentials that are sent to them. Signatures are checked all the same.");
    }

    private protected override void Process()
    {
        foreach (object? item in MyInvocation.BoundParameters.ContainsKey(nameof(InputObject)) ? InputObject ?? [null!] : [])
        {
            _hasPiped = true;
            Take(item);
        }
    }

    private protected override void End()
    {
        // This machine's own images are not judged in the place of those that did not come.
        if (!_hasPiped && (MyInvocation.ExpectingInput || MyInvocation.BoundParameters.ContainsKey(nameof(InputObject))))
            throw new TrustException(
                "NothingPiped",
                TrustErrorKind.InvalidArgument,
                "Nothing was piped; perhaps a variable is not set, or a filter lets nothing through. Nothing was judged.");
        _rehearsal = new ImageRehearsal(new RehearsalOptions
        {
            Proposal = Proposal(),
            WorkloadPaths = [.. (WorkloadPath ?? []).Select(p => HostPath(p, nameof(WorkloadPath)))],
            Documents = _documents,
            Images = _images,
            KeyPaths = [.. (KeyPath ?? []).Select(LocalPath)],
            Verification = Verification(),
        });
        try
        {
            base.End();
            if (Suggest)
                WriteSuggestion(_rehearsal.Suggest());
        }
        finally
        {
            // A job goes on with it.
            if (!AsJob)
                _rehearsal.Dispose();
        }

        // One answer for all: of several, PowerShell would take any two for a yes.
        if (Quiet)
            WriteObject(_answers > 0 && !_isDenied);
    }

    private protected override void HostFailed() => _isDenied = true;

    private protected override object? ResultOfFailure(string hostName, TrustException error)
    {
        _unreadHosts.Add(hostName);
        return Quiet || Suggest ? null : new ImageEnforcementResult
        {
            Status = ImageEnforcementStatus.NotChecked,
            ComputerName = hostName,
            Image = "",
            Owner = Array.Empty<string>(),
            Reason = $"The host could not be read: {error.Message}",
            ErrorId = error.ErrorId,
        };
    }

    private protected override void Work(HostContext host)
    {
        foreach (ImageEnforcementResult result in _rehearsal!.Run(host.Store,
            new TrustMessages { Warning = host.Warn, Verbose = host.Say }, host.Cancellation))
        {
            Interlocked.Increment(ref _answers);
            _isDenied |= result.AcceptedThen != true;
            if (!Quiet && !Suggest && (All || result.Status != ImageEnforcementStatus.Unchanged))
                host.Write((object)(result with { Owner = result.Owner.ToArray() }));
        }
    }

    private void WriteSuggestion(SmallestPolicy policy)
    {
        if (_answers == 0)
            throw new TrustException(
                "NothingJudged",
                TrustErrorKind.NotFound,
                "No image was judged, so there is nothing to suggest a policy by. Look at the errors.");
        if (!_unreadHosts.IsEmpty)
            this.Warn("Could not be read, and may name images that have no entry: " +
                $"{string.Join(", ", _unreadHosts.Order(StringComparer.Ordinal))}.");
        foreach (string note in policy.Notes)
            this.Warn(note);
        foreach (ImageTrust entry in policy.Entries)
            WriteObject(entry with { Requirements = entry.Requirements.ToArray(), Keys = entry.Keys.ToArray() });
    }

    private void Take(object? item)
    {
        object? plain = item is PSObject wrapped ? wrapped.BaseObject : item;
        switch (plain)
        {
            case string text when text.TrimStart() is ['{' or '[', ..]:
                _documents.Add(System.Text.Encoding.UTF8.GetBytes(text));
                break;
            case string text:
                _images.Add(text);
                break;
            case ImageSignatureResult verdict:
                _images.Add(verdict.Image);
                break;
            case ImageEnforcementResult { Image.Length: > 0 } result:
                _images.Add(result.Image);
                break;
            case IDictionary or PSCustomObject when !IsEntry(item!):
                _documents.Add(JsonText.Of(item!));
                break;
            case null:
                throw new TrustException(
                    "InvalidInputObject",
                    TrustErrorKind.InvalidArgument,
                    "Nothing was piped in the place of an image. Nothing was judged.");
            default:
                _entries.AddRange(TrustItems.Of(item, LocalPath).Entries);
                break;
        }
    }

    // An entry from another session is a bag of properties too.
    private static bool IsEntry(object item) => PSObject.AsPSObject(item).TypeNames.Any(static n =>
        n.EndsWith("ContainerTrust.ImageTrust", StringComparison.Ordinal));

    private Proposal Proposal()
    {
        Proposal? proposal = null;
        foreach (object item in Proposed ?? [])
        {
            object plain = item is PSObject wrapped ? wrapped.BaseObject : item;
            string? path = plain as string ?? (plain as FileSystemInfo)?.FullName;
            if (path is null)
                _entries.AddRange(TrustItems.Of(item, LocalPath).Entries);
            else if (proposal is null)
                proposal = Engine.Rehearsal.Proposal.Read(LocalPath(path));
            else
                throw Several();
        }

        if (_entries.Count > 0)
            proposal = proposal is null ? Engine.Rehearsal.Proposal.RejectByDefault with { Entries = _entries } : throw Several();
        proposal ??= Engine.Rehearsal.Proposal.RejectByDefault;
        return ProposedRegistriesDirectory is null ? proposal : proposal.WithRegistries(LocalPath(ProposedRegistriesDirectory));
    }

    private static TrustException Several() => new("SeveralProposals", TrustErrorKind.InvalidArgument,
        "Two policies are proposed, and one is rehearsed at a time. Specify one file, or entries and no file.");

    private VerificationOptions Verification() => new()
    {
        ImageTimeout = TimeSpan.FromSeconds(ImageTimeoutSec),

        // The registries are asked from here, with this machine's credentials and certificates, whose ever the images are.
        ClientHost = LocalHost.Instance,
        Web = new WebOptions
        {
            Timeout = TimeSpan.FromSeconds(TimeoutSec),
            Retries = MaximumRetryCount,
            AuthFile = LocalPathOrNull(AuthFile),
            CertificateDirectory = LocalPathOrNull(CertificateDirectory),

            // That a file of a host calls a registry insecure does not send this machine's credentials over the open wire.
            VerifyTls = SkipCertificateCheck ? false : IsElsewhere ? true : null,
        },
    };
}
