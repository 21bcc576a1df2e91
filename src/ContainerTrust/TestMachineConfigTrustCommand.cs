using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Engine.MachineConfig.Rollout;

namespace ContainerTrust.Commands;

/// <summary>
/// <c>Test-MachineConfigTrust</c>: whether the machines of a cluster's pools use the policy that a MachineConfig has. Changes nothing.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "MachineConfigTrust", HelpUri = HelpPage.Directory + "Test-MachineConfigTrust.md")]
[OutputType(typeof(MachineConfigTrustResult), typeof(bool))]
public sealed class TestMachineConfigTrustCommand : EngineCmdlet
{
    private const string Activity = "Waiting for machine config pools";

    private readonly List<MachineConfigTrust> _meant = [];
    private OrderedWork<string, RolloutAnswers>? _work;
    private IReadOnlyList<MachineConfigTrustResult>? _progress;
    private bool _hasProgress;

    /// <summary>
    /// Pools, such as <c>worker</c>. Without it all that select the MachineConfig and, if none was named, all that have machines.
    /// </summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string[]? Role { get; set; }

    /// <summary>
    /// The MachineConfig. Without it that of <see cref="InputObject"/>, else <c>99-zz-ROLE-image-trust</c>, else
    /// <c>51-ROLE-rh-registry-trust</c>.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(MachineConfigCompleter))]
    public string? Name { get; set; }

    /// <summary>
    /// What is meant, from <c>New-MachineConfigTrust</c> or <c>Get-MachineConfigTrust</c>. Without it what the MachineConfig in the
    /// cluster has.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public MachineConfigTrust[]? InputObject { get; set; }

    /// <summary>Nodes whose own files are looked at, by <c>oc debug</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NodeCompleter))]
    public string[]? Node { get; set; }

    /// <summary>The kubeconfig file, instead of the one in force.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Kubeconfig { get; set; }

    /// <summary>The context in the kubeconfig, instead of the current one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ContextCompleter))]
    public string? Context { get; set; }

    /// <summary>The program that asks the cluster, <c>oc</c> or <c>kubectl</c>, instead of the one in <c>PATH</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ClientPath { get; set; }

    /// <summary>Wait until every pool has it, or will not have it as things are.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>How many seconds to wait.</summary>
    [Parameter]
    [ValidateRange(1, 604800)]
    public int TimeoutSec { get; set; } = 1800;

    /// <summary>How many seconds are between two questions to the cluster while it is waited.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int PollSec { get; set; } = 10;

    /// <summary>Return one <c>$true</c> or <c>$false</c> instead of objects.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            _work?.Dispose();
    }

    private protected override void Process() => _meant.AddRange(InputObject ?? []);

    private protected override void End()
    {
        bool hasNothingToCheck = MyInvocation.ExpectingInput && _meant.Count == 0;
        bool isInForce = !hasNothingToCheck && Check();
        if (Quiet)
            WriteObject(isInForce);
    }

    // What cannot be found out is an error record, and no yes.
    private bool Check()
    {
        try
        {
            ClusterOptions options = new()
                { ClientPath = LocalPathOrNull(ClientPath), Kubeconfig = LocalPathOrNull(Kubeconfig), Context = Context };
            _work = new OrderedWork<string, RolloutAnswers>(1, Messages, Cancellation) { Waiting = (_, _) => ShowProgress() };
            RolloutChecker checker = new(ClusterClient.Open(options, _work.Messages), _work.Messages);
            _work.Add("", (_, cancellation) => CheckAsync(checker, cancellation));
            RolloutAnswers? answers = null;
            _work.Deliver((_, task) => answers = task.GetAwaiter().GetResult(), static () => true);
            foreach (TrustException error in answers!.Errors)
                Report(error);
            if (!Quiet)
                WriteObject(answers.Results, enumerateCollection: true);
            return answers.Errors.Count == 0 && answers.Results.Count > 0 && answers.Results.All(static r => r.IsInForce);
        }
        catch (TrustException e)
        {
            Report(e);
            return false;
        }
        finally
        {
            if (_hasProgress && !Cancellation.IsCancellationRequested)
                this.Show(PrintableStreams.Done(Activity));
        }
    }

    private async Task<RolloutAnswers> CheckAsync(RolloutChecker checker, CancellationToken cancellation)
    {
        List<RolloutQuestion> questions = [];
        if (_meant.Count == 0)
            questions.AddRange(await checker.FindQuestionsAsync(Role, Name, null, cancellation).ConfigureAwait(false));
        foreach (MachineConfigTrust meant in _meant)
            questions.AddRange(await checker.FindQuestionsAsync(Role, Name, meant, cancellation).ConfigureAwait(false));
        RolloutWait? wait = !Wait ? null : new RolloutWait
        {
            Timeout = TimeSpan.FromSeconds(TimeoutSec),
            Interval = TimeSpan.FromSeconds(PollSec),
            Progress = results => Volatile.Write(ref _progress, results),
        };
        return await checker.CheckAsync(questions, Node ?? [], wait, cancellation).ConfigureAwait(false);
    }

    // Called from time to time on the pipeline's thread.
    private void ShowProgress()
    {
        if (Interlocked.Exchange(ref _progress, null) is not { Count: > 0 } results)
            return;
        int all = results.Sum(static r => r.MachineCount ?? 0);
        int updated = results.Sum(static r => Math.Min(Pending(r) ?? 0, r.MachineCount ?? 0));
        _hasProgress = true;
        this.Show(PrintableStreams.Progress(Activity, string.Join(", ", results.Select(Describe)), all == 0 ? 0 : 100 * updated / all));
    }

    private static string Describe(MachineConfigTrustResult result) => Pending(result) is { } updated && result.MachineCount is { } all
        ? $"{result.Role}: {updated} of {all} machines updated"
        : $"{result.Role}: {result.Status}";

    // The numbers are about what the machines are to have, which is not ours before it is rendered.
    private static int? Pending(MachineConfigTrustResult result) =>
        result.Status == MachineConfigTrustStatus.NotRendered ? 0 : result.UpdatedMachineCount;
}
