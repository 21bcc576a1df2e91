using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands.Fleet;

/// <summary>The changes of one host's scopes: collected, asked about one by one, and made in a single write.</summary>
internal sealed class HostChanges
{
    private readonly HostContext _host;
    private readonly List<TrustChange> _changes = [];
    private IReadOnlyList<TrustChange> _switchedOn = [];
    private readonly List<ImageTrustChange> _failed = [];
    private bool _hasRefused;

    /// <summary>Nothing to change yet.</summary>
    public HostChanges(HostContext host) => _host = host;

    /// <summary>Whether nothing is written when one of the changes is refused.</summary>
    public bool IsAllOrNothing { get; init; }

    /// <summary>Whether it is returned what has changed.</summary>
    public bool WantsChanges { get; init; }

    /// <summary>A change in words, for -WhatIf and -Confirm.</summary>
    public required Func<HostChanges, TrustChange, string> Describe { get; init; }

    /// <summary>Takes a change in.</summary>
    public void Add(TrustChange change) => _changes.Add(change);

    /// <summary>Takes changes in.</summary>
    public void AddRange(IEnumerable<TrustChange> changes) => _changes.AddRange(changes);

    /// <summary>Takes in what is wrong with one item; it is one error record.</summary>
    public void Refuse(TrustException error)
    {
        _hasRefused = true;
        _host.Report(error);
        if (WantsChanges)
            _failed.Add(ChangeOutput.Failed(_host, error));
    }

    /// <summary>Does something for one item; its failure is one error record.</summary>
    /// <returns>False if it failed.</returns>
    public bool Attempt(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (TrustException e)
        {
            Refuse(e);
            return false;
        }
    }

    /// <summary>
    /// Whether the switch for sigstore attachments is set along with a change, once it has been worked out what the changes do.
    /// </summary>
    public bool SwitchesOn(TrustChange change) =>
        _switchedOn.Any(c => c.IsDefault == change.IsDefault
            && (change.IsDefault || (c.Transport == change.Transport && c.Registry == change.Registry)));

    /// <summary>Asks about the changes, and makes those that are wanted.</summary>
    /// <exception cref="TrustException">A fault that concerns all changes, such as a broken policy.</exception>
    public void Make()
    {
        if (IsAllOrNothing && _hasRefused)
        {
            _host.Report(new TrustException(
                "NothingWritten",
                TrustErrorKind.InvalidArgument,
                "Some entries were rejected, so nothing was written: a partial policy can be weaker than none. Fix or remove them; "
                    + "-Force takes keys that are missing."));
            WriteFailed();
            return;
        }

        if (_changes.Count == 0)
        {
            WriteFailed();
            return;
        }

        PreparedChanges prepared = _host.Store.Prepare(_changes, inPart: !IsAllOrNothing, _host.Cancellation);
        _switchedOn = prepared.Result.AttachmentsSwitchedOn;
        foreach (RefusedChange refused in prepared.Refused)
            Fail(refused.Change, refused.Error);
        foreach (TrustChange missing in prepared.Result.NotFound)
            Fail(missing, NotFound(missing));
        if (prepared.Result.Files.Count == 0)
        {
            // Nothing to ask about, and nothing that would be done.
            foreach (string warning in prepared.Result.Warnings)
                _host.Warn(warning);
            if (prepared.Changes.Count > 0)
                _host.Say("Everything is as asked for; nothing is written.");
            Write([], prepared.Changes);
            return;
        }

        List<TrustChange> approved = [];
        foreach (TrustChange change in prepared.Changes)
        {
            if (_host.ShouldProcess(Place(change), Describe(this, change)))
                approved.Add(change);
        }

        if (approved.Count == 0)
        {
            // Also where it is only asked what would be done.
            foreach (string warning in prepared.Result.Warnings)
                _host.Warn(warning);
            _host.ShowPreview(prepared.Result);
            WriteFailed();
            return;
        }

        TrustEditResult result = _host.Store.ApplyPrepared(prepared, approved, new TrustEditOptions(), _host.Cancellation);
        _host.HasChanged = result.Files.Count > 0;
        foreach (TrustChange missing in result.NotFound)
            Fail(missing, NotFound(missing));
        Write(result.Changes, approved);
    }

    // One error record, and where it is wanted the change that was not made.
    private void Fail(TrustChange change, TrustException error)
    {
        _host.Report(error);
        if (WantsChanges)
            _failed.Add(ChangeOutput.Failed(_host, change, error));
    }

    // Of the scopes that were asked for: others that inherit from them are not spoken of.
    private void Write(IReadOnlyList<ImageTrustChange> changes, IReadOnlyList<TrustChange> wanted)
    {
        if (!WantsChanges)
            return;
        HashSet<(string, string)> scopes = [.. wanted.Select(static c => c.IsDefault ? ("all", "default") : (c.Transport, c.Registry))];
        ChangeOutput.Write(_host, [.. changes.Where(c => scopes.Contains((c.Transport, c.Registry)))], ReadBack(wanted));
        WriteFailed();
    }

    private void WriteFailed()
    {
        foreach (ImageTrustChange failed in _failed)
            _host.Write(failed);
    }

    // A scope and the file it is in, in words.
    private string Place(TrustChange change) => $"{change} in {_host.Store.Locations.PolicyPath} of {_host.HostName}";

    private TrustException NotFound(TrustChange change) =>
        new("ImageTrustNotFound", TrustErrorKind.NotFound,
            $"{_host.Store.Locations.PolicyPath} has no scope '{change}', so there is nothing to remove. Scopes are removed by their " +
            $"exact name; run {_host.Store.CommandFor(TrustOperation.Get)} to see them.")
        {
            Target = change.Registry,
        };

    // The entries of scopes as they are now on the host, in the order of the file.
    private IEnumerable<ImageTrust> ReadBack(IReadOnlyList<TrustChange> changes)
    {
        if (changes.Any(static c => c.IsDefault))
        {
            foreach (ImageTrust trust in _host.Store.Read(new TrustQuery { DefaultOnly = true }, _host.Cancellation))
                yield return trust;
        }

        HashSet<(string, string)> wanted = [.. changes.Where(static c => !c.IsDefault).Select(static c => (c.Transport, c.Registry))];
        string[] names = [.. wanted.Select(static w => w.Item2).Distinct()];
        if (names.Length == 0)
            yield break;
        foreach (ImageTrust trust in _host.Store.Read(new TrustQuery { Registries = names }, _host.Cancellation))
        {
            // A name with a star is a pattern to the query.
            if (wanted.Contains((trust.Transport, trust.Registry)))
                yield return trust;
        }
    }
}
