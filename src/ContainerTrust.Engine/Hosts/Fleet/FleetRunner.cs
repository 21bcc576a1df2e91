using System.Collections.Concurrent;
using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.Engine.Hosts.Fleet;

/// <summary>
/// Does the same on many hosts, several at once, each on a thread of its own. Results come in the order in which hosts are done; one
/// host's failure ends no other.
/// </summary>
public static class FleetRunner
{
    /// <summary>The most hosts at once where nothing else is said, as for <c>Invoke-Command</c>.</summary>
    public const int DefaultThrottleLimit = 32;

    // Paths that hosts of one fleet turned out to have in common; more than these would be no habit but a list.
    private const int MaximumHints = 256;

    /// <summary>
    /// Works on hosts. The enumeration blocks until the next host is done; ending it early cancels what is still running.
    /// </summary>
    /// <typeparam name="T">What comes back from each.</typeparam>
    /// <param name="hosts">How each is reached. A host may appear twice and is then worked on twice.</param>
    /// <param name="throttleLimit">The most hosts at once; 0 for <see cref="DefaultThrottleLimit"/>.</param>
    /// <param name="prefetchPaths">Files that are going to be read on each, see <see cref="SshHost.Connect"/>.</param>
    /// <param name="messages">What a host's words go to, given its name; said as they come, on a thread of the host's own.</param>
    /// <param name="work">The work, called on that thread.</param>
    /// <param name="cancellationToken">Ends all connections within a second; hosts that were not done are then left out.</param>
    /// <returns>One result for each host.</returns>
    /// <exception cref="OperationCanceledException">The user cancelled.</exception>
    public static IEnumerable<FleetResult<T>> Run<T>(
        IReadOnlyList<SshConnectionOptions> hosts,
        int throttleLimit,
        IReadOnlyList<string> prefetchPaths,
        Func<string, TrustMessages> messages,
        Func<SshHost, TrustMessages, CancellationToken, T> work,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        ArgumentNullException.ThrowIfNull(prefetchPaths);
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(work);
        ArgumentOutOfRangeException.ThrowIfNegative(throttleLimit);
        return Enumerate(
            hosts,
            throttleLimit == 0 ? DefaultThrottleLimit : throttleLimit,
            prefetchPaths,
            messages,
            work,
            cancellationToken);
    }

    private static IEnumerable<FleetResult<T>> Enumerate<T>(
        IReadOnlyList<SshConnectionOptions> hosts,
        int throttleLimit,
        IReadOnlyList<string> prefetchPaths,
        Func<string, TrustMessages> messages,
        Func<SshHost, TrustMessages, CancellationToken, T> work,
        CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using BlockingCollection<FleetResult<T>> results = new();
        ConcurrentDictionary<string, bool> hints = new(
            prefetchPaths.Distinct(StringComparer.Ordinal).Select(static p => KeyValuePair.Create(p, true)),
            StringComparer.Ordinal);
        int next = -1;
        int workers = Math.Min(throttleLimit, hosts.Count);
        int running = workers;
        Thread[] threads = [.. Enumerable.Range(0, workers)
            .Select(_ => new Thread(Work, 512 << 10) { IsBackground = true, Name = "fleet" })];
        try
        {
            foreach (Thread thread in threads)
                thread.Start();
            if (workers == 0)
                yield break;
            foreach (FleetResult<T> result in results.GetConsumingEnumerable(cancellationToken))
                yield return result;
            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            stop.Cancel();
            foreach (Thread thread in threads)
                thread.Join();
        }

        void Work()
        {
            try
            {
                while (!stop.IsCancellationRequested && Interlocked.Increment(ref next) is var i && i < hosts.Count)
                {
                    if (RunOne(hosts[i], i, hints, messages(hosts[i].HostName), work, stop.Token) is { } result)
                        results.Add(result, CancellationToken.None);
                }
            }
            finally
            {
                if (Interlocked.Decrement(ref running) == 0)
                    results.CompleteAdding();
            }
        }
    }

    // Null if it was cancelled.
    private static FleetResult<T>? RunOne<T>(SshConnectionOptions options, int index, ConcurrentDictionary<string, bool> hints,
        TrustMessages messages, Func<SshHost, TrustMessages, CancellationToken, T> work, CancellationToken cancellationToken)
    {
        try
        {
            using SshHost host = SshHost.Connect(options, [.. hints.Keys], messages, cancellationToken);
            T value = work(host, messages, cancellationToken);
            foreach (string path in host.FetchedLater)
            {
                if (hints.Count < MaximumHints)
                    hints.TryAdd(path, true);
            }

            return new FleetResult<T>(options.HostName, index, value, null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (TrustException e)
        {
            return new FleetResult<T>(options.HostName, index, default, e);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A fault of ours on one host is that host's error, and the others go on.
            return new FleetResult<T>(options.HostName, index, default, new TrustException(
                "UnexpectedError",
                TrustErrorKind.NotSupported,
                $"The work on {options.HostName} failed unexpectedly: {e.Message}",
                e)
            {
                Target = options.HostName,
            });
        }
    }
}

/// <summary>What became of one host.</summary>
/// <typeparam name="T">What the work gives back.</typeparam>
/// <param name="HostName">The host, as it was asked for.</param>
/// <param name="Index">Its place among the hosts that were given, from 0.</param>
/// <param name="Value">What the work gave back; the default value if it failed.</param>
/// <param name="Error">Why it failed. Null if it did not.</param>
public sealed record FleetResult<T>(string HostName, int Index, T? Value, TrustException? Error);
