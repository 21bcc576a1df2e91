using static ContainerTrust.MachineConfigTrustStatus;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>
/// What a pool's own fields say: whether all its machines have the rendered config that they are to have. Whatever is missing or new is
/// not a yes.
/// </summary>
internal static class PoolJudge
{
    // Every pool that the operator has looked at has these.
    private static readonly string[] Required = ["Updated", "Updating", "Degraded", "NodeDegraded", "RenderDegraded"];

    public static void Judge(PoolDocument pool, string configName, Findings findings)
    {
        if (pool.IsDeleting)
            findings.Add(Missing, $"The pool {Name(pool)} is being deleted.");
        JudgeConditions(pool, findings);
        JudgeGeneration(pool, findings);
        JudgeConfigurations(pool, configName, findings);
        JudgeMachines(pool, findings);
        if (pool.IsPaused is null)
            findings.Add(Unknown, $"It cannot be told whether the pool {Name(pool)} is paused.");
        else if (pool.IsPaused.Value)
            JudgePause(pool, findings);
    }

    private static void JudgePause(PoolDocument pool, Findings findings)
    {
        if (findings.Has(Updating) || findings.Has(NotRendered))
            findings.Add(Paused, $"The pool {Name(pool)} is paused, so its machines do not take " +
                $"{Shown(pool.Target ?? "a new rendered config")}. Unpause it: oc patch machineconfigpool/{Name(pool)}" +
                " --type merge --patch '{\"spec\":{\"paused\":false}}'");
        else
            findings.Note($"The pool {Name(pool)} is paused: later changes will not reach its machines.");
    }

    private static void JudgeConditions(PoolDocument pool, Findings findings)
    {
        foreach (string type in Required)
        {
            if (pool.Conditions.All(c => c.Type != type))
                findings.Add(Unknown, $"The pool {Name(pool)} does not say whether it is {type}.");
        }

        // The general condition often has no words of its own.
        bool hasDetails = pool.Conditions.Any(static c => c is { Status: "True", Type: not "Degraded" }
            && c.Type.EndsWith("Degraded", StringComparison.Ordinal));
        foreach (PoolCondition condition in pool.Conditions)
        {
            bool isWanted = condition.Type == "Updated";
            bool isDegraded = condition.Type.EndsWith("Degraded", StringComparison.Ordinal);
            if (!isWanted && !isDegraded && condition.Type != "Updating")
                continue;
            string words = Words(condition);
            if (condition.Status is not ("True" or "False"))
                findings.Add(Unknown, $"The pool {Name(pool)} says {Shown(condition.Type)}={Shown(condition.Status)}{words}");
            else if (isDegraded && condition.Status == "True" && (words != "." || condition.Type != "Degraded" || !hasDetails))
                findings.Add(Degraded, $"The pool {Name(pool)} is degraded ({Shown(condition.Type)}){words}");
            else if (!isDegraded && (condition.Status == "True") != isWanted)
                findings.Add(
                    Updating,
                    isWanted ? $"The pool {Name(pool)} is not updated{words}" : $"The pool {Name(pool)} is updating{words}");
        }
    }

    private static void JudgeGeneration(PoolDocument pool, Findings findings)
    {
        if (pool.Generation is null || pool.ObservedGeneration is null || pool.ObservedGeneration > pool.Generation)
            findings.Add(Unknown, $"It cannot be told whether the status of the pool {Name(pool)} is about its present specification.");
        else if (pool.ObservedGeneration < pool.Generation)
            findings.Add(Updating, $"The status of the pool {Name(pool)} is older than its specification.");
    }

    private static void JudgeConfigurations(PoolDocument pool, string configName, Findings findings)
    {
        if (pool.Target is null)
            findings.Add(NotRendered, $"The pool {Name(pool)} has no rendered config yet.");
        else if (pool.TargetSources is null)
            findings.Add(Unknown, $"The pool {Name(pool)} does not say what {Shown(pool.Target)} is made of.");
        else if (!pool.TargetSources.Contains(configName))
            findings.Add(
                NotRendered,
                $"{Shown(configName)} is not among the sources of {Shown(pool.Target)}: the operator has not rendered it yet.");

        if (pool.Target is not null && pool.Current is null)
            findings.Add(Updating, $"The machines of the pool {Name(pool)} have no rendered config yet.");
        else if (pool.Current is not null && pool.Target != pool.Current)
            findings.Add(Updating, $"The machines of the pool {Name(pool)} are still to go from {Shown(pool.Current)} to " +
                $"{Shown(pool.Target ?? "a new one")}.");
        else if (pool.Current is not null && pool.CurrentSources is null)
            findings.Add(Unknown, $"The pool {Name(pool)} does not say what {Shown(pool.Current)} is made of.");
        else if (pool.Current is not null && !pool.CurrentSources!.Contains(configName))
            findings.Add(Updating, $"{Shown(configName)} is not among the sources of what the machines of the pool {Name(pool)} use.");
    }

    private static void JudgeMachines(PoolDocument pool, Findings findings)
    {
        if (pool.Machines is not { } all || pool.Updated is not { } updated || pool.Ready is not { } ready
            || pool.Unavailable is not { } unavailable || pool.Degraded is not { } degraded)
        {
            findings.Add(Unknown, $"The pool {Name(pool)} does not say how many machines it has, and how they are.");
            return;
        }

        if (all == 0)
            findings.Add(NoMachines, $"The pool {Name(pool)} has no machines, so nothing uses the policy.");
        if (updated > all || ready > all || degraded > all || unavailable > all)
            findings.Add(Unknown, $"The numbers of machines of the pool {Name(pool)} contradict each other.");
        if (degraded > 0)
            findings.Add(Degraded, $"{degraded} of {all} machines of the pool {Name(pool)} {(degraded == 1 ? "is" : "are")} degraded.");
        if (updated < all || ready < all || unavailable > 0)
            findings.Add(Updating, $"{updated} of {all} machines of the pool {Name(pool)} are updated, {ready} are " +
                $"ready{(unavailable > 0 ? $", {unavailable} cannot be used" : "")}.");
    }

    private static string Words(PoolCondition condition)
    {
        string words = condition.Message.Length > 0 ? condition.Message : condition.Reason;
        string shown = Printable.Of(words.Trim(), Printable.SentenceLength);
        return shown.Length == 0 ? "." : $": {shown}{(shown.EndsWith('.') ? "" : ".")}";
    }

    private static string Name(PoolDocument pool) => Shown(pool.Name);

    private static string Shown(string text) => Printable.Of(text, Printable.NameLength);
}
