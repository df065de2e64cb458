using System.Globalization;

namespace Workers.Hosting.Probes;

/// <summary>
/// One loop's sign of life: the live probe fails when <see cref="Beat"/> was not called for the stated limit. Dispose
/// it when the loop ends on purpose.
/// </summary>
public sealed class Heartbeat : IDisposable
{
    private readonly HealthRegistry _registry;
    private readonly TimeProvider _time;
    private readonly string _name;
    private readonly TimeSpan _limit;
    private long _lastBeat;

    internal Heartbeat(HealthRegistry registry, TimeProvider time, string name, TimeSpan limit)
    {
        _registry = registry;
        _time = time;
        _name = name;
        _limit = limit;
        _lastBeat = time.GetTimestamp();
    }

    /// <summary>The loop turned. Cheap enough for every turn; safe from any thread.</summary>
    public void Beat() => Volatile.Write(ref _lastBeat, _time.GetTimestamp());

    /// <summary>Ends the check.</summary>
    public void Dispose() => _registry.Remove(_name, this);

    internal CheckResult Evaluate()
    {
        var age = _time.GetElapsedTime(Volatile.Read(ref _lastBeat));
        return age <= _limit
            ? new CheckResult(true, "")
            : new CheckResult(false, string.Create(
                CultureInfo.InvariantCulture, $"last turn {age.TotalSeconds:0.0} s ago, limit {_limit.TotalSeconds:0.0} s"));
    }
}
