using Npgsql;

namespace Workers.Testing;

/// <summary>The platform's side of PostgreSQL: a database of its own, where it keeps records and reads what the fleet wrote.</summary>
public sealed class PlatformRecords : IAsyncDisposable
{
    private static int _count;
    private readonly string _server;
    private readonly NpgsqlDataSource _database;

    private PlatformRecords(string server, string name)
    {
        _server = server;
        Name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
        // A pool would hand out connections that a restart of the server broke.
        _database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false });
    }

    /// <summary>The database.</summary>
    public string Name { get; }

    /// <summary>Where the fleet finds it.</summary>
    public string ConnectionString { get; }

    /// <summary>Creates an empty database: the fleet brings its schema along.</summary>
    public static async Task<PlatformRecords> CreateAsync(string server)
    {
        var records = new PlatformRecords(server, $"platform_{Environment.ProcessId}_{Interlocked.Increment(ref _count)}");
        await OnServerAsync(server, $"create database {records.Name}");
        return records;
    }

    public async Task<PlatformRecord> AddAsync(PlatformRecord record)
    {
        await ExecuteAsync(
            """
            insert into runtime_records (game_id, status, current_container_id, current_image_ref, engine_endpoint,
                                         created_at, started_at, stopped_at, removed_at, last_op_at)
            values ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9)
            on conflict (game_id) do update set (status, current_container_id, started_at, stopped_at, removed_at, last_op_at)
                = (excluded.status, excluded.current_container_id, excluded.started_at, excluded.stopped_at, excluded.removed_at, excluded.last_op_at)
            """,
            record.GameId, record.Status, record.ContainerId, record.ImageRef, record.EngineEndpoint,
            record.StartedAt, record.StoppedAt, record.RemovedAt, record.LastOpAt);
        return record;
    }

    /// <summary>A game's record; null when there is none.</summary>
    public async Task<PlatformRecord?> FindAsync(string gameId) => (await QueryAsync(
        """
        select game_id, status, current_container_id, current_image_ref, engine_endpoint, started_at, stopped_at, removed_at, last_op_at
        from runtime_records where game_id = $1
        """,
        row => new PlatformRecord(row.GetString(0), row.GetString(1), row.GetString(2))
        {
            ImageRef = row.GetString(3),
            EngineEndpoint = row.GetString(4),
            StartedAt = Time(row, 5),
            StoppedAt = Time(row, 6),
            RemovedAt = Time(row, 7),
            LastOpAt = Time(row, 8),
        },
        gameId)).SingleOrDefault();

    /// <summary>What the operation log says of a game, in the order it was written.</summary>
    public Task<IReadOnlyList<PlatformOperation>> OperationsAsync(string gameId) => QueryAsync(
        """
        select game_id, op_kind, op_source, coalesce(source_ref, ''), coalesce(image_ref, ''), coalesce(container_id, ''), outcome,
               coalesce(error_code, ''), coalesce(error_message, ''), started_at, finished_at, details
        from operation_log where game_id = $1 order by id
        """,
        row => new PlatformOperation(
            row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6),
            row.GetString(7), row.GetString(8))
        {
            StartedAt = row.GetFieldValue<DateTimeOffset>(9),
            FinishedAt = row.GetFieldValue<DateTimeOffset>(10),
            Receipt = PlatformReceipt.Parse(row.GetString(11)),
        },
        gameId);

    /// <summary>A game's health snapshot; null when there is none.</summary>
    public async Task<PlatformSnapshot?> SnapshotAsync(string gameId) => (await QueryAsync(
        "select game_id, container_id, status, details::text, observed_at from health_snapshots where game_id = $1",
        row => new PlatformSnapshot(
            row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4)),
        gameId)).SingleOrDefault();

    /// <summary>Runs any statement.</summary>
    public async Task ExecuteAsync(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>One value.</summary>
    public async Task<T> ScalarAsync<T>(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Runs a statement in a transaction of its own and keeps it open: whoever touches the same row waits.</summary>
    public Task<PlatformTransaction> BeginAsync(string sql, params object?[] parameters) =>
        PlatformTransaction.BeginAsync(_database, sql, parameters);

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await OnServerAsync(_server, $"drop database if exists {Name} with (force)");
    }

    internal static void Bind(NpgsqlCommand command, object?[] parameters)
    {
        foreach (var parameter in parameters) command.Parameters.Add(new NpgsqlParameter { Value = parameter ?? DBNull.Value });
    }

    private static async Task OnServerAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, Func<NpgsqlDataReader, T> read, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(read(reader));
        return rows;
    }

    private NpgsqlCommand Command(string sql, object?[] parameters)
    {
        var command = _database.CreateCommand(sql);
        Bind(command, parameters);
        return command;
    }
}
