using Workers.Messaging;
using Workers.Runtimes;

namespace Workers.Integration.Tests.Postgres;

/// <summary>A record, a move and its entry, as plain as they can be.</summary>
internal static class Operations
{
    public static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);
    public static readonly Fence Owner = new("stopjobs", "a", 7);

    public const string InsertRunning =
        "insert into runtime_records (game_id, status, current_container_id) values ('g1', 'running', 'c1')";

    public static RecordMove Move(string gameId = "g1") => new(gameId, "c1", RuntimeStatus.Stopped, At);

    public static OperationEntry Entry(string sourceRef = "1-0", string gameId = "g1") => new()
    {
        GameId = gameId,
        Source = OperationSource.LobbyStream,
        SourceRef = sourceRef,
        ImageRef = "image:1",
        ContainerId = "c1",
        Receipt = new StopReceipt { Published = new StopOutcome { GameId = gameId, Outcome = StopOutcome.Success, ContainerId = "c1" } },
        StartedAt = At,
        FinishedAt = At,
    };

    public static OperationEntry Seeing(this OperationEntry entry, HealthEvent health) =>
        entry with { Receipt = entry.Receipt with { HealthEvent = health } };
}
