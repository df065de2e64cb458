using Npgsql;

namespace Workers.Bench.Stop;

/// <summary>The other side of the tables: whoever starts games writes records, whoever audits reads the operation log.</summary>
internal sealed class RuntimeTables(string postgres)
{
    /// <summary>Registers stopped games, each with a container id of its own.</summary>
    public Task AddStoppedAsync(int count, CancellationToken cancellationToken) => ExecuteAsync(
        """
        insert into runtime_records
          (game_id, status, current_container_id, current_image_ref, engine_endpoint, created_at, started_at, stopped_at, last_op_at)
        select game, 'stopped', 'container-of-' || game, 'busybox:local', 'http://' || game || ':8080', now(), now(), now(), now()
        from unnest(@games) game
        """,
        Enumerable.Range(0, count).Select(StopStreams.Game), null, cancellationToken);

    /// <summary>Registers running games: the nth game has the nth container.</summary>
    public Task AddRunningAsync(IEnumerable<string> containers, CancellationToken cancellationToken)
    {
        string[] ids = [.. containers];
        return ExecuteAsync(
            """
            insert into runtime_records
              (game_id, status, current_container_id, current_image_ref, engine_endpoint, created_at, started_at, last_op_at)
            select game, 'running', container, 'busybox:local', 'http://' || game || ':8080', now(), now(), now()
            from unnest(@games, @containers) as t(game, container)
            """,
            Enumerable.Range(0, ids.Length).Select(StopStreams.Game), ids, cancellationToken);
    }

    /// <summary>Operation log entries of successful stops from the stream, each source reference counted once.</summary>
    /// <param name="errorCode"><c>replay_no_op</c>, or empty for stops that stopped something.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<long> LoggedStopsAsync(string errorCode, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            select count(distinct source_ref) from operation_log
            where op_kind = 'stop' and op_source = 'lobby_stream' and outcome = 'success' and coalesce(error_code, '') = @code
            """,
            connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue("code", errorCode);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task ExecuteAsync(string sql, IEnumerable<string> games, string[]? containers, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue("games", games.ToArray());
        if (containers is not null) command.Parameters.AddWithValue("containers", containers);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
