namespace Workers.Adapters.Postgres.Receipts;

/// <summary>The health event that goes out with a result.</summary>
internal sealed record HealthEventDocument
{
    public required string GameId { get; init; }

    public required string ContainerId { get; init; }

    public required string EventType { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>
    /// Text, as published: as an object, <c>jsonb</c> would reorder and respace it. The object itself is in
    /// <c>health_snapshots.details</c>.
    /// </summary>
    public required string Details { get; init; }
}
