namespace Workers.Reliability.Tests.Checking;

/// <summary>What <c>runtime_records</c> says of a game.</summary>
internal sealed record EvidenceRecord(string Status, string ContainerId);
