namespace Workers.Hosting.Probes;

/// <summary>
/// What the probes answer from. Parts report their state here when it changes; a probe request only reads, so that it
/// is quick and says the same however many ask.
/// </summary>
/// <remarks>Safe from any thread.</remarks>
public sealed class HealthRegistry(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, CheckResult>[] _reports =
        [.. Enum.GetValues<ProbeKind>().Select(_ => new Dictionary<string, CheckResult>(StringComparer.Ordinal))];
    private readonly Dictionary<string, Heartbeat> _heartbeats = new(StringComparer.Ordinal);

    /// <summary>States how a check stands, until it is reported again. The first report creates the check.</summary>
    /// <param name="name">The check, e.g. <c>redis</c>.</param>
    /// <param name="kind">The probe it belongs to; one name may report to several.</param>
    /// <param name="healthy">Whether it passes.</param>
    /// <param name="detail">For the operator; shown to anyone who can reach the probes, so never a secret.</param>
    public void Report(string name, ProbeKind kind, bool healthy, string detail = "")
    {
        lock (_gate)
            _reports[(int)kind][name] = new CheckResult(healthy, detail);
    }

    /// <summary>Watches a loop: the live probe fails once it has not turned for longer than <paramref name="limit"/>.</summary>
    /// <exception cref="InvalidOperationException">A loop of that name is being watched already.</exception>
    public Heartbeat StartHeartbeat(string name, TimeSpan limit)
    {
        var heartbeat = new Heartbeat(this, time, name, limit);
        lock (_gate)
        {
            if (!_heartbeats.TryAdd(name, heartbeat))
                throw new InvalidOperationException($"The loop {name} is being watched already.");
        }

        return heartbeat;
    }

    internal void Remove(string name, Heartbeat heartbeat)
    {
        lock (_gate)
        {
            if (_heartbeats.TryGetValue(name, out var current) && current == heartbeat)
                _heartbeats.Remove(name);
        }
    }

    /// <summary>The checks of one probe, ordered by name.</summary>
    internal IReadOnlyList<(string Name, CheckResult Result)> Read(ProbeKind kind)
    {
        lock (_gate)
        {
            var reports = _reports[(int)kind].Select(pair => (Name: pair.Key, Result: pair.Value));
            if (kind == ProbeKind.Live)
                reports = reports.Concat(_heartbeats.Select(pair => (Name: pair.Key, Result: pair.Value.Evaluate())));

            return [.. reports.OrderBy(check => check.Name, StringComparer.Ordinal)];
        }
    }
}
