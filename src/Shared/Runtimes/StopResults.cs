using System.Globalization;
using Workers.Messaging;

namespace Workers.Runtimes;

/// <summary>What a stop publishes.</summary>
public static class StopResults
{
    /// <summary>Takes one entry per envelope.</summary>
    public const string Stream = "runtime:job_results";

    /// <summary>Takes what was observed about containers.</summary>
    public const string HealthStream = "runtime:health_events";

    /// <summary>The result, and the health event that goes with it.</summary>
    /// <param name="receipt">Of the stop.</param>
    /// <param name="maxLength">Trim the result stream to about this many entries; 0 never trims.</param>
    public static IReadOnlyList<StreamAppend> Encode(StopReceipt receipt, long maxLength)
    {
        var result = Encode(receipt.Published, maxLength);
        return receipt.HealthEvent is { } health ? [result, Encode(health)] : [result];
    }

    /// <summary>Exactly the six frozen fields, all always present.</summary>
    private static StreamAppend Encode(StopOutcome outcome, long maxLength) => new(Stream,
    [
        new("game_id", outcome.GameId),
        new("outcome", outcome.Outcome),
        new("container_id", outcome.ContainerId),
        new("engine_endpoint", outcome.EngineEndpoint),
        new("error_code", outcome.ErrorCode),
        new("error_message", outcome.ErrorMessage),
    ], maxLength);

    private static StreamAppend Encode(HealthEvent health) => new(HealthStream,
    [
        new("game_id", health.GameId),
        new("container_id", health.ContainerId),
        new("event_type", health.EventType),
        new("occurred_at_ms", health.OccurredAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
        new("details", health.Details),
    ]);
}
