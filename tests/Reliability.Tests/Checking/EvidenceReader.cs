using Npgsql;
using StackExchange.Redis;
using Workers.Testing;

namespace Workers.Reliability.Tests.Checking;

/// <summary>Reads the <see cref="Evidence"/>, from the servers alone: nothing of the fleet is asked.</summary>
internal static class EvidenceReader
{
    private const string LeasePrefix = "runtime:game_lease:";

    /// <param name="streams">Redis.</param>
    /// <param name="postgres">Npgsql connection string.</param>
    /// <param name="docker">Endpoint of the engine.</param>
    public static async Task<Evidence> ReadAsync(PlatformStreams streams, string postgres, string docker)
    {
        // A connection of its own: pooled ones may have died with a server that was restarted.
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres) { Pooling = false });
        return new Evidence
        {
            Jobs = await streams.ReadAsync(PlatformStreams.Jobs),
            DeadLetters = await streams.ReadAsync(PlatformStreams.Dead),
            Results = await streams.ReadAsync(PlatformStreams.JobResults),
            HealthEvents = await streams.ReadAsync(PlatformStreams.HealthEvents),
            Offset = await streams.OffsetAsync(),
            Done = await streams.DoneAsync(),
            Leases = await LeasesAsync(streams.Database),
            Operations = await OperationsAsync(database),
            Records = await RecordsAsync(database),
            Running = await RunningAsync(docker),
        };
    }

    private static Task<List<EvidenceOperation>> OperationsAsync(NpgsqlDataSource database) => QueryAsync(
        database,
        """
        select id, game_id, source_ref, details::text, started_at, finished_at
        from operation_log where op_kind = 'stop' and op_source = 'lobby_stream' order by id
        """,
        row => new EvidenceOperation(
            row.GetInt64(0), row.GetString(1), row.GetString(2),
            row.IsDBNull(3) ? null : PlatformReceipt.Parse(row.GetString(3)).Published,
            row.GetFieldValue<DateTimeOffset>(4), row.GetFieldValue<DateTimeOffset>(5)));

    private static async Task<IReadOnlyDictionary<string, EvidenceRecord>> RecordsAsync(NpgsqlDataSource database)
    {
        var rows = await QueryAsync(
            database, "select game_id, status, current_container_id from runtime_records",
            row => KeyValuePair.Create(row.GetString(0), new EvidenceRecord(row.GetString(1), row.GetString(2))));
        return rows.ToDictionary(StringComparer.Ordinal);
    }

    private static async Task<List<T>> QueryAsync<T>(NpgsqlDataSource database, string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var command = database.CreateCommand(sql);
        await using var row = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await row.ReadAsync()) rows.Add(read(row));
        return rows;
    }

    private static async Task<IReadOnlyDictionary<string, string>> LeasesAsync(IDatabase redis)
    {
        var leases = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in (string[])await redis.ExecuteAsync("KEYS", LeasePrefix + "*"))
        {
            // It may lapse between the two commands.
            if ((string?)await redis.StringGetAsync(key) is { } token) leases.Add(key[LeasePrefix.Length..], token);
        }

        return leases;
    }

    private static async Task<IReadOnlySet<string>> RunningAsync(string docker)
    {
        var ids = await Shell.RunAsync("docker", "--host", docker, "ps", "--quiet", "--no-trunc");
        return ids.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
    }
}
