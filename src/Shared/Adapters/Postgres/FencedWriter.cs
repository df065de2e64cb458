using Npgsql;
using Workers.Messaging;

namespace Workers.Adapters.Postgres;

/// <summary>
/// Runs a write so that it cannot commit once a higher epoch of its label has been raised (invariant 4).
/// docs/decisions/fencing-postgres-writes.md says why this way.
/// </summary>
/// <remarks>
/// A write is one batch: take the label's advisory lock shared, then write if the fence is at our epoch. A batch is one
/// transaction and one round trip, so a process that is stopped half way (SIGSTOP) leaves no lock behind.
/// </remarks>
internal sealed class FencedWriter(NpgsqlDataSource dataSource)
{
    private const string ReadCommitted = "read committed";

    private static readonly string ShareSql = EmbeddedSql.Statement("share_fence");
    private static readonly string ShareBestEffortSql = EmbeddedSql.Statement("share_fence_best_effort");
    private static readonly string LockSql = EmbeddedSql.Statement("lock_fence");
    private static readonly string RaiseSql = EmbeddedSql.Statement("raise_fence");

    /// <summary>
    /// Runs <paramref name="sql"/>, whose first column is the fence's epoch as it saw it and which writes nothing unless
    /// that is <c>@fence_epoch</c> or <c>@fence_label</c> is null, and returns what <paramref name="read"/> makes of its row.
    /// </summary>
    /// <param name="fence">The writer's ownership; null for a caller that owns no stream.</param>
    /// <param name="durability">What the commit waits for.</param>
    /// <param name="sql">The write.</param>
    /// <param name="bind">Adds its parameters, but for the fence's; called once per attempt.</param>
    /// <param name="read">Reads its one row.</param>
    /// <param name="cancellationToken">Cancels; whether the write was made is then unknown.</param>
    /// <exception cref="FencedException">A higher epoch is there; nothing was written.</exception>
    /// <exception cref="DependencyUnavailableException">PostgreSQL is away; whether the write was made is unknown.</exception>
    public async Task<T> WriteAsync<T>(
        Fence? fence, Durability durability, string sql, Action<NpgsqlParameterCollection> bind,
        Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (seen, result) = await PostgresFault.TranslateAsync(
                () => TryWriteAsync(fence, durability, sql, bind, read, cancellationToken), cancellationToken);

            if (fence is not { } owner || seen == owner.Epoch) return result;
            if (seen > owner.Epoch)
                throw new FencedException($"Epoch {owner.Epoch} of stream '{owner.Label}' has been superseded by epoch {seen}.");

            // Our first write, or the server forgot (a restore, a failover to a standby that lagged): nothing was written yet.
            await PostgresFault.TranslateAsync(() => RaiseAsync(owner, cancellationToken), cancellationToken);
        }
    }

    private async Task<(long Seen, T Result)> TryWriteAsync<T>(
        Fence? fence, Durability durability, string sql, Action<NpgsqlParameterCollection> bind,
        Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        if (fence is not null || durability == Durability.BestEffort)
        {
            var share = new NpgsqlBatchCommand(durability == Durability.BestEffort ? ShareBestEffortSql : ShareSql);
            share.Parameters.AddNumber("fence_key", fence is { } locked ? AdvisoryLock.FenceOf(locked.Label) : null);
            batch.BatchCommands.Add(share);
        }

        var write = new NpgsqlBatchCommand(sql);
        bind(write.Parameters);
        write.Parameters.AddText("fence_label", fence?.Label);
        write.Parameters.AddNumber("fence_epoch", fence?.Epoch);
        batch.BatchCommands.Add(write);

        // A round trip the first time on each connection, and none from then on.
        await batch.PrepareAsync(cancellationToken);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        for (var before = 1; before < batch.BatchCommands.Count; before++) await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var answer = (reader.GetInt64(0), read(reader));

        // The commit comes after the last row: until the batch's end has arrived, this is only a promise.
        while (await reader.NextResultAsync(cancellationToken)) { }

        return answer;
    }

    private async Task<bool> RaiseAsync(Fence fence, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        var exclusive = new NpgsqlBatchCommand(LockSql);
        exclusive.Parameters.AddNumber("fence_key", AdvisoryLock.FenceOf(fence.Label));
        batch.BatchCommands.Add(exclusive);

        var raise = new NpgsqlBatchCommand(RaiseSql);
        raise.Parameters.AddText("fence_label", fence.Label);
        raise.Parameters.AddNumber("fence_epoch", fence.Epoch);
        batch.BatchCommands.Add(raise);

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var isolation = reader.GetString(1);
        while (await reader.NextResultAsync(cancellationToken)) { }

        // A snapshot that is older than the wait for the lock would make every fence a decoration.
        return isolation == ReadCommitted ? true : throw new InvalidOperationException(
            $"PostgreSQL runs our transactions as '{isolation}', and fencing needs '{ReadCommitted}': "
            + "default_transaction_isolation is set for this role, database or connection.");
    }
}
