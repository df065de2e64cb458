namespace Workers.Demo.Platform;

/// <summary>What a row of <c>runtime_records</c> says of its game.</summary>
internal sealed record RecordState(string Status, string ContainerId);
