using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Workers.Messaging;
using Workers.Runtimes;

namespace Workers.Testing;

/// <summary>
/// An engine without processes: the port as <see cref="ContainerEngineContract"/> pins it down, and whatever else a test
/// wants to happen to its containers.
/// </summary>
/// <param name="time">The clock that grace periods are measured with, and events are dated by.</param>
public sealed class InMemoryContainerEngine(TimeProvider time) : IContainerEngine
{
    private const int KilledExitCode = 128 + 9;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Container> _containers = new(StringComparer.Ordinal);
    private readonly List<ContainerEvent> _events = [];
    private readonly List<Channel<ContainerEvent>> _watchers = [];
    private bool _down;

    /// <summary>What <see cref="GetEngineIdAsync"/> answers.</summary>
    public string EngineId { get; set; } = "IN-MEMORY:" + Guid.NewGuid().ToString("N").ToUpperInvariant();

    /// <summary>The image of all containers.</summary>
    public string Image { get; init; } = "image:in-memory";

    /// <summary>Starts a container; its id.</summary>
    public string Run(ContainerScript script)
    {
        lock (_gate)
        {
            var container = new Container(Guid.NewGuid().ToString("N") + Guid.NewGuid().ToString("N"), script, time.GetUtcNow());
            _containers.Add(container.Id, container);
            Tell(container, ContainerEvent.Started);
            if (script.EndsByItself) End(container, script.ExitCode);
            return container.Id;
        }
    }

    /// <summary>Its process ends by itself.</summary>
    public void End(string id, int exitCode)
    {
        lock (_gate) End(_containers[id], exitCode);
    }

    /// <summary>Freezes it.</summary>
    public void Pause(string id)
    {
        lock (_gate) _containers[id].Status = "paused";
    }

    /// <summary>Removes it, running or not; one that is gone is fine.</summary>
    public void Remove(string id)
    {
        lock (_gate)
        {
            if (!_containers.TryGetValue(id, out var container)) return;
            End(container, KilledExitCode);
            if (_containers.Remove(id)) Tell(container, ContainerEvent.Destroyed);
        }
    }

    /// <summary>The engine goes away: calls fail and watches break until <see cref="ComeBack"/>. Containers live on.</summary>
    public void GoAway()
    {
        lock (_gate)
        {
            _down = true;
            foreach (var watcher in _watchers) watcher.Writer.Complete(Unreachable());
            _watchers.Clear();
        }
    }

    /// <summary>The engine is back, and as a real one remembers no events.</summary>
    public void ComeBack()
    {
        lock (_gate)
        {
            _down = false;
            _events.Clear();
        }
    }

    public Task<string> GetEngineIdAsync(CancellationToken cancellationToken) => AskAsync(() => EngineId, cancellationToken);

    public async Task<StopReply> StopAsync(string containerId, TimeSpan grace, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(grace, TimeSpan.Zero);
        if (await FindAsync(containerId, cancellationToken) is not { } container) return StopReply.NoSuchContainer;
        if (!container.Running) return StopReply.AlreadyStopped;

        var patience = TimeSpan.FromSeconds(Math.Ceiling(grace.TotalSeconds));
        var obeys = container.Script.EndsAfterSigterm is { } needed && needed <= patience;
        var wait = obeys ? container.Script.EndsAfterSigterm!.Value : patience;
        if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellationToken);

        return await AskAsync(() =>
        {
            End(container, obeys ? container.Script.ExitCode : KilledExitCode);
            return StopReply.Accepted;
        }, cancellationToken);
    }

    public async Task KillAsync(string containerId, CancellationToken cancellationToken)
    {
        if (await FindAsync(containerId, cancellationToken) is { } container)
            lock (_gate) End(container, KilledExitCode);
    }

    public async Task<ContainerState?> InspectAsync(string containerId, CancellationToken cancellationToken) =>
        await FindAsync(containerId, cancellationToken) is { } container
            ? new ContainerState(container.Id, container.Status, container.Running, container.ExitCode)
            : null;

    public Task<IReadOnlyList<RunningContainer>> ListAsync(string label, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(label);
        return AskAsync<IReadOnlyList<RunningContainer>>(() =>
        [
            .. _containers.Values.Where(container => container.Running && Carries(container.Script.Labels, label))
                .Select(container => new RunningContainer(container.Id, Image, container.CreatedAt, container.Script.Labels)),
        ], cancellationToken);
    }

    public IAsyncEnumerable<ContainerEvent> WatchAsync(string label, DateTimeOffset since, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(label);
        return ReadAsync(label, since, cancellationToken);
    }

    private static DependencyUnavailableException Unreachable() => new("docker", "cannot connect to the engine: it is away");

    private static bool Carries(IReadOnlyDictionary<string, string> labels, string label) =>
        label.Split('=', 2) is [var name, var value] ? labels.TryGetValue(name, out var actual) && actual == value : labels.ContainsKey(label);

    private async IAsyncEnumerable<ContainerEvent> ReadAsync(
        string label, DateTimeOffset since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watcher = Channel.CreateUnbounded<ContainerEvent>();
        await AskAsync(() =>
        {
            foreach (var past in _events.Where(past => past.At >= since)) watcher.Writer.TryWrite(past);
            _watchers.Add(watcher);
            return true;
        }, cancellationToken);

        try
        {
            await foreach (var happened in watcher.Reader.ReadAllAsync(cancellationToken))
                if (Carries(happened.Attributes, label))
                    yield return happened;
        }
        finally
        {
            lock (_gate) _watchers.Remove(watcher);
        }
    }

    private Task<Container?> FindAsync(string containerId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(containerId);
        return containerId is "." or ".." || containerId.Any(character => character == '/' || char.IsControl(character))
            ? throw new ContainerEngineException("the container id is a path or has control characters")
            : AskAsync(() => _containers.GetValueOrDefault(containerId), cancellationToken);
    }

    private async Task<T> AskAsync<T>(Func<T> answer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Whoever asks a server continues later: a test must not pass because its double is synchronous.
        await Task.Yield();
        lock (_gate) return _down ? throw Unreachable() : answer();
    }

    private void End(Container container, int exitCode)
    {
        if (!container.Running) return;

        container.Status = "exited";
        container.ExitCode = exitCode;
        Tell(container, ContainerEvent.Died, ("exitCode", exitCode.ToString(CultureInfo.InvariantCulture)));
        if (container.Script.AutoRemove && _containers.Remove(container.Id)) Tell(container, ContainerEvent.Destroyed);
    }

    private void Tell(Container container, string action, params (string Name, string Value)[] attributes)
    {
        var all = new Dictionary<string, string>(container.Script.Labels, StringComparer.Ordinal) { ["image"] = Image };
        foreach (var (name, value) in attributes) all[name] = value;
        var happened = new ContainerEvent(container.Id, action, time.GetUtcNow(), all);
        _events.Add(happened);
        foreach (var watcher in _watchers) watcher.Writer.TryWrite(happened);
    }

    private sealed class Container(string id, ContainerScript script, DateTimeOffset createdAt)
    {
        public string Id { get; } = id;
        public ContainerScript Script { get; } = script;
        public DateTimeOffset CreatedAt { get; } = createdAt;
        public string Status { get; set; } = "running";
        public int ExitCode { get; set; }
        public bool Running => Status is "running" or "paused";
    }
}
