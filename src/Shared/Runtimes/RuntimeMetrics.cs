using System.Diagnostics.Metrics;

namespace Workers.Runtimes;

/// <summary>Instruments of the stop service.</summary>
public sealed class RuntimeMetrics : IDisposable
{
    internal const string MeterName = "Workers.Runtimes";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _outcomes;
    private readonly Counter<long> _kills;
    private readonly Counter<long> _survivors;
    private readonly Counter<long> _receipts;
    private readonly Counter<long> _notLogged;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _lease;

    public RuntimeMetrics()
    {
        _outcomes = _meter.CreateCounter<long>("workers.stop.outcomes", "{stop}", "Stops by outcome, error code, reason and source.");
        _kills = _meter.CreateCounter<long>("workers.stop.kills", "{stop}", "Containers that outlived their grace period and were killed.");
        _survivors = _meter.CreateCounter<long>("workers.stop.survivors", "{stop}", "Containers seen running after the engine said that they were stopped.");
        _receipts = _meter.CreateCounter<long>("workers.stop.receipts", "{stop}", "Interrupted stops that were answered from their receipt.");
        _notLogged = _meter.CreateCounter<long>("workers.stop.unlogged", "{stop}", "Stops without a move whose operation log entry could not be written.");
        _duration = _meter.CreateHistogram<double>("workers.stop.duration", "s", "From taking up a stop to its outcome.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 20, 30, 45, 60, 120] });
        _lease = _meter.CreateHistogram<double>("workers.stop.lease.duration", "s", "Acquiring a game's lease.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5] });
        // An instrument that was never touched is not exported, and an alert cannot tell that from a missing one.
        _kills.Add(0);
        _survivors.Add(0);
        _receipts.Add(0);
        _notLogged.Add(0);
    }

    public void Dispose() => _meter.Dispose();

    internal void Finished(StopRequest request, StopOutcome outcome, TimeSpan duration)
    {
        _outcomes.Add(1,
            new("outcome", outcome.Outcome), new("error_code", outcome.ErrorCode), new("reason", request.Reason), new("source", request.Source));
        _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome.Outcome));
    }

    internal void LeaseAcquired(TimeSpan duration) => _lease.Record(duration.TotalSeconds);

    internal void Killed() => _kills.Add(1);

    internal void Survived() => _survivors.Add(1);

    internal void FoundReceipt() => _receipts.Add(1);

    internal void NotLogged() => _notLogged.Add(1);
}
