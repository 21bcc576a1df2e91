using System.Globalization;
using System.Security.Cryptography;
using ContainerTrust.Engine.Hosts.Linux;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>A change that is noted here and done there in one go, if all files are as they were read.</summary>
internal sealed class SshHostChange : IHostChange
{
    private const int MaximumWarnings = 100;

    private static readonly TimeSpan s_longestWait = TimeSpan.FromHours(1);

    private readonly SshHost _host;
    private readonly IReadOnlyList<string> _directories;
    private readonly TimeSpan _timeout;
    private readonly CancellationToken _cancellationToken;
    private readonly List<Step> _steps = [];
    private readonly List<string> _warnings = [];
    private bool _disposed;

    public SshHostChange(SshHost host, IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken)
    {
        _host = host;
        _directories = directories;
        _timeout = timeout == Timeout.InfiniteTimeSpan || timeout > s_longestWait ? s_longestWait : timeout;
        _cancellationToken = cancellationToken;
    }

    /// <inheritdoc/>
    public bool IsBatch => true;

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <inheritdoc/>
    public void RequireWritable(string path)
    {
        // Seen there, before the first file is touched.
        ObjectDisposedException.ThrowIf(_disposed, this);
        PathText.RequireFileName(path);
        _ = PathText.Encode(path);
    }

    /// <inheritdoc/>
    public void Replace(string path, ReadOnlySpan<byte> content, HostFile? expected)
    {
        RequireWritable(path);
        if (expected is null)
            _steps.Add(new Step(path, 'w', "-", "-", content.ToArray(), null));
        else if (content.SequenceEqual(expected.Content.Span))
            _steps.Add(Step.Of(path, 'v', Line(path, expected), expected, null));
        else
            _steps.Add(Step.Of(path, 'w', Line(path, expected), expected, content.ToArray()));
    }

    /// <inheritdoc/>
    public void Delete(string path, HostFile expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        RequireWritable(path);
        _steps.Add(Step.Of(path, 'd', Line(path, expected), expected, null));
    }

    /// <inheritdoc/>
    public void Complete(Action<string> done)
    {
        ArgumentNullException.ThrowIfNull(done);
        ObjectDisposedException.ThrowIf(_disposed, this);
        Step[] steps = [.. _steps];
        _steps.Clear();
        if (steps.Length == 0)
            return;
        _cancellationToken.ThrowIfCancellationRequested();
        RemoteRequest request = new();
        request.Line(string.Create(CultureInfo.InvariantCulture, $"W {(long)Math.Ceiling(_timeout.TotalSeconds)}"));
        foreach (string directory in _directories)
            request.Path("L", "0", directory);
        foreach (Step step in steps)
        {
            request.Path("F", step.Action.ToString(), step.Path);
            request.Line(step.Expected);
            ReadOnlySpan<byte> content = step.Content;
            request.Line(step.Action == 'w' ? $"{step.ExpectedSum} {RemoteRequest.Number(content.Length)} {Sum(content)}"
                : $"{step.ExpectedSum} 0 -");
        }

        request.Line("C");
        foreach (Step step in steps)
            request.Content(step.Content);

        FileChangedException? failure = null;
        TimeSpan wait = _timeout + _host.SilenceTimeout;
        _host.Exchange(request.Bytes, wait, wait + TimeSpan.FromMinutes(10), () => failure = Read(steps, done));
        if (failure is null)
            return;
        _host.Refresh();
        throw failure;
    }

    /// <inheritdoc/>
    public void Dispose() => _disposed = true;

    private static string Sum(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    // What the caller read must be what we know, down to the line that stat gave there.
    private string Line(string path, HostFile expected) =>
        _host.Known(path) is { Status: { } status } && status.Stamp == expected.Stamp ? status.Line : throw Changed(path);

    // A change that is tried again would say it again.
    private void Warn(string warning)
    {
        if (_warnings.Count < MaximumWarnings && !_warnings.Contains(warning))
            _warnings.Add(warning);
    }

    private FileChangedException? Read(Step[] steps, Action<string> done)
    {
        RemoteReply reply = _host.Reply;

        // Only what is confirmed, each file once, counts as done: half an answer is none.
        HashSet<Step> open = new(steps.Where(static s => s.Action != 'v'), ReferenceEqualityComparer.Instance);
        while (true)
        {
            string field = reply.ReadText();
            string rest = field.Length == 0 ? "" : field[1..];
            switch (field.Length == 0 ? '\0' : field[0])
            {
                case 'E' when rest.Length == 0:
                    return open.Count == 0 ? null : throw Unconfirmed(open);
                case 'q' or 'o':
                    Warn(field[0] == 'q' ? LockWords.NotAsked(_host.Describe(rest))
                        : LockWords.NotHad(_host.Describe(rest), holder: null));
                    break;
                case 'z':
                    Warn(VendorPlaces.LinkReplaced(_host.Describe(rest)));
                    break;
                case 'k':
                    Step step = Find(steps, rest);
                    string line = reply.ReadText();
                    if (!open.Remove(step))
                        throw Unconfirmed(open);
                    Done(step, line, done);
                    break;
                case 'f':
                    string changed = Find(steps, rest).Path;
                    return reply.ReadText() == "E" ? Changed(changed) : throw reply.Garbled();
                case 'F':
                    string place = reply.ReadText();
                    throw Failure(rest, place, reply.ReadText(), steps);
                default:
                    throw reply.Garbled();
            }
        }
    }

    private TrustException Unconfirmed(IReadOnlyCollection<Step> open) =>
        new(
            "ChangeNotConfirmed", TrustErrorKind.ConnectionFailed,
            $"{_host.ComputerName} did not confirm what it was asked to change{(open.Count == 0 ? "" : ": ")}" +
            $"{string.Join(", ", open.Select(s => PathText.Display(s.Path)))}. Whether it is changed there is not known: " +
            $"{Advice.Of(TrustOperation.Get, new AdviceTarget { Host = _host.Connection.ToAdviceHost() })} shows " +
                "it. Then run the command again.")
        {
            Target = _host.ComputerName,
        };

    private void Done(Step step, string line, Action<string> done)
    {
        if (step.Action == 'd')
        {
            _host.Learn(step.Path, RemoteEntry.Missing);
            _host.LearnName(step.Path, isThere: false);
        }
        else
        {
            RemoteStatus status = RemoteStatus.TryParse(line) ?? throw _host.Reply.Garbled();
            _host.Learn(step.Path, new RemoteEntry(status, step.Content, null));
            _host.LearnName(step.Path, isThere: true);
        }

        done(step.Path);
    }

    private Step Find(Step[] steps, string number) =>
        int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int i) && i < steps.Length ? steps[i]
            : throw _host.Reply.Garbled();

    private TrustException Failure(string what, string place, string words, Step[] steps)
    {
        string path = what is "l" or "t" or "m" or "y" || (what == "u" && place.StartsWith('/')) ? place : what is "w" or "s" or "a" or "u"
            or "v" ? Find(steps, place).Path : _directories[0];
        string shown = _host.Describe(path);
        return what switch
        {
            "T" => _host.Reply.ToolMissing(place),
            "l" or "w" => RemoteError.ForWriting(words, path, _host),
            "t" => new TrustException("LockTimeout", TrustErrorKind.ResourceBusy,
                string.Create(CultureInfo.InvariantCulture,
                $"{shown} is being changed by another program and did not become free within {_timeout.TotalSeconds:0.##} " +
                $"seconds. Run the command again later.")) { Target = path },
            "m" => new TrustException(
                "FileChanged",
                TrustErrorKind.ResourceBusy,
                $"{shown} was moved or made by another program while it was being written. It was not written; run the command again.")
            {
                Target = path,
            },
            "s" => new TrustException(
                "ConnectionLost",
                TrustErrorKind.ConnectionFailed,
                $"The new content of {shown} did not arrive whole. It was not changed; run the command again.")
            {
                Target = path,
            },
            "a" => new TrustException(
                "AttributesNotKept",
                _host.UserId == 0 ? TrustErrorKind.WriteError : TrustErrorKind.PermissionDenied,
                $"{shown} cannot be replaced: its owner, mode or label cannot be kept. It was not changed; " +
                (_host.UserId == 0 ? "look at the file system it is on."
                    : $"use {TrustOption.Sudo}, or log in as root or as the file's owner.")) { Target = path },
            "u" => Unsafe(path, words),
            "v" => VendorPlaces.Error(path, $"{shown} (through links {PathText.Display(words)})"),
            "y" => new TrustException(
                "FlushFailed",
                TrustErrorKind.WriteError,
                $"Files were written in {shown}, but could not be flushed to disk. After a crash the old ones may be back; check the disk.")
            {
                Target = path,
            },
            _ => _host.Reply.Garbled(),
        };
    }

    /// <summary>Root does not write there: the host says who owns what is at fault, its mode with its type, and what it is.</summary>
    private TrustException Unsafe(string path, string untrustedWords)
    {
        string[] parts = untrustedWords.Split(' ', 3);
        string? fault = null;
        if (parts.Length == 3 && uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint owner)
            && uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint mode))
            fault = UnsafeWrite.FaultElsewhere(owner, mode);
        fault ??= "was exchanged while it was looked at";
        return UnsafeWrite.Refusal(path, _host.Describe(path), PathText.Display(parts[^1]), fault);
    }

    private FileChangedException Changed(string path) => new(_host.Describe(path));

    /// <summary>What is to become of one file.</summary>
    /// <param name="Path">The file.</param>
    /// <param name="Action">w to write, d to delete, v to see that it is unchanged.</param>
    /// <param name="Expected">Its status there as it was read; "-" if it was not there.</param>
    /// <param name="ExpectedSum">The SHA-256 of what was read, or "-".</param>
    /// <param name="Content">The new content.</param>
    /// <param name="File">The file as it was read.</param>
    private sealed record Step(string Path, char Action, string Expected, string ExpectedSum, byte[]? Content, HostFile? File)
    {
        public static Step Of(string path, char action, string line, HostFile expected, byte[]? content) =>
            new(path, action, line, Sum(expected.Content.Span), content, expected);
    }
}
