using System.Text.Json;
using Npgsql;
using Workers.Adapters.Postgres.Receipts;
using Workers.Messaging;
using Workers.Runtimes;

namespace Workers.Adapters.Postgres;

/// <summary>
/// Runtime records, operation log and health snapshots in PostgreSQL. Every member is one round trip; the first use
/// of a connection takes one more, to prepare the statement, and the first fenced write of a new owner two, to raise its fence.
/// </summary>
/// <remarks>Times are kept to the microsecond. Text is kept as <see cref="StorableText"/> can keep it.</remarks>
internal sealed class PostgresRuntimeStore(NpgsqlDataSource dataSource) : IRuntimeStore
{
    private const string SourceKey = "operation_log_stream_source";

    private static readonly string LoadSql = EmbeddedSql.Statement("load");
    private static readonly string MoveSql = EmbeddedSql.Statement("move");
    private static readonly string AppendSql = EmbeddedSql.Statement("append");

    private readonly FencedWriter _writer = new(dataSource);

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The entry is there, and its receipt cannot be read.</exception>
    public Task<(RuntimeRecord? Record, StopReceipt? Receipt)> LoadAsync(
        string gameId, string source, string sourceRef, CancellationToken cancellationToken)
    {
        // Such a game cannot have a record, and its log entries are under another name.
        if (!StorableText.IsStorable(gameId)) return Task.FromResult<(RuntimeRecord?, StopReceipt?)>((null, null));

        return PostgresFault.TranslateAsync(
            async () =>
            {
                await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
                await using var command = new NpgsqlCommand(LoadSql, connection);
                command.Parameters.AddText("game_id", gameId);
                command.Parameters.AddText("op_source", source);
                command.Parameters.AddText("source_ref", sourceRef);

                await command.PrepareAsync(cancellationToken);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                await reader.ReadAsync(cancellationToken);
                return (ReadRecord(reader), ReadReceipt(reader));
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<MoveResult> MoveAsync(
        RecordMove move, OperationEntry entry, Fence? fence, CancellationToken cancellationToken)
    {
        if (!StorableText.IsStorable(move.GameId)) return MoveResult.NotFound;

        try
        {
            return await _writer.WriteAsync(fence, Durability.Durable, MoveSql, Bind, ReadMoveResult, cancellationToken);
        }
        catch (PostgresException taken) when (taken is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: SourceKey })
        {
            return MoveResult.Conflict;
        }

        void Bind(NpgsqlParameterCollection parameters)
        {
            parameters.AddText("game_id", move.GameId);
            parameters.AddText("expected_container_id", move.ExpectedContainerId);
            parameters.AddText("to_status", move.To);
            parameters.AddTime("at", move.At);
            parameters.AddEntry(entry);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Survives a crash of the worker, but the server's last moments may be lost with the server.</remarks>
    public Task AppendAsync(OperationEntry entry, Fence? fence, CancellationToken cancellationToken) =>
        _writer.WriteAsync(
            fence, Durability.BestEffort, AppendSql, parameters => parameters.AddEntry(entry), static _ => true, cancellationToken);

    private static MoveResult ReadMoveResult(NpgsqlDataReader reader) =>
        reader.GetBoolean(1) ? MoveResult.Moved
        : reader.GetBoolean(2) ? MoveResult.Conflict
        : MoveResult.NotFound;

    private static RuntimeRecord? ReadRecord(NpgsqlDataReader reader) => reader.IsDBNull(0) ? null : new RuntimeRecord
    {
        GameId = reader.GetString(0),
        Status = reader.GetString(1),
        ContainerId = reader.GetString(2),
        ImageRef = reader.GetString(3),
        EngineEndpoint = reader.GetString(4),
        CreatedAt = ReadTime(reader, 5),
        StartedAt = ReadTime(reader, 6),
        StoppedAt = ReadTime(reader, 7),
        RemovedAt = ReadTime(reader, 8),
        LastOpAt = ReadTime(reader, 9),
    };

    private static DateTimeOffset? ReadTime(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : new DateTimeOffset(reader.GetDateTime(column));

    private static StopReceipt? ReadReceipt(NpgsqlDataReader reader)
    {
        if (reader.IsDBNull(10)) return null;

        // Taking an unreadable receipt for none would run the operation again under a key that is taken.
        var id = reader.GetInt64(10);
        if (reader.IsDBNull(11))
            throw new InvalidDataException($"operation_log entry {id} has no receipt in its details: something else wrote it.");

        try
        {
            return ReceiptJson.Read(reader.GetString(11));
        }
        catch (JsonException unreadable)
        {
            throw new InvalidDataException($"The receipt in operation_log entry {id} cannot be read: {unreadable.Message}", unreadable);
        }
    }
}
