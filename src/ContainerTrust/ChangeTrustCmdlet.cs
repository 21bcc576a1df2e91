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

    /// <summary>Whether the entries are returned as they are afterwards.</summary>
    private protected virtual bool WantsEntries => false;

    /// <summary>Whether nothing is written when one of the changes is refused.</summary>
    private protected virtual bool IsAllOrNothing => false;

    /// <summary>Works out what changes on a host. Called for several hosts at once, on other threads.</summary>
    private protected abstract void Collect(HostContext host, HostChanges changes);

    /// <summary>A change in words, for -WhatIf and -Confirm.</summary>
    private protected abstract string Describe(HostChanges changes, TrustChange change);

    private protected sealed override bool Changes => true;

    private protected sealed override void Work(HostContext host)
    {
        HostChanges changes = new(host) { IsAllOrNothing = IsAllOrNothing, WantsEntries = WantsEntries, Describe = Describe };
        Collect(host, changes);
        changes.Make();
    }
}
