using System.Globalization;
using ContainerTrust.Engine.Hosts.Fleet;
using ContainerTrust.Engine.Hosts.Linux;

namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>
/// A host that is reached by the system's ssh. It needs nothing but sshd, a POSIX shell and coreutils. One connection is used for
/// everything; the first round trip brings what is usually asked for, and questions are then answered from that, as of that moment. What
/// is missing is fetched in one more.
/// </summary>
/// <remarks>
/// Reads by several threads take their turns; changes are for one thread. Its methods block while the host works, so many hosts are
/// served by threads of their own (see <see cref="Fleet.FleetRunner"/>), not by those of the pool.
/// </remarks>
public sealed class SshHost : ITrustHost, IDisposable, IAsyncDisposable
{
    // What is brought unasked; larger files come when they are asked for.
    private const int PrefetchLimit = 4 << 20;
    private const int ReadAttempts = 10;
    private const int ReadPause = 20;

    private static readonly TimeSpan s_longestAnswer = TimeSpan.FromMinutes(10);

    private static readonly string[] s_first = FirstQuestions.Of(PrefetchLimit);

    private readonly SshConnectionOptions _options;
    private readonly CancellationToken _cancellationToken;
    private readonly RemoteConnection _ssh;
    private readonly RemoteReply _reply;
    private readonly RemoteCache _cache = new();
    private readonly HashSet<string> _asked = new(s_first, StringComparer.Ordinal);
    private readonly List<string> _later = [];
    private readonly Lock _turn = new();
    private bool _broken;
    private bool _disposed;

    private SshHost(SshConnectionOptions options, RemoteConnection connection, CancellationToken cancellationToken)
    {
        _options = options;
        _cancellationToken = cancellationToken;
        _ssh = connection;
        _reply = new RemoteReply(_ssh, options);
    }

    /// <summary>The name that the host was asked for by, which is the one that a fleet tells its hosts apart by.</summary>
    public string ComputerName => _options.HostName;

    /// <summary>What the host calls itself.</summary>
    public string RemoteName => Printable.Of(_reply.RemoteName, Printable.NameLength);

    /// <summary>The number of the user that works there; 0 is root.</summary>
    public uint UserId => _reply.UserId;

    /// <inheritdoc/>
    public string? HomeDirectory => GetEnvironmentVariable("HOME") is ['/', ..] home ? home : null;

    /// <inheritdoc/>
    public string? Machine => GetEnvironmentVariable("MACHINE");

    /// <summary>How often something was sent there and waited for.</summary>
    public int RoundTrips { get; private set; }

    /// <summary>
    /// The files that the first round trip did not bring and that were asked for later: worth prefetching from hosts that are alike.
    /// </summary>
    public IReadOnlyList<string> FetchedLater => _later;

    /// <summary>Connects, and brings what is usually asked for.</summary>
    /// <param name="options">How the host is reached.</param>
    /// <param name="prefetchPaths">
    /// Further files, or directories like registries.d, that are going to be read there: absolute paths on the host.
    /// </param>
    /// <param name="messages">Where words for the user go.</param>
    /// <param name="cancellationToken">Ends the connection at any time, also later.</param>
    /// <returns>The host; dispose it to end the connection.</returns>
    /// <exception cref="TrustException">
    /// <c>HostUnreachable</c>, <c>SshTimeout</c>, <c>HostKeyUnknown</c>, <c>HostKeyMismatch</c>, <c>SshAuthenticationFailed</c>,
    /// <c>SshNegotiationFailed</c>, <c>SudoPasswordRequired</c>, <c>SudoRefused</c>, <c>RemoteShellUnusable</c>, <c>ConnectionLost</c>,
    /// <c>SshNotFound</c>, or an option is refused (<see cref="SshConnectionOptions.Validate"/>).
    /// </exception>
    /// <exception cref="OperationCanceledException">The user cancelled.</exception>
    public static SshHost Connect(SshConnectionOptions options, IReadOnlyList<string> prefetchPaths, TrustMessages messages,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(prefetchPaths);
        ArgumentNullException.ThrowIfNull(messages);
        SshHost host = Over(SshProcess.Start(options, cancellationToken), options, prefetchPaths, cancellationToken);
        messages.Verbose($"Connected to {options.HostName} (which calls itself {host.RemoteName}) as user {host.UserId}.");
        return host;
    }

    /// <summary>Brings what is usually asked for over a connection that is there.</summary>
    /// <param name="connection">The connection; disposed of with the host, and where this fails.</param>
    /// <param name="options">How the host is reached.</param>
    /// <param name="prefetchPaths">
    /// Further files, or directories like registries.d, that are going to be read there: absolute paths on the host.
    /// </param>
    /// <param name="cancellationToken">Ends the connection at any time, also later.</param>
    /// <returns>The host; dispose it to end the connection.</returns>
    /// <exception cref="TrustException">What <see cref="Connect"/> throws once it has begun.</exception>
    internal static SshHost Over(RemoteConnection connection, SshConnectionOptions options, IReadOnlyList<string> prefetchPaths,
        CancellationToken cancellationToken)
    {
        SshHost host = new(options, connection, cancellationToken);
        try
        {
            host.Begin(prefetchPaths);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary><see cref="Connect"/> on a thread of its own.</summary>
    /// <inheritdoc cref="Connect"/>
    public static Task<SshHost> ConnectAsync(SshConnectionOptions options, IReadOnlyList<string> prefetchPaths, TrustMessages messages,
        CancellationToken cancellationToken) =>
        Task.Factory.StartNew(
            () => Connect(options, prefetchPaths, messages, cancellationToken),
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    /// <inheritdoc/>
    public string? GetEnvironmentVariable(string name) => _reply.Variables.GetValueOrDefault(name);

    /// <inheritdoc/>
    public void Prefetch(IReadOnlyList<string> paths)
    {
        lock (_turn)
        {
            ArgumentNullException.ThrowIfNull(paths);
            List<string> questions = [];
            foreach (string path in paths)
            {
                if (DirectoryOf(path) is { } directory)
                {
                    if (_cache.FindDirectory(directory) is null && IsPath(directory))
                        questions.Add(Question("y", PrefetchLimit, directory));
                }
                else if (_cache.Find(path) is null && IsPath(path))
                {
                    questions.Add(Question("f", PrefetchLimit, path));
                }
            }

            if (questions.Count == 0)
                return;
            _later.AddRange(paths.Except(_later));
            Ask(questions);
        }
    }

    /// <summary>Forgets what was read and reads all of it again, in one round trip.</summary>
    /// <exception cref="TrustException">The connection has ended.</exception>
    /// <exception cref="OperationCanceledException">The user cancelled.</exception>
    public void Refresh()
    {
        lock (_turn)
        {
            _cache.Clear();
            _ssh.Forget();
            Ask([.. _asked]);
        }
    }

    /// <inheritdoc/>
    public bool Exists(string path)
    {
        lock (_turn)
        {
            RemoteEntry entry = Find(path);
            if (entry.Words is { } words && !RemoteError.IsNotADirectory(words.TrimEnd()))
                throw RemoteError.ForReading(words, path, this);
            return entry.Status is not null;
        }
    }

    /// <inheritdoc/>
    public HostFile? TryReadFile(string path, int maxBytes)
    {
        lock (_turn)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
            PathText.RequireFileName(path);
            RemoteEntry entry = Find(path);
            for (int attempt = 0; ; attempt++)
            {
                if (entry.Status is null)
                    return entry.Words is { } words && !RemoteError.IsNotADirectory(words.TrimEnd()) ? throw RemoteError.ForReading(words,
                        path, this) : null;
                RequireReadable(path, entry, maxBytes);
                if (entry.Content is { } content)
                    return content.Length > maxBytes ? throw TooLarge(path, content.Length, maxBytes) : new HostFile(path, content,
                        entry.Status.Stamp) { Permissions = entry.Status.Permissions };
                if (attempt == ReadAttempts)
                    throw new TrustException(
                        "FileChanged",
                        TrustErrorKind.ResourceBusy,
                        $"{Describe(path)} is being written by another program. Run the command again when that has finished.")
                    {
                        Target = path,
                    };
                if (attempt > 0 && _cancellationToken.WaitHandle.WaitOne(ReadPause))
                    throw new OperationCanceledException(_cancellationToken);
                entry = ReadSingle(path, maxBytes) ?? entry;
            }
        }
    }

    /// <inheritdoc/>
    public string ResolvePath(string path)
    {
        lock (_turn)
        {
            if (_cache.FindTarget(path) is null)
            {
                RequirePath(path);
                Ask([$"r 0 {RemoteRequest.Encode(path)}"]);
            }

            (string target, string words) = _cache.FindTarget(path) ?? throw _reply.Garbled();
            if (target.Length > 0)
                return target;
            return words.Length == 0 || RemoteError.IsMissing(words.TrimEnd()) || RemoteError.IsNotADirectory(words.TrimEnd()) ? path
                : throw RemoteError.ForReading(words, path, this);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ListDirectory(string path)
    {
        lock (_turn)
        {
            ArgumentNullException.ThrowIfNull(path);
            string directory = path.Length > 1 ? path.TrimEnd('/') is { Length: > 0 } trimmed ? trimmed : "/" : path;
            if (_cache.FindDirectory(directory) is not { } known)
            {
                RemoteEntry? entry = _cache.Find(directory);
                if (entry is null or { Status.IsDirectory: true })
                {
                    RequirePath(directory);
                    Ask([Question("y", PrefetchLimit, directory)]);
                }

                known = _cache.FindDirectory(directory);
                if (known is null)
                {
                    entry = _cache.Find(directory) ?? throw _reply.Garbled();
                    if (entry.Status is null && entry.Words is null)
                        return [];
                    throw RemoteError.ForReading(entry.Words ?? ": Not a directory", path, this);
                }
            }

            return known.Names!;
        }
    }

    /// <summary>
    /// Begins a change. Nothing is sent yet: what is to be done is noted, and <see cref="IHostChange.Complete"/> does all of it under the
    /// same locks that writers on that host take, if the files are still as they were read.
    /// </summary>
    /// <inheritdoc/>
    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(directories);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (directories.Count == 0)
            throw new ArgumentException("There is no directory to lock.", nameof(directories));
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A timeout is zero or more, or infinite.");
        foreach (string directory in directories)
            RequirePath(directory);
        return new SshHostChange(this, directories, timeout, cancellationToken);
    }

    /// <summary>
    /// Runs <c>bootc status --json</c> or <c>rpm-ostree status --json</c> there, which change nothing.
    /// </summary>
    /// <param name="program">The one or the other.</param>
    /// <returns>What it said. Null if the host does not have it.</returns>
    /// <exception cref="TrustException">The connection has ended.</exception>
    /// <exception cref="OperationCanceledException">The user cancelled.</exception>
    internal RemoteProgram? AskStatus(string program)
    {
        if (program is not ("bootc" or "rpm-ostree"))
            throw new ArgumentException("It is not one of those that are asked.", nameof(program));
        lock (_turn)
        {
            _cache.Programs.Remove(program);
            RemoteRequest request = new();
            request.Line($"b {RemoteRequest.Number(RemoteProgram.MaxBytes + 1)} {program}").Line(".");
            List<string> again = [];
            Exchange(request.Bytes, _options.SilenceTimeout, s_longestAnswer, () => _reply.ReadAnswers(_cache, again));
            return _cache.Programs.TryGetValue(program, out RemoteProgram? answer) ? answer : throw _reply.Garbled();
        }
    }

    /// <summary>Ends the connection.</summary>
    public void Dispose()
    {
        _disposed = true;
        _ssh.Dispose();
    }

    /// <summary>Ends the connection, on a thread of its own.</summary>
    /// <returns>When it has ended.</returns>
    public ValueTask DisposeAsync() => new(Task.Factory.StartNew(
        Dispose,
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default));

    /// <summary>A path as it appears in a message.</summary>
    internal string Describe(string path) => $"{PathText.Display(path)} on {_options.HostName}";

    internal RemoteEntry? Known(string path) => _cache.Find(path);

    /// <summary>Whether what is asked of a path is answered without another round trip.</summary>
    internal bool Answers(string path, bool withContent) => _cache.Find(path) is { } entry
        ? !withContent || entry.Status is null || entry.Status.IsDirectory || entry.Content is not null
        : _cache.FindDirectory(path) is not null || FromListing(path) is not null;

    /// <summary>Whether a directory's names are known.</summary>
    internal bool AnswersNames(string directory) =>
        _cache.FindDirectory(directory) is not null || (_cache.Find(directory) ?? FromListing(directory)) is { Status: null };

    /// <summary>Whether it is known where a path leads.</summary>
    internal bool AnswersTarget(string path) => _cache.FindTarget(path) is not null;

    internal void Learn(string path, RemoteEntry entry)
    {
        _cache.Put(path, entry);
        _cache.ForgetTarget(path);
    }

    internal RemoteReply Reply => _reply;

    /// <summary>How the host is reached.</summary>
    public SshConnectionOptions Connection => _options;

    internal TimeSpan SilenceTimeout => _options.SilenceTimeout;

    /// <summary>What is known of a directory's names is no longer right.</summary>
    internal void LearnName(string path, bool isThere)
    {
        int slash = path.LastIndexOf('/');
        string directory = path[..Math.Max(slash, 1)];
        string name = path[(slash + 1)..];
        if (_cache.FindDirectory(directory)?.Names is { } names)
        {
            SortedSet<string> changed = new(names, StringComparer.Ordinal);
            _ = isThere ? changed.Add(name) : changed.Remove(name);
            _cache.PutDirectory(directory, new RemoteDirectory([.. changed], null));
        }
        else if (isThere && _cache.Find(directory) is { Status: null, Words: null })
        {
            // It has been made for this file.
            _cache.Put(directory, new RemoteEntry(new RemoteStatus("", 0x4000, default, 0, 0), null, null));
            _cache.PutDirectory(directory, new RemoteDirectory([name], null));
        }
    }

    /// <summary>Sends a request and reads its answer; a failure in between leaves the connection in no state to be used.</summary>
    internal void Exchange(ReadOnlySpan<byte> request, TimeSpan silence, TimeSpan all, Action read)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _cancellationToken.ThrowIfCancellationRequested();
        if (_broken)
            throw SshFailure.Of(_options, null, "", isConnected: true);
        _broken = true;
        _ssh.Expect(silence, all);
        _ssh.Send(request);
        read();
        _ssh.Rest();
        _broken = false;
        RoundTrips++;
    }

    private void Begin(IReadOnlyList<string> prefetchPaths)
    {
        foreach (string path in prefetchPaths)
        {
            if (DirectoryOf(path) is { } directory && IsPath(directory))
                _asked.Add(Question("y", PrefetchLimit, directory));
            else if (IsPath(path))
                _asked.Add(Question("a", PrefetchLimit, path));
        }

        RemoteRequest request = new();
        request.Content(RemoteScript.Text);
        request.Line(string.Create(CultureInfo.InvariantCulture, $"{_reply.FirstHalf} {_reply.SecondHalf} {RemoteReply.MaximumContent}"));
        foreach (string question in _asked)
            request.Line(question);
        request.Line(".");
        List<string> again = [];
        Exchange(request.Bytes, Connecting, Connecting, () =>
        {
            _reply.ReadGreeting();
            _ssh.Expect(_options.SilenceTimeout, s_longestAnswer);
            _reply.ReadAnswers(_cache, again);
        });
    }

    // ssh itself gives up after this time too and then says why, so it goes first.
    private TimeSpan Connecting => _options.ConnectingTimeout == Timeout.InfiniteTimeSpan ? Timeout.InfiniteTimeSpan
        : _options.ConnectingTimeout + TimeSpan.FromSeconds(1.5);

    private void Ask(IReadOnlyList<string> questions)
    {
        RemoteRequest request = new();
        foreach (string question in questions)
            request.Line(question);
        request.Line(".");

        // What changed while it was read stays unknown, and is asked for singly when it is wanted.
        List<string> again = [];
        Exchange(request.Bytes, _options.SilenceTimeout, s_longestAnswer, () => _reply.ReadAnswers(_cache, again));
        foreach (string question in questions)
            _asked.Add(question);
    }

    private RemoteEntry Find(string path)
    {
        if (_cache.Find(path) is { } known)
            return known;
        if (_cache.FindDirectory(path) is not null)
            return new RemoteEntry(new RemoteStatus("", 0x4000, default, 0, 0), null, null);
        RequirePath(path);
        if (FromListing(path) is { } missing)
            return missing;
        _later.Add(path);
        Ask([Question("f", PrefetchLimit, path)]);
        return _cache.Find(path) ?? ReadSingle(path, PrefetchLimit) ?? throw new TrustException(
            "FileChanged",
            TrustErrorKind.ResourceBusy,
            $"{Describe(path)} is being written by another program. Run the command again when that has finished.")
        {
            Target = path,
        };
    }

    // A name that is not in a directory that was listed is not there.
    private RemoteEntry? FromListing(string path)
    {
        int slash = path.LastIndexOf('/');
        string directory = path[..Math.Max(slash, 1)];
        string name = path[(slash + 1)..];
        if (name.Length == 0 || name is "." or ".." || directory.EndsWith('/') && slash > 0)
            return null;
        if (_cache.FindDirectory(directory) is { Names: not null } listed)
            return listed.Has(name) ? null : RemoteEntry.Missing;
        return _cache.Find(directory) is { Status: null, Words: null } ? RemoteEntry.Missing : null;
    }

    private RemoteEntry? ReadSingle(string path, int maxBytes)
    {
        _cache.SingleLimit = Math.Min(maxBytes, (int)RemoteReply.MaximumContent);
        RemoteRequest request = new();
        request.Line(Question("g", _cache.SingleLimit, path)).Line(".");
        List<string> again = [];
        RemoteEntry? found = null;
        Exchange(request.Bytes, _options.SilenceTimeout, s_longestAnswer, () => _reply.ReadAnswers(_cache, again));
        found = again.Count > 0 ? null : _cache.Find(path) ?? throw _reply.Garbled();
        if (found is { Status: not null, Words: { } words })
            throw RemoteError.ForReading(words, path, this);
        _asked.Add(Question("f", PrefetchLimit, path));
        return found;
    }

    private void RequireReadable(string path, RemoteEntry entry, int maxBytes)
    {
        RemoteStatus status = entry.Status!;
        if (status.IsDirectory)
            throw new TrustException(
                "IsADirectory",
                TrustErrorKind.InvalidData,
                $"{Describe(path)} is a directory, not a file. Name a file.")
            {
                Target = path,
            };
        if (!status.IsRegularFile)
            throw new TrustException(
                "NotARegularFile",
                TrustErrorKind.InvalidArgument,
                $"{Describe(path)} is {status.TypeName}, not a regular file. Name a regular file.")
            {
                Target = path,
            };
        if (status.Stamp.Length > Math.Min(maxBytes, RemoteReply.MaximumContent))
            throw TooLarge(path, status.Stamp.Length, (int)Math.Min(maxBytes, RemoteReply.MaximumContent));
    }

    private TrustException TooLarge(string path, long length, int maxBytes) =>
        new("FileTooLarge", TrustErrorKind.LimitsExceeded,
            string.Create(CultureInfo.InvariantCulture,
            $"{Describe(path)} has {length} bytes; at most {maxBytes} bytes are read. Check that it is the file you meant."))
            { Target = path };

    private static string Question(string operation, int limit, string path) =>
        $"{operation} {RemoteRequest.Number(limit)} {RemoteRequest.Encode(path)}";

    // What ends in a slash is a directory whose names are wanted.
    private static string? DirectoryOf(string path) => path.Length > 1 && path[^1] == '/' ? path.TrimEnd('/') : null;

    private static void RequirePath(string path) => _ = PathText.Encode(path);

    private static bool IsPath(string path)
    {
        try
        {
            RequirePath(path);
            return !path.EndsWith('/') || path == "/";
        }
        catch (TrustException)
        {
            // Whoever asks for it gets the error; here it is only not worth asking for.
            return false;
        }
    }
}
