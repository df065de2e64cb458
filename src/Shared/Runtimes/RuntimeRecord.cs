namespace Workers.Runtimes;

/// <summary>
/// What the platform believes about one game's container: a row of <c>runtime_records</c>. Whoever starts games
/// writes it, a stop moves it.
/// </summary>
public sealed record RuntimeRecord
{
    public required string GameId { get; init; }

    /// <summary>A <see cref="RuntimeStatus"/>; text, since another system may have written something else.</summary>
    public required string Status { get; init; }

    /// <summary>Empty once the record is removed.</summary>
    public string ContainerId { get; init; } = "";

    public string ImageRef { get; init; } = "";

    /// <summary>Where the game itself listens. Copied into results, never dialled.</summary>
    public string EngineEndpoint { get; init; } = "";

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? StoppedAt { get; init; }

    public DateTimeOffset? RemovedAt { get; init; }

    public DateTimeOffset? LastOpAt { get; init; }
}
