namespace Workers.Reliability.Tests.Checking;

/// <summary>Records, health events and the engine agree with the outcomes.</summary>
internal static class RecordCheck
{
    private const string Disappeared = "container_disappeared";

    public static IEnumerable<string> Violations(IReadOnlyList<GameWalk> walks, Evidence evidence)
    {
        var eventsOf = evidence.HealthEvents
            .Where(entry => entry.Find("event_type") == Disappeared)
            .ToLookup(entry => entry.Find("game_id"), StringComparer.Ordinal);

        foreach (var walk in walks)
        {
            var gameId = walk.Game.Record.GameId;
            var containerId = walk.Game.Record.ContainerId;
            var actual = evidence.Records.GetValueOrDefault(gameId);
            var awaited = walk.Game.RecordIn(walk.End);
            if (actual != awaited) yield return $"record: game {gameId} awaits {Show(awaited)} and has {Show(actual)}";

            if (actual?.Status == "stopped" && evidence.Running.Contains(containerId))
                yield return $"engine: game {gameId} is recorded as stopped and its container {containerId} runs";
            if (actual?.Status == "running" && walk.Game.State == GameState.Running && !evidence.Running.Contains(containerId))
                yield return $"engine: game {gameId} is recorded as running and its container {containerId} does not run";

            var events = eventsOf[gameId].Count();
            var awaitedEvents = walk.FoundVanished ? 1 : 0;
            if (events != awaitedEvents)
                yield return $"health events: game {gameId} awaits {awaitedEvents} of {Disappeared} and has {events}";
        }
    }

    private static string Show(EvidenceRecord? record) =>
        record is null ? "none" : $"{record.Status} with container '{record.ContainerId}'";
}
