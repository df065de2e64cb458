using Workers.Testing;

namespace Workers.Reliability.Tests.Checking;

/// <summary>A row of <c>operation_log</c>.</summary>
/// <param name="Id">Grows with the order in which rows were written.</param>
/// <param name="GameId">The game.</param>
/// <param name="SourceRef">The stream entry that asked for it.</param>
/// <param name="Published">What its receipt keeps as published; null when it has no receipt.</param>
/// <param name="StartedAt">When the operation began, by its worker's clock.</param>
/// <param name="FinishedAt">When its outcome was decided.</param>
internal sealed record EvidenceOperation(
    long Id, string GameId, string SourceRef, PlatformResult? Published, DateTimeOffset StartedAt, DateTimeOffset FinishedAt);
