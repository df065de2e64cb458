namespace Workers.Runtimes;

/// <summary>
/// A compare-and-set of one runtime record: only a record that is <see cref="RuntimeStatus.Running"/> with
/// <paramref name="ExpectedContainerId"/> moves. A move to <see cref="RuntimeStatus.Removed"/> empties the container id.
/// </summary>
/// <param name="GameId">The record's key.</param>
/// <param name="ExpectedContainerId">The container id the decision was made on.</param>
/// <param name="To"><see cref="RuntimeStatus.Stopped"/> or <see cref="RuntimeStatus.Removed"/>.</param>
/// <param name="At">Becomes <c>stopped_at</c> or <c>removed_at</c>, and <c>last_op_at</c>.</param>
public sealed record RecordMove(string GameId, string ExpectedContainerId, string To, DateTimeOffset At);
