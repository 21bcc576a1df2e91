using System.Collections.Concurrent;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Engine.Registry;

/// <summary>
/// Values that are costly to get: one caller gets a value, the others that ask for it meanwhile wait, and each can give up waiting. A
/// failure is remembered for a while, so that a thousand callers do not each wait for the same dead server, or log in a thousand times
/// with a wrong password.
/// </summary>
internal sealed class AsyncCache<TKey, TValue>
    where TKey : notnull
{
    private static readonly TimeSpan s_failureLifetime = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<TKey, Entry> _entries = new();

    /// <summary>Gets a value.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="create">Gets it; with it, how long it can be used (null: for ever).</param>
    /// <param name="cancellationToken">Ends the wait, and the work if it is this caller that does it.</param>
    /// <returns>The value.</returns>
    /// <exception cref="TrustException">Getting it failed, now or shortly before.</exception>
    public async Task<TValue> GetAsync(TKey key, Func<CancellationToken, Task<(TValue Value, TimeSpan? Lifetime)>> create,
        CancellationToken cancellationToken)
    {
        Entry entry = _entries.GetOrAdd(key, static _ => new Entry());
        if (entry.Current is { } current && current.IsUsable)
            return current.Get();
        await entry.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (entry.Current is { } made && made.IsUsable)
                return made.Get();
            try
            {
                (TValue value, TimeSpan? lifetime) = await create(cancellationToken).ConfigureAwait(false);
                entry.Current = new State(value, null, lifetime);
                return value;
            }
            catch (TrustException e)
            {
                entry.Current = new State(default, e, s_failureLifetime);
                throw;
            }
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    /// <summary>Forgets a value, unless another has taken its place.</summary>
    public void Forget(TKey key, TValue value)
    {
        if (_entries.TryGetValue(key, out Entry? entry) && entry.Current is { Failure: null } current
            && EqualityComparer<TValue>.Default.Equals(current.Value, value))
            entry.Current = null;
    }

    private sealed class Entry
    {
        private volatile State? _current;

        // Its wait handle is never used, so there is nothing to dispose.
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public State? Current
        {
            get => _current;
            set => _current = value;
        }
    }

    private sealed class State(TValue? value, TrustException? failure, TimeSpan? lifetime)
    {
        private readonly long _expires = lifetime is { } span ? Environment.TickCount64 + (long)span.TotalMilliseconds : long.MaxValue;

        public TValue? Value => value;

        public TrustException? Failure => failure;

        public bool IsUsable => Environment.TickCount64 < _expires;

        // A new exception each time: one object must not be thrown by several threads at once.
        public TValue Get() => failure is null ? value! : throw new TrustException(
            failure.ErrorId,
            failure.Kind,
            failure.Message,
            failure)
        {
            Target = failure.Target,
        };
    }
}
