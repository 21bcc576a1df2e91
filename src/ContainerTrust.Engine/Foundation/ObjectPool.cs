using System.Collections.Concurrent;

namespace ContainerTrust.Engine.Foundation;

/// <summary>
/// Key objects of the framework: making one costs more than a verification with it, and none of them promises to serve two threads at
/// once. There are never more than threads that verified with the same key at the same time.
/// </summary>
/// <typeparam name="T">Type of the objects.</typeparam>
/// <param name="create">Makes another one.</param>
/// <param name="first">The first one.</param>
internal sealed class ObjectPool<T>(Func<T> create, T first)
    where T : class
{
    private readonly ConcurrentQueue<T> _spare = new();
    private T? _first = first;

    /// <summary>Takes an object that nobody else uses.</summary>
    /// <returns>The object.</returns>
    public T Take() => Interlocked.Exchange(ref _first, null) ?? (_spare.TryDequeue(out var spare) ? spare : create());

    /// <summary>Gives an object back.</summary>
    /// <param name="item">The object.</param>
    public void Return(T item)
    {
        if (Interlocked.CompareExchange(ref _first, item, null) is not null)
            _spare.Enqueue(item);
    }
}
