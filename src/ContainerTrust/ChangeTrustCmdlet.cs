using ContainerTrust.Commands.Fleet;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary>
/// What the cmdlets share that change scopes: changes are collected, asked about one by one, and made in a single write a host.
/// </summary>
public abstract class ChangeTrustCmdlet : PipedTrustCmdlet
{
    private protected ChangeTrustCmdlet()
    {
    }

    /// <summary>Whether it is returned what has changed.</summary>
    private protected virtual bool WantsChanges => false;

    /// <summary>Whether nothing is written when one of the changes is refused.</summary>
    private protected virtual bool IsAllOrNothing => false;

    /// <summary>Works out what changes on a host. Called for several hosts at once, on other threads.</summary>
    private protected abstract void Collect(HostContext host, HostChanges changes);

    /// <summary>A change in words, for -WhatIf and -Confirm.</summary>
    private protected abstract string Describe(HostChanges changes, TrustChange change);

    private protected sealed override bool Changes => true;

    private protected sealed override object? ResultOfFailure(string hostName, TrustException error) =>
        WantsChanges ? ChangeOutput.Failed(hostName, error) : null;

    private protected sealed override void Work(HostContext host)
    {
        RequireSamePolicy(host);
        HostChanges changes = new(host) { IsAllOrNothing = IsAllOrNothing, WantsChanges = WantsChanges, Describe = Describe };
        Collect(host, changes);
        changes.Make();
    }

    // Another user, or a file that has come since, would be changed in the place of the one that the entries are of.
    private static void RequireSamePolicy(HostContext host)
    {
        string now = host.Store.Locations.PolicyPath;
        if (host.Entries?.FirstOrDefault(e => e.PolicyPath is { } path && path != now) is not { } other)
            return;
        throw new TrustException(
            "OtherPolicyInForce",
            TrustErrorKind.InvalidArgument,
            $"The entries were read from {PrintableText.Line(other.PolicyPath!)}, and {PrintableText.Line(now)} of {host.HostName} is in " +
            "force for this call. Read them again as the same user, or specify -PolicyPath.")
        {
            Target = other.Registry,
        };
    }
}
