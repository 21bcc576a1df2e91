using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Commands.Fleet;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Rotation;
using ContainerTrust.Engine.Trust.Travel;

namespace ContainerTrust.Commands;

/// <summary>
/// <c>Update-ImageTrustKey</c>: exchanges a key for another over hosts, in two steps with an overlap. What is done already is not done
/// again, so that a call can be repeated until all hosts are there.
/// </summary>
[Cmdlet(VerbsData.Update, "ImageTrustKey", DefaultParameterSetName = StepSet, SupportsShouldProcess = true,
    HelpUri = HelpPage.Directory + "Update-ImageTrustKey.md")]
[OutputType(typeof(KeyRotationState))]
public sealed class UpdateImageTrustKeyCommand : FleetCmdlet
{
    private const string StepSet = "Step";
    private const string StatusSet = "Status";

    private KeyRotationRequest _request = null!;

    /// <summary>The scopes, exactly as they are in the policy. If left out, all that have the old key.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RegistryCompleter))]
    public string[]? Registry { get; set; }

    /// <summary>The transport that the scopes belong to.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [TransportName]
    [ArgumentCompleter(typeof(TransportCompleter))]
    public string Transport { get; set; } = "docker";

    /// <summary>The policy's default.</summary>
    [Parameter]
    public SwitchParameter Default { get; set; }

    /// <summary>Files of this machine with the keys that are exchanged.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? OldKeyPath { get; set; }

    /// <summary>The fingerprints of the keys that are exchanged.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(FingerprintCompleter))]
    public string[]? OldFingerprint { get; set; }

    /// <summary>The file of this machine with the new key.</summary>
    [Parameter(Mandatory = true, HelpMessage = "The file of this machine with the new key")]
    [ValidateNotNullOrEmpty]
    public string? KeyPath { get; set; }

    /// <summary>
    /// The directory of the host that the new key's file is put in, <c>/etc/pki/containers</c> if left out. A policy that holds keys
    /// itself gets the new one too.
    /// </summary>
    [Parameter(ParameterSetName = StepSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostPathCompleter))]
    public string? KeyDirectory { get; set; }

    /// <summary><c>Add</c>: accept signatures by either key. <c>Finish</c>: accept those by the new one alone.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StepSet, HelpMessage = "Add the new key, or Finish by taking the old one away")]
    [ValidateSet("Add", "Finish")]
    public string? Step { get; set; }

    /// <summary>Change nothing, and show how far each scope of each host is.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StatusSet)]
    public SwitchParameter Status { get; set; }

    /// <summary>
    /// Take keys that cannot sign now, and a signature by the new key alone where signatures by different keys were demanded.
    /// </summary>
    [Parameter(ParameterSetName = StepSet)]
    public SwitchParameter Force { get; set; }

    private protected override bool Changes => ParameterSetName == StepSet;

    private readonly List<string> _registries = [];

    private protected override IReadOnlyList<string> FilesNeeded =>
        [$"{(KeyDirectory ?? KeyCopy.Directory).TrimEnd('/')}/{System.IO.Path.GetFileName(KeyPath)}"];

    private protected override void Begin()
    {
        base.Begin();
        RotationKey[] old = [.. (OldKeyPath ?? []).Select(path => RotationKey.Read(LocalPath(path)))];
        _request = new KeyRotationRequest
        {
            Transport = Transport,
            IsDefault = Default,
            OldKeys = old,
            OldFingerprints =
            [
                .. old.SelectMany(static k => k.Fingerprints),
                .. (OldFingerprint ?? []).Select(RotationKey.Fingerprint),
            ],
            NewKey = RotationKey.Read(LocalPath(KeyPath!)),
            KeyDirectory = HostPath(KeyDirectory, nameof(KeyDirectory)),
            Force = Force,
        };
        _request.RequirePossible();
    }

    private protected override void Process()
    {
        foreach (string name in Registry ?? [])
            _registries.Add(name);
    }

    private protected override void End()
    {
        // Scopes that come by the pipeline, and none did: not all are meant then.
        if (_registries.Count == 0 && !Default && MyInvocation.ExpectingInput)
            return;
        _request = _request with { Registries = [.. _registries.Distinct(StringComparer.Ordinal)] };
        base.End();
    }

    private protected override object? ResultOfFailure(string hostName, TrustException error) => new KeyRotationState
    {
        ComputerName = hostName,
        Step = KeyRotationStep.NotChecked,
        ErrorId = error.ErrorId,
        Reason = error.Message,
    };

    private protected override void Work(HostContext host)
    {
        KeyRotation rotation = new(host.Store, _request);
        IReadOnlyList<RotationScope> scopes = Status ? rotation.Find()
            : rotation.Plan(IsFinish ? KeyRotationStep.NewOnly : KeyRotationStep.Both);
        foreach (TrustException error in scopes.Select(static s => s.Error).OfType<TrustException>())
            host.Report(error);
        TrustChange[] changes = [.. scopes.Select(static s => s.Change).OfType<TrustChange>()];
        if (changes.Length > 0)
            Change(host, rotation, scopes, changes);
        else
            Show(host, scopes.Select(static s => s.State));
        if (!Status && IsFinish && rotation.FindOldElsewhere() is { } elsewhere)
            host.Warn(elsewhere);
    }

    private bool IsFinish => "Finish".Equals(Step, StringComparison.OrdinalIgnoreCase);

    // What is not plain is a warning too: a host among many is not looked at one by one.
    private static void Show(HostContext host, IEnumerable<KeyRotationState> states)
    {
        foreach (KeyRotationState state in states)
        {
            if (state is { Step: KeyRotationStep.NewOnly, ErrorId: "OldKeyNotFound", Reason: { } reason })
                host.Warn($"{state.Scope} on {host.HostName}: {reason}");
            host.Write(state);
        }
    }

    private void Change(HostContext host, KeyRotation rotation, IReadOnlyList<RotationScope> scopes, TrustChange[] changes)
    {
        Dictionary<TrustChange, TrustException> failed = new(ReferenceEqualityComparer.Instance);
        TrustChange[] done = Make(host, changes, failed);
        Show(host, rotation.StatesAfter(scopes, done, failed));
    }

    // What was changed; what is not possible is an error, and the rest gets its turn.
    private TrustChange[] Make(HostContext host, TrustChange[] changes, Dictionary<TrustChange, TrustException> failed)
    {
        TrustChange[] approved = [];
        try
        {
            PreparedChanges prepared = host.Store.Prepare(changes, inPart: true, host.Cancellation);
            foreach (RefusedChange refused in prepared.Refused)
            {
                failed[refused.Change] = refused.Error;
                host.Report(refused.Error);
            }

            string what = IsFinish ? "Accept signatures by the old key no more" : "Accept signatures by the new key too";
            approved = [.. prepared.Changes.Where(c =>
                host.ShouldProcess($"{c} in {host.Store.Locations.PolicyPath} of {host.HostName}", Describe(c, what)))];
            if (approved.Length > 0)
                host.Store.ApplyPrepared(prepared, approved, new TrustEditOptions(), host.Cancellation);

            // Also where it is only asked what would be done.
            foreach (string warning in prepared.Result.Warnings.Where(_ => approved.Length == 0))
                host.Warn(warning);
            return approved;
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            foreach (TrustChange change in approved.Length > 0 ? approved : changes)
                failed.TryAdd(change, e);
            host.Report(e);
            return [];
        }
    }

    private static string Describe(TrustChange change, string what) => change.Copies.Count == 0 ? what
        : $"{what}, key files {string.Join(", ", change.Copies.Select(static c => PrintableText.Line(c.Path)))}";
}
