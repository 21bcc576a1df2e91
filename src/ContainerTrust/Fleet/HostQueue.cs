using System.Collections.Concurrent;

namespace ContainerTrust.Commands.Fleet;

/// <summary>What the threads of the hosts have for the one thread that may speak to the user.</summary>
internal sealed class HostQueue : IDisposable
{
    // Hosts that have more to say than is taken wait, so that a slow pipeline does not fill the memory.
    private const int Capacity = 4096;

    private const int Tick = 100;

    private readonly BlockingCollection<Action> _said = new(Capacity);
    private readonly CancellationToken _cancellation;

    /// <summary>An empty queue.</summary>
    /// <param name="cancellation">Ends waiting, on both sides.</param>
    public HostQueue(CancellationToken cancellation) => _cancellation = cancellation;

    /// <summary>Says something; done when it has its turn.</summary>
    /// <exception cref="OperationCanceledException">Nobody listens any more.</exception>
    public void Post(Action word) => _said.Add(word, _cancellation);

    /// <summary>Asks something, and waits for the answer.</summary>
    /// <exception cref="OperationCanceledException">Nobody listens any more.</exception>
    public T Ask<T>(Func<T> question)
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => answer.SetResult(question()));
        answer.Task.Wait(_cancellation);
        return answer.Task.Result;
    }

    /// <summary>Listens until a task has ended and all is said.</summary>
    /// <param name="work">The work of the hosts.</param>
    /// <param name="tick">Called from time to time.</param>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public void Listen(Task work, Action tick)
    {
        while (true)
        {
            bool isLast = work.IsCompleted;
            if (_said.TryTake(out Action? word, isLast ? 0 : Tick, _cancellation))
                word!();
            else if (isLast)
                return;
            tick();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _said.Dispose();
}
