using System.Diagnostics.Metrics;

namespace Workers.Messaging;

/// <summary>Instruments of the stream engine. Every one carries <c>label</c>.</summary>
internal sealed class MessagingMetrics : IDisposable
{
    public const string MeterName = "Workers.Messaging";

    private readonly Meter _meter;
    private readonly KeyValuePair<string, object?> _label;
    private readonly Counter<long> _read;
    private readonly Counter<long> _committed;
    private readonly Counter<long> _deadLettered;
    private readonly Counter<long> _already;
    private readonly Counter<long> _fenced;
    private readonly Counter<long> _rewound;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _skipped;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _claims;
    private readonly Histogram<double> _commitDuration;

    /// <param name="label">Label of the stream.</param>
    /// <param name="inFlight">Entries read that the offset has not passed.</param>
    /// <param name="owned">Whether this process owns the stream.</param>
    public MessagingMetrics(string label, Func<long> inFlight, Func<bool> owned)
    {
        _label = new("label", label);
        _meter = new Meter(MeterName);
        _read = Counter("workers.stream.entries.read", "{entry}", "Entries read from the stream.");
        _committed = Counter("workers.stream.entries.committed", "{entry}", "Entries committed with their outcome or dead letter.");
        _deadLettered = Counter("workers.stream.entries.dead_lettered", "{entry}", "Entries that could not be decoded.");
        _skipped = Counter("workers.stream.entries.skipped", "{entry}", "Entries found committed already when they were read again.");
        _already = Counter("workers.stream.commits.already", "{commit}", "Commits whose answer was lost: invariant 1 held by the script.");
        _fenced = Counter("workers.stream.fenced", "{event}", "Ownerships lost while work was under way (invariant 4).");
        _rewound = Counter("workers.stream.rewound", "{event}", "Times the store was found behind what was committed.");
        _lost = Counter("workers.stream.entries.lost", "{entry}", "Entries that left the stream before they were read.");
        _retries = Counter("workers.stream.retries", "{retry}", "Reads, commits and handlers tried again.");
        _claims = Counter("workers.stream.claims", "{claim}", "Ownerships gained.");
        _commitDuration = _meter.CreateHistogram<double>(
            "workers.stream.commit.duration", "s", "From sending a commit to its answer.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5] });
        _meter.CreateObservableGauge("workers.stream.in_flight", () => Measure(inFlight()), "{entry}", "Entries read that the offset has not passed.");
        _meter.CreateObservableGauge("workers.stream.owned", () => Measure(owned() ? 1L : 0L), "{owner}", "1 while this process owns the stream.");
    }

    public void Read(int entries) => _read.Add(entries, _label);

    public void Skipped() => _skipped.Add(1, _label);

    public void DeadLettered() => _deadLettered.Add(1, _label);

    public void Committed(int entries, TimeSpan duration)
    {
        _committed.Add(entries, _label);
        _commitDuration.Record(duration.TotalSeconds, _label);
    }

    public void Already() => _already.Add(1, _label);

    public void Fenced() => _fenced.Add(1, _label);

    public void Rewound() => _rewound.Add(1, _label);

    public void Lost(long entries) => _lost.Add(entries, _label);

    public void Claimed() => _claims.Add(1, _label);

    public void Retried(string operation) => _retries.Add(1, _label, new("operation", operation));

    public void Dispose() => _meter.Dispose();

    private Counter<long> Counter(string name, string unit, string description)
    {
        var counter = _meter.CreateCounter<long>(name, unit, description);
        // A counter that was never touched is not exported, and an alert cannot tell that from a missing one.
        counter.Add(0, _label);
        return counter;
    }

    private Measurement<long> Measure(long value) => new(value, _label);
}
