namespace Workers.Hosting;

/// <summary>
/// One long-running piece of a worker: a stream consumer, a sweep, an event watcher. The host runs all parts side by
/// side and ends them together.
/// </summary>
/// <remarks>
/// A part that implements <see cref="IAsyncDisposable"/> or <see cref="IDisposable"/> is disposed once every part has
/// ended, in reverse order of addition.
/// </remarks>
public interface IWorkerPart
{
    /// <summary>Names the part in logs, e.g. <c>stop jobs</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Runs until <see cref="WorkerTokens.Stop"/> is cancelled, finishes what is in hand, and returns; gives up what is
    /// in hand when <see cref="WorkerTokens.Work"/> is cancelled.
    /// </summary>
    /// <remarks>
    /// Throwing, or returning before it was asked to, stops the whole worker with exit code 1: a worker that lacks a
    /// part would look healthy and do nothing. What a part reports to <see cref="Probes.HealthRegistry"/> before its
    /// first await is seen before the worker can turn ready; it must not block there.
    /// </remarks>
    Task RunAsync(WorkerTokens tokens);
}
