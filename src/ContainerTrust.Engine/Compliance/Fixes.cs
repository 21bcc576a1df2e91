using System.Globalization;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Compliance;

/// <summary>What fixes what was found, as advice that a front end says in its own words.</summary>
/// <param name="target">The files that were meant.</param>
/// <param name="resolve">Where a path below another root leads there: links are that root's own. Null to take paths as they are.</param>
internal sealed class Fixes(AdviceTarget target, Func<string, string>? resolve = null)
{
    /// <summary>Sets the policy's default.</summary>
    /// <param name="type">policy.json's word, <c>reject</c> or <c>accept</c>.</param>
    public Advice SetDefault(string type) => Of(TrustOperation.Set, [TrustOption.Default.With(), TrustOption.Type.With(type)]);

    /// <summary>Sets an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="type">policy.json's word, <c>reject</c> or <c>accept</c>.</param>
    public Advice SetType(PolicyEntry entry, string type) => Set(entry, [TrustOption.Type.With(type)]);

    // registries.d has a default for all registries, and no section for a transport's.
    private static bool IsTransportsDefault(PolicyEntry entry) => entry is { IsDefault: false, Scope: "" };

    /// <summary>Forgets a scope.</summary>
    /// <param name="entry">The scope.</param>
    /// <param name="keepsSection">Whether its section in registries.d stays, as others may use it.</param>
    public Advice? Remove(PolicyEntry entry, bool keepsSection = false) => entry.IsDefault ? null
        : Of(
            TrustOperation.Remove,
            [.. Transport(entry), .. keepsSection ? [TrustOption.KeepSignatureStore.With()] : (AdviceArgument[])[]],
            entry.Scope);

    /// <summary>Names a signature store, and leaves the requirements.</summary>
    // No password on a command line.
    public Advice? SetStore(PolicyEntry entry, string url) =>
        IsTransportsDefault(entry) || StoreUrl.HasUserInfo(url) ? null : Set(entry, [TrustOption.SignatureStore.With(url)]);

    /// <summary>Switches on reading sigstore signatures from the registry, and leaves the requirements.</summary>
    public Advice? SwitchAttachmentsOn(PolicyEntry entry) =>
        IsTransportsDefault(entry) ? null : Set(entry, [TrustOption.UseSigstoreAttachments.With()]);

    /// <summary>The same for a name that is not a scope of the policy, such as a mirror's.</summary>
    public Advice? SwitchAttachmentsOn(string scope) => SwitchAttachmentsOn(new PolicyEntry("docker", scope, false, []));

    /// <summary>Writes the requirements of a scope under its right name and forgets the wrong one.</summary>
    /// <param name="entry">The scope.</param>
    /// <param name="name">The right name. Null if it is not known.</param>
    /// <param name="policy">A scope of the right name that is there already stays as it is.</param>
    public Advice? Rename(PolicyEntry entry, string? name, PolicyDocument policy)
    {
        Advice? remove = Remove(entry);

        // What is accepted under a wrong name is not accepted so far.
        if (string.IsNullOrEmpty(name) || entry.Type == TrustType.Accept || policy.FindTransport(entry.Transport)?.Find(name) is not null)
            return remove;
        return remove is null ? null : Set(entry with { Scope = name }, entry.Requirements)?.Then(remove);
    }

    /// <summary>Sets requirements, as far as options can say them.</summary>
    /// <returns>Null if they cannot.</returns>
    public Advice? Set(PolicyEntry entry, IReadOnlyList<TrustRequirement> requirements) =>
        RequirementAdvice.Of(requirements) is { } options ? Set(entry, options) : null;

    /// <summary>Takes the permission to write from group and others.</summary>
    public Advice RemoveWritePermission(string path) => OnFile("chmod go-w", new PermissionChange(path, 0x12, 0, null));

    /// <summary>Lets every user read a file.</summary>
    public Advice AddReadPermission(string path) => OnFile("chmod a+r", new PermissionChange(path, 0, 0x124, null));

    /// <summary>Gives a file to a user.</summary>
    public Advice GiveTo(string path, uint userId) =>
        OnFile(string.Create(CultureInfo.InvariantCulture, $"chown {userId}"), new PermissionChange(path, 0, 0, userId));

    private OperationAdvice Set(PolicyEntry entry, IReadOnlyList<AdviceArgument> options) => entry.IsDefault
        ? Of(TrustOperation.Set, [TrustOption.Default.With(), .. options])
        : Of(TrustOperation.Set, [.. Transport(entry), .. NeedsForce(entry) ? [TrustOption.Force.With()] : (AdviceArgument[])[],
            .. options], entry.Scope);

    private OperationAdvice Of(TrustOperation operation, IReadOnlyList<AdviceArgument> options, string? scope = null) =>
        new(operation, options, target) { Scope = scope };

    // Run on this machine, the path would follow the root's absolute links out of it.
    private FileAdvice OnFile(string command, PermissionChange change) =>
        new(command, target.RootDirectory is null ? change.Path : resolve?.Invoke(change.Path) ?? change.Path, target) { Change = change };

    private static AdviceArgument[] Transport(PolicyEntry entry) =>
        entry.Transport == "docker" && entry.Scope.Length > 0 ? [] : [TrustOption.Transport.With(entry.Transport)];

    private static bool NeedsForce(PolicyEntry entry)
    {
        try
        {
            ScopeRules.Require(entry.Transport, entry.Scope, force: false);
            return false;
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            return true;
        }
    }
}
