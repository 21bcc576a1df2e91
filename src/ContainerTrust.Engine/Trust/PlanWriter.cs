using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust.Records;

namespace ContainerTrust.Engine.Trust;

/// <summary>
/// Writes planned files under the lock of all writers. policy.json comes first: what it then demands is refused, not accepted, should
/// writing a signature store fail.
/// </summary>
internal sealed class PlanWriter : IDisposable
{
    // A foreign writer that changes the file on every attempt is a fault, not a race.
    private const int Attempts = 8;

    private readonly IHostChange _change;
    private readonly TrustMessages _messages;
    private readonly ChangeRecorder? _recorder;
    private readonly CancellationToken _cancellationToken;
    private readonly List<TrustFileChange> _written = [];
    private int _warned;

    /// <exception cref="TrustException">The lock is not had in time, or a directory cannot be made or opened.</exception>
    public PlanWriter(ITrustHost host, string policyPath, string registriesDirectory, TrustMessages messages, TimeSpan lockTimeout,
        CancellationToken cancellationToken, ChangeRecorder? recorder = null)
    {
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

    /// <summary>Whether a file was written or deleted.</summary>
    /// <param name="path">The file.</param>
    public bool Wrote(string path) => _written.Exists(f => f.Path == path);

    /// <summary>Writes; where another program changed a file meanwhile, plans again from what is there now.</summary>
    /// <param name="plan">Plans what is still to be done.</param>
    /// <returns>What was done, all attempts together.</returns>
    /// <exception cref="TrustException">A file cannot be written; the message says which ones were before.</exception>
    public IReadOnlyList<TrustFileChange> Write(Func<IReadOnlyList<PlannedFile>> plan)
    {
        for (int attempt = 1; ; attempt++)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            PlannedFile? record = null;
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

                record = _recorder?.Plan(files);
                foreach (PlannedFile file in files)
                    Write(file);
                if (record is not null)
                    WriteRecord(record);
                _change.Complete(path =>
                {
                    if (path != record?.Path)
                        Report(files.First(f => f.Path == path));
                });
                Warn();
                return _written;
            }
            catch (TrustException e) when (record is not null && Concerns(e, record.Path))
            {
                // The change does not fail for its record: without it, what is left is done.
                _recorder!.Fail(e);
                if (_written.Count > 0)
                    return _written;
            }
            catch (FileChangedException e) when (attempt < Attempts)
            {
                _messages.Verbose($"{e.Target} was changed by another program meanwhile; reading it again.");
            }
            catch (TrustException e) when (_written.Count > 0)
            {
                RecordWhatIsWritten(e);
                string written = string.Join(", ", _written.Select(static f => f.Path));
                string rest = IsUnknown(e) ? "Whether the rest is written is not known" : "The rest is not written";

                // An error is worded for the one file that it is about; beside another that is written, "nothing" would not be true.
                string message = e.Message.Replace("Nothing was changed", "It was not changed", StringComparison.Ordinal);
                throw new TrustException(e.ErrorId, e.Kind, $"Written and in force: {written}. {rest}: {message}", e) { Target = e.Target };
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

    // Where files are written one by one, each says itself what is wrong with it.
    private void WriteRecord(PlannedFile record)
    {
        try
        {
            _change.Replace(record.Path, record.Content!.Value.Span, record.Expected);
        }
        catch (TrustException e) when (!_change.IsBatch)
        {
            _recorder!.Fail(e);
        }
    }

    // Of a change that was made in part the record says which part. Far away it is not known.
    private void RecordWhatIsWritten(TrustException error)
    {
        if (!_change.IsBatch && !IsUnknown(error) && _recorder?.Plan([]) is { } record)
            WriteRecord(record);
    }

    private static bool Concerns(TrustException e, string record) =>
        e is not FileChangedException && e.Kind != TrustErrorKind.ConnectionFailed && e.Target == record;

    private void Report(PlannedFile file)
    {
        _recorder?.Wrote(file);
        TrustFileChange done = file.ToChange();
        _messages.Verbose($"{done.Action} {done.Path}.");
        _written.RemoveAll(f => f.Path == done.Path);
        _written.Add(done);
    }
}
