using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Compliance;

/// <summary>Scopes that no image is looked up under, and those that mean something else than they seem.</summary>
internal sealed class ScopeCheck : IComplianceCheck
{
    public IReadOnlyList<string> Rules { get; } = [ComplianceRules.ScopeUnreachable, ComplianceRules.ScopeDoubtful];

    public void Run(Audit audit)
    {
        string path = audit.Store.Locations.PolicyPath;
        foreach (PolicyEntry entry in audit.Entries.Where(static e => !e.IsDefault))
        {
            audit.Cancellation.ThrowIfCancellationRequested();
            string? suggestion = null;
            if (Reason(audit, entry, ref suggestion) is { } reason)
            {
                string hint = suggestion is { Length: > 0 } ? $" Perhaps '{Printable.Of(suggestion, Printable.NameLength)}' is meant." : "";
                audit.Add(
                    ComplianceRules.ScopeUnreachable,
                    $"No image is ever governed by the scope '{Printable.Of(entry.Name, Printable.NameLength)}': {reason}.{hint}",
                    path,
                    entry.Name);
                Propose(audit, entry, suggestion);
            }
            else if (ScopeRules.Doubt(entry.Transport, entry.Scope) is { } doubt)
            {
                audit.Add(ComplianceRules.ScopeDoubtful, doubt, path, entry.Name);
            }
        }
    }

    private static void Propose(Audit audit, PolicyEntry entry, string? suggestion)
    {
        bool hasSection = HasSection(audit, entry);
        bool isName = suggestion is { Length: > 0 };
        string otherwise = hasSection ? "registries.d has a section of that name, too: correct both."
            : isName ? "If so, other images than now are accepted under that name. If that is wanted, set that scope, and remove this one."
            : "Correct its name, or remove it.";
        audit.Propose(
            ComplianceRules.ScopeUnreachable,
            [hasSection ? null : audit.Fix.Rename(entry, suggestion, audit.Policy!)],
            Right(entry, suggestion),
            otherwise);
    }

    private static PolicyEntry Right(PolicyEntry entry, string? suggestion) =>
        string.IsNullOrEmpty(suggestion) ? entry : entry with { Scope = suggestion };

    // Its signature store would not come along.
    private static bool HasSection(Audit audit, PolicyEntry entry) =>
        entry.Transport == "docker" && audit.Lookaside?.Sections.ContainsKey(entry.Scope) == true;

    private static string? Reason(Audit audit, PolicyEntry entry, ref string? suggestion)
    {
        if (!TransportScopes.Known.Contains(entry.Transport))
            return $"no tool knows a transport '{Printable.Of(entry.Transport, Printable.NameLength)}'";
        if (entry.Scope.Length == 0)
            return null;
        if (entry.Transport is "docker" or "docker-daemon")
            return TransportScopes.Unreachable(entry.Scope, out suggestion);
        if (entry.Transport is not ("dir" or "oci" or "oci-archive" or "sif"))
            return null;

        // Images are looked up by their path without symbolic links.
        string resolved = audit.Host.ResolvePath(entry.Scope);
        if (resolved == entry.Scope)
            return null;
        suggestion = resolved;
        return "there is a symbolic link in the path, and images are looked up by the path that it leads to";
    }
}
