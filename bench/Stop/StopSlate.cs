using Npgsql;
using Workers.Bench.Peers;

namespace Workers.Bench.Stop;

/// <summary>
/// The ground of one round: an empty Redis, and a database that holds nothing but the schema the worker itself made.
/// </summary>
internal sealed class StopSlate : IAsyncDisposable
{
    private readonly TestBed _bed;
    private readonly string _worker;
    private readonly string _database;

    private StopSlate(TestBed bed, string worker, string database, StopStreams streams)
    {
        (_bed, _worker, _database) = (bed, worker, database);
        Postgres = ConnectionString(bed, database);
        Streams = streams;
        Tables = new RuntimeTables(Postgres);
    }

    /// <summary>Npgsql connection string of this round's database.</summary>
    public string Postgres { get; }

    public StopStreams Streams { get; }

    public RuntimeTables Tables { get; }

    public static async Task<StopSlate> CreateAsync(TestBed bed, string worker, string database, CancellationToken cancellationToken)
    {
        var slate = new StopSlate(bed, worker, database, await StopStreams.ConnectAsync(bed.Redis));
        try
        {
            await slate.Streams.Redis.ExecuteAsync("FLUSHALL");
            await slate.Streams.Redis.ExecuteAsync("CONFIG", "RESETSTAT");
            await RunAsync(bed.Postgres, $"create database {database}", cancellationToken);
            await slate.MigrateAsync(cancellationToken);
            return slate;
        }
        catch
        {
            await slate.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the worker as shipped, with its defaults and these settings.</summary>
    public WorkerProcess StartWorker(params IEnumerable<(string Name, string Value)> settings) => StartWorker(_worker, settings);

    /// <summary>Starts another build of the worker.</summary>
    public WorkerProcess StartWorker(string executable, params IEnumerable<(string Name, string Value)> settings) =>
        WorkerProcess.Start(executable, Settings(settings), Path.Combine(_bed.Directory, $"{_database}.log"));

    /// <summary>
    /// Puts what was loaded on disk now, so that every round starts with the same distance to PostgreSQL's next checkpoint.
    /// </summary>
    public Task CheckpointAsync(CancellationToken cancellationToken) =>
        RunAsync(Postgres, "vacuum analyze; checkpoint", cancellationToken);

    /// <summary>
    /// Throws unless exactly <paramref name="count"/> stops were answered and logged, each once, none as a dead letter, and
    /// the offset has arrived at the last of them.
    /// </summary>
    public async Task ConfirmAsync(int count, string errorCode, CancellationToken cancellationToken)
    {
        var outcomes = await Streams.LengthAsync(StopStreams.Results);
        var dead = await Streams.LengthAsync(StopStreams.Dead);
        var logged = await Tables.LoggedStopsAsync(errorCode, cancellationToken);
        var behind = await Streams.BehindOffsetAsync(cancellationToken);
        if (outcomes != count || dead != 0 || logged != count || behind != 0)
            throw new InvalidOperationException(
                $"Of {count} stops, {outcomes} have an outcome, {dead} a dead letter, {logged} a row in the operation log; {behind} lie behind the offset.");
    }

    public async ValueTask DisposeAsync()
    {
        await Streams.DisposeAsync();
        await RunAsync(_bed.Postgres, $"drop database if exists {_database} with (force)", CancellationToken.None);
    }

    private static string ConnectionString(TestBed bed, string database) =>
        new NpgsqlConnectionStringBuilder(bed.Postgres) { Database = database }.ConnectionString;

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var migration = WorkerProcess.Start(
            _worker, Settings([]), Path.Combine(_bed.Directory, $"{_database}.log"), "--migrate");
        await migration.EndAsync(cancellationToken);
    }

    private Dictionary<string, string> Settings(IEnumerable<(string Name, string Value)> settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ConnectionStrings__Redis"] = _bed.Redis,
            ["ConnectionStrings__Postgres"] = Postgres,
            ["Docker__Endpoint"] = _bed.Docker,
        };
        foreach (var (name, value) in settings) all[name] = value;
        return all;
    }

    private static async Task RunAsync(string connectionString, string statements, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        foreach (var statement in statements.Split(';'))
        {
            await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
