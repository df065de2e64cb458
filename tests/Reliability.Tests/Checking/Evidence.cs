using Workers.Testing;

namespace Workers.Reliability.Tests.Checking;

/// <summary>Everything that the fleet left behind, read once it was quiet: streams, keys, tables and the engine.</summary>
internal sealed record Evidence
{
    /// <summary><c>runtime:stop_jobs</c>, whole.</summary>
    public required IReadOnlyList<PlatformEntry> Jobs { get; init; }

    /// <summary><c>runtime:stop_jobs:dead</c>, whole.</summary>
    public required IReadOnlyList<PlatformEntry> DeadLetters { get; init; }

    /// <summary><c>runtime:job_results</c>, whole.</summary>
    public required IReadOnlyList<PlatformEntry> Results { get; init; }

    /// <summary><c>runtime:health_events</c>, whole.</summary>
    public required IReadOnlyList<PlatformEntry> HealthEvents { get; init; }

    /// <summary>The committed offset; null when there is none.</summary>
    public required string? Offset { get; init; }

    /// <summary>Entries above the offset that count as committed.</summary>
    public required IReadOnlyList<string> Done { get; init; }

    /// <summary>Leases that are held: game and token.</summary>
    public required IReadOnlyDictionary<string, string> Leases { get; init; }

    /// <summary>The stop operations that came from the stream, in the order they were written.</summary>
    public required IReadOnlyList<EvidenceOperation> Operations { get; init; }

    /// <summary>The runtime records by game.</summary>
    public required IReadOnlyDictionary<string, EvidenceRecord> Records { get; init; }

    /// <summary>Ids of the containers that run.</summary>
    public required IReadOnlySet<string> Running { get; init; }

    /// <summary>Everything published and recorded: equal when nothing was meanwhile.</summary>
    public IReadOnlyList<string> Traces =>
    [
        .. Results.Concat(DeadLetters).Concat(HealthEvents).Select(entry => entry.Id),
        .. Operations.Select(operation => operation.ToString()),
        .. Records.OrderBy(record => record.Key, StringComparer.Ordinal).Select(record => record.ToString()),
    ];
}
