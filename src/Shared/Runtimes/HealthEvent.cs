namespace Workers.Runtimes;

/// <summary>An observation about a game's container, as it appears on <c>runtime:health_events</c>.</summary>
/// <param name="GameId">The game.</param>
/// <param name="ContainerId">Its container at the time.</param>
/// <param name="EventType">What was seen, e.g. <see cref="ContainerDisappeared"/>.</param>
/// <param name="OccurredAt">When it was seen; Unix milliseconds on the wire.</param>
/// <param name="Details">A JSON object as text.</param>
public sealed record HealthEvent(string GameId, string ContainerId, string EventType, DateTimeOffset OccurredAt, string Details = "{}")
{
    /// <summary>The engine no longer knows a container that the record says is running.</summary>
    public const string ContainerDisappeared = "container_disappeared";
}
