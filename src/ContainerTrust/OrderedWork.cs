using System.Collections.Concurrent;

namespace ContainerTrust.Commands;

/// <summary>
/// Work for a pipeline that is done on other threads, several items at once, and comes back in the order in which it was given.
/// PowerShell takes objects and words on the pipeline's thread only: everything is handed over to the thread that calls
/// <see cref="Deliver"/>. What an item says is heard when its turn comes, from then on as it is said.
/// </summary>
/// <typeparam name="TItem">What is worked on.</typeparam>
/// <typeparam name="TResult">What comes of it.</typeparam>
internal sealed class OrderedWork<TItem, TResult> : IDisposable
{
    // How many items are taken in ahead, for each that is worked on: one slow item does not hold up the others.
    private const int Ahead = 4;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    private readonly int _limit;
    private readonly TrustMessages _listener;
    private readonly CancellationToken _cancellation;
    private readonly SemaphoreSlim _places;
    private readonly ManualResetEventSlim _news = new();
    private readonly Queue<Entry> _entries = new();
    private readonly AsyncLocal<Entry?> _current = new();
    private readonly ConcurrentQueue<(string Text, bool IsWarning)> _said = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private int _finished;

    /// <summary>Nothing to do yet. The thread that makes it is the one that delivers.</summary>
    /// <param name="limit">How many items are worked on at once.</param>
    /// <param name="listener">Called on the thread that delivers.</param>
    /// <param name="cancellation">Ends the work.</param>
    public OrderedWork(int limit, TrustMessages listener, CancellationToken cancellation)
    {
        _limit = limit;
        _listener = listener;
        _cancellation = cancellation;
        _places = new SemaphoreSlim(limit);
        Messages = new TrustMessages { Warning = text => Say(text, isWarning: true), Verbose = text => Say(text, isWarning: false) };
    }

    /// <summary>What the work speaks through, on any thread.</summary>
    public TrustMessages Messages { get; }

    /// <summary>
    /// Called from time to time while <see cref="Deliver"/> waits, with the number of items taken in and of those that are done.
    /// </summary>
    public Action<int, int>? Waiting { get; init; }

    /// <summary>How many items were taken in.</summary>
    public int Count { get; private set; }

    /// <summary>Whether no more should be taken in before some are delivered.</summary>
    public bool IsFull => _entries.Count >= _limit * Ahead;

    /// <summary>Takes an item in; it is worked on as soon as there is a place.</summary>
    public void Add(TItem item, Func<TItem, CancellationToken, Task<TResult>> work)
    {
        Entry entry = new(item);
        Count++;
        entry.Task = Task.Run(() => Work(entry, work), _cancellation);
        entry.Task.ContinueWith(
            _ => Finished(),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        _entries.Enqueue(entry);
    }

    /// <summary>Hands over what is done.</summary>
    /// <param name="deliver">Gets each item and its task, which has ended.</param>
    /// <param name="wait">Whether to wait for the next item that is not done yet; asked again before each.</param>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public void Deliver(Action<TItem, Task<TResult>> deliver, Func<bool> wait)
    {
        while (_entries.TryPeek(out Entry? entry))
        {
            _cancellation.ThrowIfCancellationRequested();
            _news.Reset();
            bool isDone = entry.Task.IsCompleted;
            Forward(_said);
            Forward(entry.Said);
            if (isDone)
            {
                _entries.Dequeue();
                deliver(entry.Item, entry.Task);
            }
            else if (!wait())
            {
                return;
            }
            else
            {
                _news.Wait(Tick, _cancellation);
                Waiting?.Invoke(Count, _finished);
            }
        }
    }

    /// <summary>Waits for nothing: what still runs is left to end by its cancellation.</summary>
    public void Dispose() => Release(null);

    /// <summary>As <see cref="Dispose"/>, and releases something that the work uses, when it has ended.</summary>
    public void Release(IDisposable? resource)
    {
        Task.WhenAll(_entries.Select(static e => e.Task)).ContinueWith(
            ended =>
            {
                // Nobody wants to know any more.
                _ = ended.Exception;
                _places.Dispose();
                _news.Dispose();
                resource?.Dispose();
            },
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
    }

    private async Task<TResult> Work(Entry entry, Func<TItem, CancellationToken, Task<TResult>> work)
    {
        await _places.WaitAsync(_cancellation).ConfigureAwait(false);
        try
        {
            _current.Value = entry;
            return await work(entry.Item, _cancellation).ConfigureAwait(false);
        }
        finally
        {
            _places.Release();
        }
    }

    private void Say(string text, bool isWarning)
    {
        ConcurrentQueue<(string Text, bool IsWarning)>? queue = _current.Value?.Said
            ?? (Environment.CurrentManagedThreadId == _thread ? null : _said);
        if (queue is null)
        {
            Tell(text, isWarning);
            return;
        }

        queue.Enqueue((text, isWarning));
        _news.Set();
    }

    private void Finished()
    {
        Interlocked.Increment(ref _finished);
        _news.Set();
    }

    private void Forward(ConcurrentQueue<(string Text, bool IsWarning)> said)
    {
        while (said.TryDequeue(out (string Text, bool IsWarning) message))
            Tell(message.Text, message.IsWarning);
    }

    private void Tell(string text, bool isWarning) => (isWarning ? _listener.Warning : _listener.Verbose)(text);

    private sealed class Entry(TItem item)
    {
        public TItem Item { get; } = item;

        public ConcurrentQueue<(string Text, bool IsWarning)> Said { get; } = new();

        public Task<TResult> Task { get; set; } = null!;
    }
}
