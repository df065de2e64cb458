using Npgsql;

namespace Workers.Demo.Platform;

/// <summary>The platform's side of PostgreSQL: it writes the records of what it started, and reads what the worker made of them.</summary>
internal sealed class Records(NpgsqlDataSource database) : IDisposable
{
    /// <summary>Registers a game that runs in this container, or did a moment ago.</summary>
    public async Task InsertRunningAsync(string gameId, string containerId, string engineEndpoint, CancellationToken cancellationToken)
    {
        await using var insert = Command(
            """
            insert into runtime_records
                (game_id, status, current_container_id, current_image_ref, engine_endpoint, created_at, started_at, last_op_at)
            values ($1, 'running', $2, $3, $4, now(), now(), now())
            """,
            gameId, containerId, Engine.Image, engineEndpoint);
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Status and container id of the game's record; null when there is none.</summary>
    public async Task<RecordState?> FindAsync(string gameId, CancellationToken cancellationToken)
    {
        await using var select = Command("select status, current_container_id from runtime_records where game_id = $1", gameId);
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new RecordState(reader.GetString(0), reader.GetString(1)) : null;
    }

    /// <summary>Outcome and error code of every operation log entry that this stream entry led to.</summary>
    public async Task<IReadOnlyList<LoggedOperation>> OperationsAsync(StreamId source, CancellationToken cancellationToken)
    {
        await using var select = Command(
            "select outcome, coalesce(error_code, '') from operation_log where op_source = 'lobby_stream' and source_ref = $1",
            source.ToString());
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        var operations = new List<LoggedOperation>();
        while (await reader.ReadAsync(cancellationToken)) operations.Add(new LoggedOperation(reader.GetString(0), reader.GetString(1)));
        return operations;
    }

    /// <summary>Whether the game's health snapshot is of this container.</summary>
    public async Task<bool> HasSnapshotAsync(string gameId, string containerId, CancellationToken cancellationToken)
    {
        await using var select = Command(
            "select exists (select from health_snapshots where game_id = $1 and container_id = $2)", gameId, containerId);
        return (bool)(await select.ExecuteScalarAsync(cancellationToken))!;
    }

    public void Dispose() => database.Dispose();

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<string> parameters)
    {
        var command = database.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = parameter });
        return command;
    }
}
