using Workers.Messaging;

namespace Workers.Runtimes;

/// <summary>
/// Runtime records, their operation log and health snapshots: what must outlive everything.
/// </summary>
/// <remarks>
/// Every member throws <see cref="DependencyUnavailableException"/> when the store cannot be reached or asks for a
/// retry, and lets other faults through as they are. Members that take a <see cref="Fence"/> throw
/// <see cref="FencedException"/>, and write nothing, once a higher epoch of the same label has been raised; a null
/// fence is a caller that owns no stream.
/// </remarks>
public interface IRuntimeStore
{
    /// <summary>
    /// Loads a game's record (null: there is none) and the receipt of an operation that the same source already
    /// finished (null: none; always null when <paramref name="sourceRef"/> is empty). One round trip.
    /// </summary>
    Task<(RuntimeRecord? Record, StopReceipt? Receipt)> LoadAsync(
        string gameId, string source, string sourceRef, CancellationToken cancellationToken);

    /// <summary>
    /// Moves the record, writes the operation log entry and upserts the health snapshot of
    /// <c>entry.Receipt.HealthEvent</c> (if there is one) in one transaction, or does none of it.
    /// </summary>
    Task<MoveResult> MoveAsync(RecordMove move, OperationEntry entry, Fence? fence, CancellationToken cancellationToken);

    /// <summary>
    /// Writes an operation log entry that goes with no move, and upserts the health snapshot of its receipt (if there
    /// is one). An entry of the same source and reference that exists already stays as it is.
    /// </summary>
    Task AppendAsync(OperationEntry entry, Fence? fence, CancellationToken cancellationToken);
}
