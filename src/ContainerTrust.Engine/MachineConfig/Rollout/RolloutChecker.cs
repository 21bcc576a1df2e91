using System.Diagnostics;
using System.Text.Json;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Hosts;
using static ContainerTrust.MachineConfigTrustStatus;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>
/// Finds out from a cluster whether the machines of its pools use the policies that MachineConfigs have. Changes nothing there.
/// </summary>
public sealed class RolloutChecker
{
    private const int NodesAtOnce = 4;

    private readonly ClusterClient _client;
    private readonly ClusterObjects _objects;
    private readonly SurroundingsReader _surroundings;
    private readonly NodeFiles _nodeFiles;
    private readonly TrustMessages _messages;

    /// <summary>A checker for a cluster.</summary>
    /// <param name="client">How the cluster is asked.</param>
    /// <param name="messages">Where words for the user go, on any thread.</param>
    public RolloutChecker(ClusterClient client, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(messages);
        _client = client;
        _objects = new ClusterObjects(client);
        _surroundings = new SurroundingsReader(client);
        _nodeFiles = new NodeFiles(client);
        _messages = messages;
    }

    /// <summary>Finds out which pools are meant, and which MachineConfig for each.</summary>
    /// <param name="roles">The pools. Null: those that select the MachineConfig.</param>
    /// <param name="name">
    /// The MachineConfig. Null: that of <paramref name="meant"/>; else for each pool <c>99-zz-ROLE-image-trust</c>, which is merged with
    /// the operator's policy, else <c>51-ROLE-rh-registry-trust</c>, or that of the workers where a custom pool has none of its own and
    /// selects theirs.
    /// </param>
    /// <param name="meant">What the MachineConfig is meant to have. Null: what it has in the cluster.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>
    /// A question a pool. Without roles all pools that have machines are asked, even if there is no MachineConfig for them.
    /// </returns>
    /// <exception cref="TrustException">The cluster does not answer, or a name is not possible.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public async Task<IReadOnlyList<RolloutQuestion>> FindQuestionsAsync(IReadOnlyList<string>? roles, string? name,
        MachineConfigTrust? meant, CancellationToken cancellationToken)
    {
        foreach (string role in roles ?? [])
            ClusterObjects.RequireName(role);
        name ??= meant?.Name;
        if (name is not null)
            return await FindByNameAsync(roles, name, meant, cancellationToken).ConfigureAwait(false);

        IReadOnlyList<PoolDocument> pools = await _objects.PoolsAsync(cancellationToken).ConfigureAwait(false);
        string[] wanted = [.. roles ?? [.. RolloutQuestion.BuiltInRoles.Where(r => pools.Count == 0 || pools.Any(p => p.Name == r)),
            .. pools.Select(static p => p.Name).Where(static n => !RolloutQuestion.BuiltInRoles.Contains(n))]];
        IReadOnlyList<ConfigDocument> configs = await _objects
            .ConfigsAsync([.. wanted.Append("worker").SelectMany(RolloutQuestion.UsualNames).Distinct()], cancellationToken)
            .ConfigureAwait(false);
        List<RolloutQuestion> questions = [];
        List<RolloutQuestion> empty = [];
        foreach (string role in wanted.Distinct(StringComparer.Ordinal))
        {
            string? own = RolloutQuestion.UsualNames(role).FirstOrDefault(n => configs.Any(c => c.Name == n));
            string? inherited = own is not null || pools.FirstOrDefault(p => p.Name == role)?.Selector is not { } selector ? null
                : RolloutQuestion.UsualNames("worker").FirstOrDefault(n => configs.Any(c => c.Name == n && selector.Selects(c.Labels)));

            // A pool that has machines and takes none of them is a place where nothing is in force. One without machines is none: the
            // workers' of a cluster that runs everything on its control plane.
            bool hasMachines = pools.FirstOrDefault(p => p.Name == role)?.Machines != 0;
            bool isAsked = own is not null || inherited is not null || hasMachines || roles is not null;
            (isAsked ? questions : empty).Add(new RolloutQuestion(role, own ?? inherited ?? RolloutQuestion.DefaultName(role), meant));
        }

        if (questions.Count == 0)
            return empty;
        foreach (RolloutQuestion left in empty)
            _messages.Warning($"The pool {left.Role} has no machines and no MachineConfig {left.ConfigName}, so it is left out. Machines " +
                $"that it gets will not use the policy. Make one for it, too, and specify {TrustOption.PoolRole.With(left.Role)} to ask " +
                "about it.");
        return questions;
    }

    /// <summary>Finds out how it is.</summary>
    /// <param name="questions">What is asked.</param>
    /// <param name="nodes">Nodes whose own files are to be looked at (<c>oc debug</c>).</param>
    /// <param name="wait">How long to wait until every pool has it, or can never have it as things are. Null: not at all.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The results.</returns>
    /// <exception cref="TrustException">The cluster does not answer, or a name is not possible.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public async Task<RolloutAnswers> CheckAsync(IReadOnlyList<RolloutQuestion> questions, IReadOnlyList<string> nodes, RolloutWait? wait,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(questions);
        ArgumentNullException.ThrowIfNull(nodes);
        foreach (string name in questions.SelectMany(static q => new[] { q.Role, q.ConfigName }).Concat(nodes))
            ClusterObjects.RequireName(name);
        if (nodes.Count > 0 && !_client.IsOpenShiftClient)
            throw new TrustException(
                "OpenShiftClientRequired",
                TrustErrorKind.NotSupported,
                $"Looking into nodes needs oc, and {_client.ClientName} is what there is. Install the OpenShift client, " +
                $"or leave out {TrustOption.Node}.");

        Answer[] answers = [.. questions.Select(static q => new Answer(q))];
        await FirstRoundAsync(answers, cancellationToken).ConfigureAwait(false);
        if (wait is not null && await WaitAsync(answers, wait, cancellationToken).ConfigureAwait(false))
            Look(answers, await _surroundings.ReadAsync(cancellationToken).ConfigureAwait(false));
        List<TrustException> errors = [];
        if (nodes.Count > 0)
            await LookIntoNodesAsync(answers, nodes, errors, cancellationToken).ConfigureAwait(false);
        return new RolloutAnswers([.. answers.Select(static a => a.Result!)], errors);
    }

    // What time alone does not change.
    private static bool IsFinal(MachineConfigTrustResult result) => result.Status is not (Updating or NotRendered or Unknown);

    private async Task<IReadOnlyList<RolloutQuestion>> FindByNameAsync(IReadOnlyList<string>? roles, string name, MachineConfigTrust? meant,
        CancellationToken cancellationToken)
    {
        ClusterObjects.RequireName(name);
        if (roles is null)
        {
            IReadOnlyList<PoolDocument> pools = await _objects.PoolsAsync(cancellationToken).ConfigureAwait(false);
            ConfigDocument? config = (await _objects.ConfigsAsync([name], cancellationToken).ConfigureAwait(false))
                .FirstOrDefault(c => c.Name == name);

            // The pools that are meant, and those that take it as it is in the cluster.
            IReadOnlyDictionary<string, string>[] labels =
                [.. new[] { config?.Labels, meant?.Labels }.OfType<IReadOnlyDictionary<string, string>>()];
            roles = [.. pools.Where(p => labels.Any(l => p.Selector?.Selects(l) == true)).Select(static p => p.Name)];
            if (roles.Count == 0)
                roles = [meant?.Role ?? config?.Role ?? "worker"];
        }

        return [.. roles.Distinct(StringComparer.Ordinal).Select(role => new RolloutQuestion(role, name, meant))];
    }

    // What the pools are asked does not wait for what surrounds them.
    private async Task FirstRoundAsync(IReadOnlyList<Answer> answers, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<ClusterSurroundings> around = _surroundings.ReadAsync(end.Token);
        try
        {
            await RoundAsync(answers, around, end.Token).ConfigureAwait(false);
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await ((Task)around).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Long after the first look, what surrounds the pools may be another.
    private static void Look(IEnumerable<Answer> answers, ClusterSurroundings around)
    {
        foreach (Answer answer in answers)
        {
            bool isTimedOut = answer.Result!.TimedOut;
            string[] last = isTimedOut ? [answer.Result.Reasons[^1]] : [];
            answer.Judge(around);
            answer.Result = answer.Result with { TimedOut = isTimedOut, Reasons = [.. answer.Result.Reasons, .. last] };
        }
    }

    private async Task RoundAsync(IReadOnlyList<Answer> answers, Task<ClusterSurroundings> around, CancellationToken cancellationToken)
    {
        List<Answer> changed = [];
        IReadOnlyList<PoolDocument> pools = await _objects.PoolsAsync(cancellationToken).ConfigureAwait(false);
        foreach (Answer answer in answers)
        {
            PoolDocument? pool = pools.FirstOrDefault(p => p.Name == answer.Question.Role);
            if (answer.IsCurrent(pool))
                continue;
            answer.State = await StateAsync(answer.Question, pool, cancellationToken).ConfigureAwait(false);
            answer.Pools = pools;
            changed.Add(answer);
        }

        foreach (Answer answer in changed)
        {
            answer.Judge(await around.ConfigureAwait(false));
            _messages.Verbose($"{answer.Result}: {string.Join(' ', answer.Result!.Reasons)}");
        }
    }

    private async Task<RolloutState> StateAsync(RolloutQuestion question, PoolDocument? pool, CancellationToken cancellationToken)
    {
        IReadOnlyList<ConfigDocument> selected = pool?.Selector is { } selector ? await _objects.ConfigsAsync(selector, cancellationToken)
            .ConfigureAwait(false) : [];
        string[] others = [.. new[] { question.ConfigName, pool?.Target }.OfType<string>()
            .Where(n => selected.All(c => c.Name != n)).Distinct()];
        return new RolloutState(question.Role, pool,
            [.. selected, .. await _objects.ConfigsAsync(others, cancellationToken).ConfigureAwait(false)])
            { Cluster = _client.ClusterName, Context = _client.Context, Kubeconfig = _client.Kubeconfig };
    }

    // True if it was asked again.
    private async Task<bool> WaitAsync(Answer[] answers, RolloutWait wait, CancellationToken cancellationToken)
    {
        if (answers.Length == 0)
            return false;
        Task<ClusterSurroundings> around = Task.FromResult(answers[0].State!.Surroundings!);
        bool isAgain = false;
        var watch = Stopwatch.StartNew();
        bool isOfOneTime = true;
        bool hasFailed = false;
        while (true)
        {
            wait.Progress?.Invoke([.. answers.Select(static a => a.Result!)]);
            Answer[] open = [.. answers.Where(static a => !IsFinal(a.Result!))];
            TimeSpan left = wait.Timeout - watch.Elapsed;
            bool isSettled = open.Length == 0;
            if (isSettled && isOfOneTime)
                return isAgain;
            if (isSettled)
            {
                // What was settled first may have changed while the others were waited for.
                open = answers;
            }
            else if (left <= TimeSpan.Zero)
            {
                foreach (Answer answer in open)
                    answer.Result = answer.Result! with { TimedOut = true,
                        Reasons = [.. answer.Result.Reasons, $"It was waited for {wait.Timeout.TotalSeconds:0} s."] };
                return isAgain;
            }

            if (!isSettled || hasFailed)
                await Task.Delay(left < TimeSpan.Zero ? TimeSpan.Zero : left < wait.Interval ? left : wait.Interval, cancellationToken)
                    .ConfigureAwait(false);
            try
            {
                hasFailed = false;
                await RoundAsync(open, around, cancellationToken).ConfigureAwait(false);
                isAgain = true;
                isOfOneTime = open.Length == answers.Length;
            }
            catch (TrustException e) when (e.ErrorId is "ClusterUnreachable" or "ClusterTimeout" && watch.Elapsed < wait.Timeout)
            {
                // An API server is away while its own machine is updated.
                hasFailed = true;
                isOfOneTime = false;
                _messages.Verbose($"{e.Message} It is asked again.");
            }
        }
    }

    private async Task LookIntoNodesAsync(Answer[] answers, IReadOnlyList<string> nodes, List<TrustException> errors,
        CancellationToken cancellationToken)
    {
        using var places = new SemaphoreSlim(NodesAtOnce);
        (string Node, IReadOnlyList<Answer> Concerned, IReadOnlyList<MachineConfigTrustNode>? Results, TrustException? Error)[] looks =
            await Task.WhenAll(nodes.Distinct(StringComparer.Ordinal).Select(async node =>
        {
            await places.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await LookAsync(answers, node, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                places.Release();
            }
        })).ConfigureAwait(false);

        foreach ((string node, IReadOnlyList<Answer> concerned, IReadOnlyList<MachineConfigTrustNode>? results,
            TrustException? error) in looks)
        {
            if (error is not null)
                errors.Add(error);
            for (int i = 0; i < concerned.Count; i++)
                concerned[i].Result = With(
                    concerned[i].Result!,
                    results?[i] ?? new MachineConfigTrustNode { Name = node, IsAsMeant = false, Reasons = [error!.Message] },
                    error is null ? NotAsMeant : Unknown);
        }
    }

    private static MachineConfigTrustResult With(MachineConfigTrustResult result, MachineConfigTrustNode node,
        MachineConfigTrustStatus status)
    {
        string[] reasons = node.IsAsMeant ? [] : [$"Node {node.Name}: {string.Join(' ', node.Reasons)}"];
        bool isWeightier = !node.IsAsMeant
            && (result.Status is RolledOut || (status == NotAsMeant && result.Status is StoreMissing or Unknown));
        return result with
        {
            Status = isWeightier ? status : result.Status,
            Reasons = isWeightier ? [.. reasons, .. result.Reasons] : [.. result.Reasons, .. reasons],
            Nodes = [.. result.Nodes, node],
        };
    }

    private async Task<(string Node, IReadOnlyList<Answer> Concerned, IReadOnlyList<MachineConfigTrustNode>? Results,
        TrustException? Error)> LookAsync(Answer[] answers, string node, CancellationToken cancellationToken)
    {
        Answer[] concerned = answers;
        try
        {
            IReadOnlyList<JsonElement> objects = await _client.GetObjectsAsync(["nodes", node], cancellationToken).ConfigureAwait(false);
            JsonElement? metadata = objects.Count == 1 ? objects[0].Member("metadata") : null;
            string? pool = NodePools.PoolOf(
                answers.SelectMany(static a => a.Pools).DistinctBy(static p => p.Name),
                metadata.Member("labels").Texts());
            Answer[] ofPool = [.. answers.Where(a => a.Question.Role == pool)];
            if (ofPool.Length == 0)
                throw new TrustException(
                    "NodeNotInPool",
                    TrustErrorKind.InvalidArgument,
                    $"The node {node} is {(pool is null ? "in no pool" : $"in the pool {pool}")}, " +
                    $"which is not one of those asked about: {string.Join(", ", answers.Select(static a => a.Question.Role))}. " +
                    $"Name its pool with {TrustOption.PoolRole}.")
                {
                    Target = node,
                };
            concerned = ofPool;
            MeantFiles[] meant = [.. ofPool.Select(Meant)];
            Dictionary<string, string> annotations = metadata.Member("annotations").Texts();
            string? current = annotations.GetValueOrDefault("machineconfiguration.openshift.io/currentConfig");
            DocumentHost host = await _nodeFiles
                .ReadAsync(node, [.. meant.SelectMany(static m => m.Others.Keys.Union(m.KeyPaths)).Distinct(StringComparer.Ordinal)],
                cancellationToken).ConfigureAwait(false);
            return (node, concerned, [.. ofPool.Zip(meant, (a, m) => ToNode(node, current, a, NodeJudge.Judge(host, m)))], null);
        }
        catch (TrustException e)
        {
            return (node, concerned, null, e);
        }
    }

    private static MachineConfigTrustNode ToNode(string node, string? current, Answer answer, IReadOnlyList<string> differences)
    {
        string? target = answer.State!.Pool?.Target;
        string[] reasons = current is not null && current == target
            ? [.. differences]
            : [$"It uses {Printable.Of(current ?? "no rendered config", Printable.NameLength)}, not {target ?? "one that the pool names"}.",
                .. differences];
        return new MachineConfigTrustNode { Name = node, IsAsMeant = reasons.Length == 0, Reasons = reasons };
    }

    private static MeantFiles Meant(Answer answer) =>
        answer.Question.Meant is { } meant ? MeantFiles.Of(meant)
        : answer.State!.Find(answer.Question.ConfigName) is { } config ? MeantFiles.Of(config)
        : throw new TrustException(
            "MachineConfigNotFound",
            TrustErrorKind.NotFound,
            $"There is no MachineConfig {answer.Question.ConfigName} to compare nodes with.")
        {
            Target = answer.Question.ConfigName,
        };

    // The latest that is known for a question.
    private sealed class Answer(RolloutQuestion question)
    {
        public RolloutQuestion Question { get; } = question;

        public IReadOnlyList<PoolDocument> Pools { get; set; } = [];

        public RolloutState? State { get; set; }

        public MachineConfigTrustResult? Result { get; set; }

        // What is newest of the surroundings counts.
        public void Judge(ClusterSurroundings around)
        {
            State = State! with
            {
                Surroundings = around,
                Stream = PoolStreams.Of(Question.Role, Pools, around.DefaultStream.Value, around.Version.Value),
            };
            Result = RolloutJudge.Judge(State, Question.ConfigName, Question.Meant);
        }

        // Whatever happens on the way to the nodes, the pool is changed by it.
        public bool IsCurrent(PoolDocument? pool) =>
            Result?.Status == Updating && pool?.ResourceVersion is { } version && version == State!.Pool?.ResourceVersion;
    }
}
