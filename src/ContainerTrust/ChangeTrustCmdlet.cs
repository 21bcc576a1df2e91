using ContainerTrust.Engine;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary>What the cmdlets share that change scopes: changes are collected, asked about one by one, and made in a single write.</summary>
public abstract class ChangeTrustCmdlet : TrustCmdlet
{
    private readonly List<TrustChange> _changes = [];
    private IReadOnlyList<string> _doubts = [];
    private IReadOnlyList<TrustChange> _switchedOn = [];

    private protected ChangeTrustCmdlet()
    {
    }

    /// <summary>Whether the entries are returned as they are afterwards.</summary>
    private protected virtual bool WantsEntries => false;

    /// <summary>Whether nothing is written when one of the changes is refused.</summary>
    private protected virtual bool IsAllOrNothing => false;

    /// <summary>Takes a change in.</summary>
    private protected void Add(TrustChange change) => _changes.Add(change);

    /// <summary>Refuses an entry that was made by hand and says of no scope what is meant.</summary>
    private protected static void RequireScope(ImageTrust trust)
    {
        if (trust.Transport is null || trust.Registry is null)
            throw new TrustException("IncompleteEntry", TrustErrorKind.InvalidArgument, "An entry needs Transport and Registry. Give an entry from Get-ImageTrust.") { Target = trust.Registry };
    }

    /// <summary>A change in words, for -WhatIf and -Confirm.</summary>
    private protected abstract (string Target, string Action) Describe(TrustChange change);

    /// <summary>Whether the switch for sigstore attachments is set along with a change, once it has been worked out what the changes do.</summary>
    private protected bool SwitchesOn(TrustChange change) =>
        _switchedOn.Any(c => c.IsDefault == change.IsDefault && (change.IsDefault || (c.Transport == change.Transport && c.Registry == change.Registry)));

    /// <summary>A scope and the file it is in, in words.</summary>
    private protected string Place(TrustChange change) => TrustText.Printable($"{change} in {Store.Locations.PolicyPath} of {Store.Host.ComputerName}{(Root is null ? "" : $" under {Root}")}");

    private protected sealed override void End()
    {
        if (IsAllOrNothing && HasRefused)
        {
            Report(new TrustException("NothingWritten", TrustErrorKind.InvalidArgument, "Some of the entries were refused, so none was written: a part of a policy can protect less than none. Mend them or leave them out; -Force takes keys that are missing."));
            return;
        }

        List<TrustChange> approved = [];
        foreach (TrustChange change in Possible())
        {
            (string target, string action) = Describe(change);
            if (ShouldProcess(target, action))
                approved.Add(change);
        }

        if (approved.Count == 0)
        {
            // Also where it is only asked what would be done.
            foreach (string warning in _doubts)
                WriteWarning(warning);
            return;
        }

        TrustEditResult result = Store.Apply(approved, new TrustEditOptions(), Cancellation);
        foreach (TrustChange missing in result.NotFound)
            Report(NotFound(missing));
        if (WantsEntries)
            Write(ReadBack(approved));
    }

    // The changes that can be made. A fault of one scope is that scope's error; a fault that concerns all, such as a broken policy, ends the cmdlet.
    private List<TrustChange> Possible()
    {
        if (_changes.Count == 0)
            return [];
        try
        {
            return Found(_changes, Store.Preview(_changes));
        }
        catch (TrustException) when (_changes.Count > 1 && !IsAllOrNothing)
        {
            List<(TrustChange Change, TrustException Error)> bad = [];
            List<TrustChange> good = [];
            foreach (TrustChange change in _changes)
            {
                Cancellation.ThrowIfCancellationRequested();
                if (Error(change) is { } error)
                    bad.Add((change, error));
                else
                    good.Add(change);
            }

            if (good.Count == 0)
                throw;
            foreach ((_, TrustException error) in bad)
                Report(error);
            return Found(good, Store.Preview(good));
        }
    }

    private TrustException? Error(TrustChange change)
    {
        try
        {
            Store.Preview([change]);
            return null;
        }
        catch (TrustException e)
        {
            return e;
        }
    }

    private List<TrustChange> Found(List<TrustChange> changes, TrustEditResult preview)
    {
        _doubts = preview.Warnings;
        _switchedOn = preview.AttachmentsSwitchedOn;
        foreach (TrustChange missing in preview.NotFound)
            Report(NotFound(missing));
        return preview.NotFound.Count == 0 ? changes : [.. changes.Except(preview.NotFound)];
    }

    private TrustException NotFound(TrustChange change) =>
        new("ImageTrustNotFound", TrustErrorKind.NotFound, $"{Store.Locations.PolicyPath} has no scope '{change}', so there is nothing to remove. Scopes are removed by their exact name; Get-ImageTrust shows them.")
        {
            Target = change.Registry,
        };
}
