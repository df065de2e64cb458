using Workers.Messaging;

namespace Workers.Runtimes;

/// <summary>
/// The engine whose containers get stopped.
/// </summary>
/// <remarks>
/// Every member throws <see cref="DependencyUnavailableException"/> when the engine cannot be reached, times out or
/// answers 5xx (trying again may help), and <see cref="ContainerEngineException"/> when it refuses (it will not).
/// "No such container" is an answer only when the engine says so in its own words: a 404 from anything in between is a
/// <see cref="ContainerEngineException"/>. A container id that cannot be one (<c>a/b</c>, <c>..</c>, control characters) is refused
/// before it reaches the engine, a blank one is an <see cref="ArgumentException"/>.
/// </remarks>
public interface IContainerEngine
{
    /// <summary>The engine's own id, which survives its restarts; two engines never share one.</summary>
    Task<string> GetEngineIdAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Asks the container to stop: its stop signal, then SIGKILL after <paramref name="grace"/> (whole seconds, rounded up). Returns when
    /// the engine has answered; waits for <paramref name="grace"/> plus a margin, never for a client's default.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="grace"/> is negative.</exception>
    Task<StopReply> StopAsync(string containerId, TimeSpan grace, CancellationToken cancellationToken);

    /// <summary>Sends SIGKILL. A container that is gone or not running is fine.</summary>
    Task KillAsync(string containerId, CancellationToken cancellationToken);

    /// <summary>What the engine says of the container; null when it says there is none.</summary>
    Task<ContainerState?> InspectAsync(string containerId, CancellationToken cancellationToken);

    /// <summary>All running containers (paused and restarting ones among them) that carry <paramref name="label"/>: <c>name</c> or <c>name=value</c>.</summary>
    Task<IReadOnlyList<RunningContainer>> ListAsync(string label, CancellationToken cancellationToken);

    /// <summary>
    /// Starts, deaths, out-of-memory kills, removals and health verdicts of the containers that carry <paramref name="label"/> (<c>name</c> or
    /// <c>name=value</c>), from <paramref name="since"/> on and as they happen, in the engine's order.
    /// </summary>
    /// <remarks>
    /// Does not end by itself: it throws <see cref="DependencyUnavailableException"/> when the connection breaks. Watching again from the
    /// last <see cref="ContainerEvent.At"/> repeats events of that very moment. An engine remembers few (Docker the last 256, none across
    /// its restart): whoever must not miss one lists as well.
    /// </remarks>
    IAsyncEnumerable<ContainerEvent> WatchAsync(string label, DateTimeOffset since, CancellationToken cancellationToken);
}
