namespace Workers.Testing;

/// <summary>A row of <c>runtime_records</c> as the system that starts games writes it.</summary>
public sealed record PlatformRecord(string GameId, string Status, string ContainerId)
{
    private static int _count;

    /// <summary>An hour ago, in whole seconds: PostgreSQL gives it back unchanged.</summary>
    private static readonly DateTimeOffset Earlier =
        DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 3600);

    public string ImageRef { get; init; } = "games/sample:1";

    public string EngineEndpoint { get; init; } = $"tcp://{GameId}.games:7000";

    public DateTimeOffset? StartedAt { get; init; } = Earlier;

    public DateTimeOffset? StoppedAt { get; init; }

    public DateTimeOffset? RemovedAt { get; init; }

    public DateTimeOffset? LastOpAt { get; init; } = Earlier;

    /// <summary>A game id that no other test of this run uses.</summary>
    public static string NewGameId() => $"game-{Interlocked.Increment(ref _count)}";

    public static PlatformRecord Running(string containerId) => new(NewGameId(), "running", containerId);

    public static PlatformRecord Stopped(string containerId) =>
        new(NewGameId(), "stopped", containerId) { StoppedAt = Earlier };

    public static PlatformRecord Removed() => new(NewGameId(), "removed", "") { RemovedAt = Earlier };
}
