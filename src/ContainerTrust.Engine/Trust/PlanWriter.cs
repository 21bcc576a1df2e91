using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust.Records;

namespace ContainerTrust.Engine.Trust;

/// <summary>
/// Writes planned files under the lock of all writers. Keys come first, and are taken back if nothing else can be written; then
/// policy.json: what it then demands is refused, not accepted, should writing a signature store fail.
/// </summary>
internal sealed class PlanWriter : IDisposable
{
    // A foreign writer that changes the file on every attempt is a fault, not a race.
    private const int Attempts = 8;

    private readonly IHostChange _change;
    private readonly ITrustHost _host;
    private readonly List<PlannedFile> _keys = [];
    private readonly TrustMessages _messages;
    private readonly ChangeRecorder? _recorder;
    private readonly CancellationToken _cancellationToken;
    private readonly List<TrustFileChange> _written = [];
    private int _warned;

    /// <exception cref="TrustException">The lock is not had in time, or a directory cannot be made or opened.</exception>
    public PlanWriter(ITrustHost host, string policyPath, string registriesDirectory, TrustMessages messages, TimeSpan lockTimeout,
        CancellationToken cancellationToken, ChangeRecorder? recorder = null)
    {
        _host = host;
        _recorder = recorder;
        _messages = messages;
        _cancellationToken = cancellationToken;
        _change = host.BeginChange(
            [policyPath[..Math.Max(policyPath.LastIndexOf('/'), 1)], registriesDirectory],
            lockTimeout,
            cancellationToken);
        Warn();
    }

    /// <summary>Whether a file was written.</summary>
    public bool HasWritten => _written.Count > 0;

    /// <summary>Writes; where another program changed a file meanwhile, plans again from what is there now.</summary>
    /// <param name="plan">Plans what is still to be done.</param>
    /// <returns>What was done, all attempts together.</returns>
    /// <exception cref="TrustException">A file cannot be written; the message says which ones were before.</exception>
    public IReadOnlyList<TrustFileChange> Write(Func<IReadOnlyList<PlannedFile>> plan)
    {
        for (int attempt = 1; ; attempt++)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            try
            {
                IReadOnlyList<PlannedFile> files = plan();

                // Of several files none is begun when one of them cannot be written anyway.
                foreach (PlannedFile file in files)
                {
                    if (file.Content is null)
                        _change.RequireDeletable(file.Path);
                    else
                        _change.RequireWritable(file.Path);
                }

                // A key that came along serves others, too, and stays when the change is taken back.
                PlannedFile? record = _recorder?.Plan([.. files.Where(static f => !f.IsKey)]);
                foreach (PlannedFile file in files)
                    Write(file);
                _change.Complete(path => Report(files.First(f => f.Path == path)));
                if (record is not null)
                    WriteRecord(record);
                Warn();
                return _written;
            }
            catch (FileChangedException e) when (attempt < Attempts)
            {
                _messages.Verbose($"{e.Target} was changed by another program meanwhile; reading it again.");
            }
            catch (TrustException e) when (_written.Count > 0)
            {
                if (TryTakeBack())
                    throw;
                string unrecorded = RecordWhatIsWritten(e);
                string written = string.Join(", ", _written.Select(static f => f.Path));
                string rest = IsUnknown(e) ? "Whether the rest is written is not known" : "The rest is not written";

                // An error is worded for the one file that it is about; beside another that is written, "nothing" would not be true.
                string message = e.Message.Replace("Nothing was changed", "It was not changed", StringComparison.Ordinal);
                throw new TrustException(e.ErrorId, e.Kind, $"Written and in force: {written}. {rest}: {message}{unrecorded}", e)
                {
                    Target = e.Target,
                };
            }
        }
    }

    // What is told already is not told again.
    private void Warn()
    {
        for (; _warned < _change.Warnings.Count; _warned++)
            _messages.Warning(_change.Warnings[_warned]);
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose() => _change.Dispose();

    // A change that fails leaves the host's old state whole: keys alone are put back as they were. What is done in one go, as over SSH,
    // was found possible before the first file.
    private bool TryTakeBack()
    {
        if (_change.IsBatch || _written.Count != _keys.Count)
            return false;
        try
        {
            foreach (PlannedFile file in Enumerable.Reverse(_keys))
            {
                HostFile? now = _host.TryReadFile(file.Path, Keys.KeyMaterialFiles.MaxBytes);
                if (now is null || !now.Content.Span.SequenceEqual(file.Content!.Value.Span))
                    return false;
                if (file.Expected is { } old)
                    _change.Replace(file.Path, old.Content.Span, now);
                else
                    _change.Delete(file.Path, now);
                _written.RemoveAll(f => f.Path == file.Path);
            }

            _keys.Clear();
            return true;
        }
        catch (TrustException e)
        {
            _messages.Verbose($"What was written could not be taken back: {e.Message}");
            return false;
        }
    }

    // A connection that ended, and a host whose answer cannot be read, say nothing of what was still to come.
    private static bool IsUnknown(TrustException e) => e.Kind == TrustErrorKind.ConnectionFailed || e.ErrorId == "RemoteShellUnusable";

    private void Write(PlannedFile file)
    {
        if (file.Content is { } content)
            _change.Replace(file.Path, content.Span, file.Expected);
        else
            _change.Delete(file.Path, file.Expected!);
        if (!_change.IsBatch)
            Report(file);
    }

    // By itself and last, when all else is done: the change does not fail for its record.
    private void WriteRecord(PlannedFile record)
    {
        PlannedFile? next = record;
        for (int attempt = 1; next is not null; attempt++)
        {
            try
            {
                _change.Replace(next.Path, next.Content!.Value.Span, next.Expected);
                _change.Complete(static _ => { });
                return;
            }
            catch (FileChangedException) when (attempt < Attempts)
            {
                // Another writer put a change of its own on record.
                next = _recorder!.Plan([]);
            }
            catch (TrustException e)
            {
                _recorder!.Fail(e.Message);
                return;
            }
            catch (OperationCanceledException)
            {
                _recorder!.Fail("The command was interrupted.");
                return;
            }
        }
    }

    // Of a change that was made in part the record says which part. Far away that is not possible, and an undo that was made in part
    // is done again.
    private string RecordWhatIsWritten(TrustException error)
    {
        if (_recorder is not { IsOn: true, IsUndo: false })
            return "";
        if (_change.IsBatch || IsUnknown(error))
            return " What is written is not on record, so it cannot be taken back by a command.";
        if (_recorder.Plan([]) is { } record)
            WriteRecord(record);
        return "";
    }

    private void Report(PlannedFile file)
    {
        if (!file.IsKey)
            _recorder?.Wrote(file);
        TrustFileChange done = file.ToChange();
        _messages.Verbose($"{done.Action} {done.Path}.");
        _written.RemoveAll(f => f.Path == done.Path);
        _written.Add(done);
        if (!file.IsKey)
            return;

        // A key that is written once more keeps what it was at first.
        int again = _keys.FindIndex(k => k.Path == file.Path);
        if (again < 0)
            _keys.Add(file);
        else
            _keys[again] = file with { Expected = _keys[again].Expected };
    }
}
