using ContainerTrust.Engine.Compliance.Proof;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Compliance;

/// <summary>One audit under way: what was read of the host, and what was found.</summary>
internal sealed class Audit
{
    // No image's name is longer; a policy may hold any text.
    private const int LongestName = 4096;

    private readonly HashSet<string> _excluded;
    private readonly List<ImageTrustFinding> _findings = [];
    private readonly List<FixProposal> _proposals = [];

    public Audit(TrustStore store, ComplianceOptions options, CancellationToken cancellationToken)
    {
        Store = store;
        Options = options;
        Cancellation = cancellationToken;
        Fix = new Fixes(store.Target, store.Host.ResolvePath);
        _excluded = new HashSet<string>(options.ExcludedRules, StringComparer.Ordinal);
    }

    public TrustStore Store { get; }

    public ITrustHost Host => Store.Host;

    public ComplianceOptions Options { get; }

    public CancellationToken Cancellation { get; }

    public Fixes Fix { get; }

    public IReadOnlyList<ImageTrustFinding> Findings => _findings;

    /// <summary>What fixes them, by their place.</summary>
    public Dictionary<int, Advice> Proven { get; } = [];

    /// <summary>What may fix them, not yet proven.</summary>
    public IReadOnlyList<FixProposal> Proposals => _proposals;

    /// <summary>Whether the policy is a service's, whatever its path: only root may decide then.</summary>
    public bool IsOfSystem { get; init; }

    /// <summary>The policy file. Null until it is read, or if there is none.</summary>
    public HostFile? PolicyFile { get; set; }

    /// <summary>The policy. Null if it is missing or refused.</summary>
    public PolicyDocument? Policy
    {
        get => field;
        set
        {
            field = value;
            Entries = value is null ? [] : [.. EntriesOf(value)];
        }
    }

    /// <summary>The policy's entries, in the order of the file, the default first.</summary>
    public IReadOnlyList<PolicyEntry> Entries { get; private set; } = [];

    /// <summary>registries.d. Null if it is refused or could not be read.</summary>
    public LookasideConfiguration? Lookaside { get; set; }

    /// <summary>When the first of the keys and certificates ends that have not ended yet. Null if none is known to.</summary>
    public DateTimeOffset? NextKeyExpiry { get; private set; }

    /// <summary>Rules that could not be checked because of what another finding says.</summary>
    public HashSet<string> Undone { get; } = new(StringComparer.Ordinal);

    public void NotDone(params ReadOnlySpan<string> rules)
    {
        foreach (string rule in rules)
            Undone.Add(rule);
    }

    /// <summary>Takes in when a key or certificate ends that has not ended yet.</summary>
    public void KeyEnds(DateTimeOffset time)
    {
        if (NextKeyExpiry is not { } next || time < next)
            NextKeyExpiry = time;
    }

    public bool IsExcluded(string rule) => _excluded.Contains(rule);

    /// <summary>Takes a finding in, unless its rule is left out.</summary>
    public void Add(string rule, string message, string? path = null, string? scope = null, ImageTrustSeverity? severity = null)
    {
        if (IsExcluded(rule))
            return;
        _findings.Add(new ImageTrustFinding
        {
            ComputerName = Store.Host.ComputerName,
            RuleId = rule,
            Severity = severity ?? ComplianceRules.Find(rule)!.Severity,
            Message = message,
            Path = path,
            Scope = scope,
        });
    }

    /// <summary>
    /// Says what may fix the finding that was taken in last, if it was. Shown is what is proven (<see cref="FixProof"/>).
    /// </summary>
    /// <param name="rule">The finding's rule.</param>
    /// <param name="fixes">What may fix it, best first.</param>
    /// <param name="entry">The entry of the policy that it is about. Null for files.</param>
    /// <param name="otherwise">What somebody has to decide if nothing is proven.</param>
    /// <param name="source">For mirrors: the scope whose images come from there.</param>
    /// <param name="beside">What is said beside a proven fix. Null if it says all.</param>
    public void Propose(
        string rule, ReadOnlySpan<Advice?> fixes, PolicyEntry? entry, string? otherwise, string? source = null, string? beside = null)
    {
        if (IsExcluded(rule))
            return;
        Advice[] possible = [.. fixes.ToArray().OfType<Advice>()];
        if (possible.Length > 0 || otherwise is not null)
            _proposals.Add(new FixProposal(_findings.Count - 1, possible)
                { Entry = entry, Otherwise = otherwise, Source = source, Beside = beside });
    }

    /// <summary>Completes a finding by its fix and what is said beside it, or by what has to be decided.</summary>
    public void Complete(int finding, Advice? fix, string? otherwise)
    {
        ImageTrustFinding found = _findings[finding];
        if (fix is not null)
        {
            Proven[finding] = fix;
            _findings[finding] = found = found with { Fix = AdviceLanguage.Current.Command(fix) };
        }

        if (otherwise is not null)
            _findings[finding] = found with { Message = $"{found.Message} {otherwise}" };
    }

    /// <summary>A key file on the host, read once. What cannot be read is in the answer, too.</summary>
    public KeyMaterialFiles.Loaded Load(string path) => Store.KeyMaterials.Load(path);

    /// <summary>The entry that governs every image below a name, as a scope of transport <c>docker</c>.</summary>
    /// <param name="name"><c>host[:port][/path]</c>.</param>
    public PolicyEntry GoverningDocker(string name)
    {
        PolicyTransport? docker = Policy!.FindTransport("docker");
        foreach (string scope in docker is null ? [] : name.Length > LongestName ? [""] : LookasideChain.Of(name).Append(""))
        {
            if (docker!.Find(scope) is { } requirements)
                return new PolicyEntry("docker", scope, false, requirements);
        }

        return Entries[0];
    }

    private static IEnumerable<PolicyEntry> EntriesOf(PolicyDocument policy)
    {
        yield return new PolicyEntry("all", "default", true, policy.Default);
        foreach (PolicyTransport transport in policy.Transports)
        {
            foreach (PolicyScope scope in transport.Scopes)
                yield return new PolicyEntry(transport.Name, scope.Name, false, scope.Requirements);
        }
    }
}
