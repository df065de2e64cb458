using Npgsql;
using Workers.Adapters.Postgres;
using Workers.Adapters.Postgres.Receipts;
using Workers.Runtimes;
using Workers.Testing;

namespace Workers.Integration.Tests.Postgres;

public sealed class PostgresRuntimeStoreContractTests : RuntimeStoreContract
{
    private TestDatabase _database = null!;
    private PostgresRuntimeStore _store = null!;

    protected override IRuntimeStore Store => _store;

    [OneTimeSetUp]
    public async Task CreateDatabase()
    {
        _database = await TestDatabase.CreateMigratedAsync();
        _store = new PostgresRuntimeStore(_database.DataSource);
    }

    [OneTimeTearDown]
    public async Task DropDatabase()
    {
        if (_database is not null) await _database.DisposeAsync();
    }

    protected override async Task PutAsync(RuntimeRecord record)
    {
        await DeleteAsync(record.GameId);
        await using var command = _database.DataSource.CreateCommand(
            """
            insert into runtime_records (game_id, status, current_container_id, current_image_ref, engine_endpoint,
                                         created_at, started_at, stopped_at, removed_at, last_op_at)
            values (@game_id, @status, @container_id, @image_ref, @endpoint, @created, @started, @stopped, @removed, @last_op)
            """);
        command.Parameters.AddText("game_id", record.GameId);
        command.Parameters.AddText("status", record.Status);
        command.Parameters.AddText("container_id", record.ContainerId);
        command.Parameters.AddText("image_ref", record.ImageRef);
        command.Parameters.AddText("endpoint", record.EngineEndpoint);
        command.Parameters.AddTime("created", record.CreatedAt);
        command.Parameters.AddTime("started", record.StartedAt);
        command.Parameters.AddTime("stopped", record.StoppedAt);
        command.Parameters.AddTime("removed", record.RemovedAt);
        command.Parameters.AddTime("last_op", record.LastOpAt);
        await command.ExecuteNonQueryAsync();
    }

    protected override async Task DeleteAsync(string gameId)
    {
        await using var command = Select("delete from runtime_records where game_id = @game_id", gameId);
        await command.ExecuteNonQueryAsync();
    }

    protected override async Task<IReadOnlyList<OperationEntry>> EntriesAsync(string gameId)
    {
        await using var command = Select(
            """
            select op_kind, op_source, source_ref, image_ref, container_id, details::text, started_at, finished_at
            from operation_log where game_id = @game_id order by id
            """, gameId);
        await using var reader = await command.ExecuteReaderAsync();
        var entries = new List<OperationEntry>();
        while (await reader.ReadAsync())
        {
            entries.Add(new OperationEntry
            {
                GameId = gameId,
                Kind = reader.GetString(0),
                Source = reader.GetString(1),
                SourceRef = reader.GetString(2),
                ImageRef = reader.GetString(3),
                ContainerId = reader.GetString(4),
                Receipt = ReceiptJson.Read(reader.GetString(5)),
                StartedAt = new DateTimeOffset(reader.GetDateTime(6)),
                FinishedAt = new DateTimeOffset(reader.GetDateTime(7)),
            });
        }

        return entries;
    }

    protected override async Task<HealthEvent?> SnapshotAsync(string gameId)
    {
        // The event's own text, which jsonb has respaced in the snapshot, is what the double keeps.
        await using var command = Select(
            """
            select h.container_id, h.status, h.observed_at,
                   (select l.details -> 'health_event' ->> 'details' from operation_log l
                    where l.game_id = h.game_id and (l.details -> 'health_event' ->> 'details')::jsonb = h.details limit 1)
            from health_snapshots h where h.game_id = @game_id
            """, gameId);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync()
            ? new HealthEvent(gameId, reader.GetString(0), reader.GetString(1), new DateTimeOffset(reader.GetDateTime(2)), reader.GetString(3))
            : null;
    }

    private NpgsqlCommand Select(string sql, string gameId)
    {
        var command = _database.DataSource.CreateCommand(sql);
        command.Parameters.AddText("game_id", gameId);
        return command;
    }
}
