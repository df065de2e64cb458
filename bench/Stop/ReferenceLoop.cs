using System.Net.Sockets;
using Npgsql;
using NpgsqlTypes;
using StackExchange.Redis;

namespace Workers.Bench.Stop;

/// <summary>
/// The baseline: the sequential loop of the reference, one entry after the other, with the worker's drivers, prepared
/// statements, and its two paths that are measured (a running record, and one that is stopped already). For each entry:
/// <c>XREAD COUNT 1</c>, take the lease, load the record, (stop, move the record,) append to the operation log, give the
/// lease back, publish, save the offset. It promises nothing across a crash.
/// </summary>
internal sealed class ReferenceLoop : IAsyncDisposable
{
    private const string BlockMilliseconds = "5000";
    private const int LeaseMilliseconds = 60_000;
    private const string ReleaseScript = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";
    private readonly ConnectionMultiplexer _shared;
    private readonly ConnectionMultiplexer _blocking;
    private readonly NpgsqlConnection _postgres;
    private readonly NpgsqlCommand _load;
    private readonly NpgsqlCommand _move;
    private readonly NpgsqlCommand _append;
    private readonly HttpClient? _engine;

    private ReferenceLoop(ConnectionMultiplexer shared, ConnectionMultiplexer blocking, NpgsqlConnection postgres, string? engineSocket)
    {
        (_shared, _blocking, _postgres) = (shared, blocking, postgres);
        _load = Command(
            "select status, current_container_id, current_image_ref, engine_endpoint from runtime_records where game_id = $1",
            NpgsqlDbType.Text);
        _move = Command(
            """
            update runtime_records set status = 'stopped', stopped_at = $3, last_op_at = $3
            where game_id = $1 and status = 'running' and current_container_id = $2
            """,
            NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.TimestampTz);
        _append = Command(
            """
            insert into operation_log
              (game_id, op_kind, op_source, source_ref, image_ref, container_id, outcome, error_code, error_message, started_at, finished_at)
            values ($1, 'stop', 'lobby_stream', $2, $3, $4, 'success', $5, '', $6, $7)
            """,
            NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.TimestampTz,
            NpgsqlDbType.TimestampTz);
        if (engineSocket is not null) _engine = EngineClient(engineSocket);
    }

    private IDatabase Redis => _shared.GetDatabase();

    /// <summary>Connects and prepares the statements.</summary>
    /// <param name="redis">StackExchange.Redis connection string.</param>
    /// <param name="postgres">Npgsql connection string of a database with the schema.</param>
    /// <param name="engineSocket">Path of the engine's socket; null when no record is running.</param>
    /// <param name="cancellationToken">Ends the connecting.</param>
    public static async Task<ReferenceLoop> ConnectAsync(
        string redis, string postgres, string? engineSocket, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(cancellationToken);
        var loop = new ReferenceLoop(
            await ConnectionMultiplexer.ConnectAsync(redis),
            await ConnectionMultiplexer.ConnectAsync($"{redis},syncTimeout=60000"),
            connection, engineSocket);
        foreach (var command in (NpgsqlCommand[])[loop._load, loop._move, loop._append]) await command.PrepareAsync(cancellationToken);
        return loop;
    }

    /// <summary>Works through <paramref name="entries"/> entries from the saved offset and returns; or runs until cancelled.</summary>
    public async Task RunAsync(int entries, CancellationToken cancellationToken)
    {
        string offset = await Redis.StringGetAsync(StopStreams.Offset);
        offset ??= "0-0";
        for (var done = 0; done < entries;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var reply = await _blocking.GetDatabase().ExecuteAsync(
                "XREAD", "COUNT", "1", "BLOCK", BlockMilliseconds, "STREAMS", StopStreams.Jobs, offset);
            if (reply.IsNull) continue;

            var entry = (RedisResult[])((RedisResult[])((RedisResult[])((RedisResult[])reply)[0])[1])[0];
            offset = (string)entry[0];
            await HandleAsync(offset, GameOf((string[])entry[1]), cancellationToken);
            await Redis.StringSetAsync(StopStreams.Offset, offset);
            done++;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _engine?.Dispose();
        await _load.DisposeAsync();
        await _move.DisposeAsync();
        await _append.DisposeAsync();
        await _postgres.DisposeAsync();
        await _blocking.CloseAsync();
        await _shared.CloseAsync();
        _blocking.Dispose();
        _shared.Dispose();
    }

    private async Task HandleAsync(string entryId, string gameId, CancellationToken cancellationToken)
    {
        var startedAt = TimeProvider.System.GetUtcNow();
        RedisKey lease = $"runtime:game_lease:{gameId}";
        RedisValue token = Guid.NewGuid().ToString("N");
        if (!await Redis.StringSetAsync(lease, token, TimeSpan.FromMilliseconds(LeaseMilliseconds), When.NotExists))
            throw new InvalidOperationException($"Someone else holds the lease of {gameId}: this is a benchmark's private Redis.");

        var record = await LoadAsync(gameId, cancellationToken);
        var replay = record.Status != "running";
        if (!replay)
        {
            await StopAsync(record.ContainerId, cancellationToken);
            await ExecuteAsync(_move, cancellationToken, gameId, record.ContainerId, TimeProvider.System.GetUtcNow());
        }

        var errorCode = replay ? "replay_no_op" : "";
        await ExecuteAsync(
            _append, cancellationToken,
            gameId, entryId, record.ImageRef, record.ContainerId, errorCode, startedAt, TimeProvider.System.GetUtcNow());
        await Redis.ScriptEvaluateAsync(ReleaseScript, [lease], [token]);
        await Redis.ExecuteAsync(
            "XADD", StopStreams.Results, "*", "game_id", gameId, "outcome", "success", "container_id", record.ContainerId,
            "engine_endpoint", record.EngineEndpoint, "error_code", errorCode, "error_message", "");
    }

    private async Task<(string Status, string ContainerId, string ImageRef, string EngineEndpoint)> LoadAsync(
        string gameId, CancellationToken cancellationToken)
    {
        _load.Parameters[0].Value = gameId;
        await using var row = await _load.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken)) throw new InvalidOperationException($"There is no record of {gameId}.");
        return (row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3));
    }

    private async Task StopAsync(string containerId, CancellationToken cancellationToken)
    {
        if (_engine is null) throw new InvalidOperationException("The loop was given no engine, but a running record.");
        using var response = await _engine.PostAsync(new Uri($"/v1.41/containers/{containerId}/stop?t=30", UriKind.Relative), null, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    private static async Task ExecuteAsync(NpgsqlCommand command, CancellationToken cancellationToken, params object[] values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string sql, params NpgsqlDbType[] types)
    {
        var command = new NpgsqlCommand(sql, _postgres);
        foreach (var type in types) command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
        return command;
    }

    private static HttpClient EngineClient(string socket) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
            return new NetworkStream(connection, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://docker") };

    private static string GameOf(string[] fields)
    {
        var name = Array.IndexOf(fields, "game_id");
        return name >= 0 ? fields[name + 1].Trim() : throw new InvalidOperationException("An entry has no game_id.");
    }
}
