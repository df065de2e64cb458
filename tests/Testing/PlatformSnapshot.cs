namespace Workers.Testing;

/// <summary>A row of <c>health_snapshots</c>.</summary>
public sealed record PlatformSnapshot(string GameId, string ContainerId, string Status, string Details, DateTimeOffset ObservedAt);
