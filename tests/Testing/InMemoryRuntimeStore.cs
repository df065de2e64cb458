using Workers.Messaging;
using Workers.Runtimes;

namespace Workers.Testing;

/// <summary>
/// <see cref="IRuntimeStore"/> without a server, held to the same <see cref="RuntimeStoreContract"/> as the real one.
/// </summary>
public sealed class InMemoryRuntimeStore : IRuntimeStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RuntimeRecord> _records = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HealthEvent> _snapshots = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _fences = new(StringComparer.Ordinal);
    private readonly List<OperationEntry> _entries = [];

    /// <summary>While set, every member throws it: an outage, or a refusal.</summary>
    public Exception? Fault { get; set; }

    /// <summary>The operation log, oldest entry first.</summary>
    public IReadOnlyList<OperationEntry> Entries
    {
        get { lock (_gate) return [.. _entries]; }
    }

    /// <summary>Creates or replaces a record, as the system that starts games does.</summary>
    public void Put(RuntimeRecord record)
    {
        lock (_gate) _records[record.GameId] = record;
    }

    public void Delete(string gameId)
    {
        lock (_gate) _records.Remove(gameId);
    }

    public RuntimeRecord? Find(string gameId)
    {
        lock (_gate) return _records.GetValueOrDefault(gameId);
    }

    /// <summary>The last observation of a game; null when there is none.</summary>
    public HealthEvent? Snapshot(string gameId)
    {
        lock (_gate) return _snapshots.GetValueOrDefault(gameId);
    }

    public Task<(RuntimeRecord? Record, StopReceipt? Receipt)> LoadAsync(
        string gameId, string source, string sourceRef, CancellationToken cancellationToken) =>
        RunAsync<(RuntimeRecord?, StopReceipt?)>(
            () => (_records.GetValueOrDefault(gameId), sourceRef.Length == 0 ? null : Logged(gameId, source, sourceRef)?.Receipt),
            cancellationToken);

    public Task<MoveResult> MoveAsync(
        RecordMove move, OperationEntry entry, Fence? fence, CancellationToken cancellationToken) => RunAsync(
        () =>
        {
            Check(fence);
            if (!_records.TryGetValue(move.GameId, out var record)) return MoveResult.NotFound;
            if (record.Status != RuntimeStatus.Running || record.ContainerId != move.ExpectedContainerId || IsTaken(entry))
                return MoveResult.Conflict;

            _records[move.GameId] = Moved(record, move);
            Log(entry);
            return MoveResult.Moved;
        },
        cancellationToken);

    public Task AppendAsync(OperationEntry entry, Fence? fence, CancellationToken cancellationToken) => RunAsync(
        () =>
        {
            Check(fence);
            if (!IsTaken(entry)) Log(entry);
            return true;
        },
        cancellationToken);

    private static RuntimeRecord Moved(RuntimeRecord record, RecordMove move) => move.To == RuntimeStatus.Removed
        ? record with { Status = move.To, ContainerId = "", RemovedAt = move.At, LastOpAt = move.At }
        : record with { Status = move.To, StoppedAt = move.At, LastOpAt = move.At };

    private Task<T> RunAsync<T>(Func<T> action, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<T>(cancellationToken);
        if (Fault is { } fault) return Task.FromException<T>(fault);

        try
        {
            lock (_gate) return Task.FromResult(action());
        }
        catch (FencedException fenced)
        {
            return Task.FromException<T>(fenced);
        }
    }

    private void Check(Fence? fence)
    {
        if (fence is not { } owner) return;

        var seen = _fences.GetValueOrDefault(owner.Label);
        if (seen > owner.Epoch) throw new FencedException($"Epoch {owner.Epoch} of stream '{owner.Label}' has been superseded by epoch {seen}.");
        _fences[owner.Label] = owner.Epoch;
    }

    // Only entries from a stream are unique by their reference; the latest of any other source counts.
    private bool IsTaken(OperationEntry entry) =>
        entry.Source.EndsWith("_stream", StringComparison.Ordinal) && entry.SourceRef.Length > 0
        && _entries.Exists(other => other.Kind == entry.Kind && IsFrom(other, entry.GameId, entry.Source, entry.SourceRef));

    private OperationEntry? Logged(string gameId, string source, string sourceRef) => _entries
        .Where(entry => entry.Kind == OperationEntry.StopKind && IsFrom(entry, gameId, source, sourceRef))
        .OrderBy(entry => entry.StartedAt)
        .LastOrDefault();

    private static bool IsFrom(OperationEntry entry, string gameId, string source, string sourceRef) =>
        entry.GameId == gameId && entry.Source == source && entry.SourceRef == sourceRef;

    private void Log(OperationEntry entry)
    {
        _entries.Add(entry);
        if (entry.Receipt.HealthEvent is not { } seen) return;
        if (_snapshots.TryGetValue(seen.GameId, out var last) && last.OccurredAt > seen.OccurredAt) return;
        _snapshots[seen.GameId] = seen;
    }
}
