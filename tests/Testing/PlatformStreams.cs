using StackExchange.Redis;

namespace Workers.Testing;

/// <summary>The platform's side of Redis: sends stops, reads what came of them, holds leases of its own.</summary>
public sealed class PlatformStreams : IAsyncDisposable
{
    public const string Jobs = "runtime:stop_jobs";
    public const string Dead = "runtime:stop_jobs:dead";
    public const string JobResults = "runtime:job_results";
    public const string HealthEvents = "runtime:health_events";
    public const string Owner = "runtime:stream_owner:stopjobs";

    private readonly ConnectionMultiplexer _connection;

    private PlatformStreams(ConnectionMultiplexer connection)
    {
        _connection = connection;
        Database = connection.GetDatabase();
    }

    /// <summary>For what has no name here.</summary>
    public IDatabase Database { get; }

    public static async Task<PlatformStreams> ConnectAsync(string connectionString) =>
        new(await ConnectionMultiplexer.ConnectAsync($"{connectionString},abortConnect=false,allowAdmin=true,syncTimeout=10000"));

    /// <summary>Key of a game's lease.</summary>
    public static string LeaseOf(string gameId) => $"runtime:game_lease:{gameId}";

    /// <summary>Sends a well-formed envelope; its entry id.</summary>
    public Task<string> StopAsync(string gameId, string reason = "finished") =>
        AppendAsync(("game_id", gameId), ("reason", reason), ("requested_at_ms", "1700000000000"));

    /// <summary>Appends an entry to <c>runtime:stop_jobs</c>, whatever it is; its id.</summary>
    public async Task<string> AppendAsync(params (RedisValue Name, RedisValue Value)[] fields) =>
        (string)await Database.ExecuteAsync("XADD", [Jobs, "*", .. fields.SelectMany(field => new object[] { field.Name, field.Value })]);

    /// <summary>A stream, whole.</summary>
    public async Task<IReadOnlyList<PlatformEntry>> ReadAsync(string stream)
    {
        var entries = (RedisResult[])await Database.ExecuteAsync("XRANGE", stream, "-", "+");
        return [.. entries.Select(Entry)];
    }

    /// <summary>The outcomes of one game, in order.</summary>
    public async Task<IReadOnlyList<PlatformResult>> ResultsAsync(string gameId) =>
        [.. (await ReadAsync(JobResults)).Where(entry => entry["game_id"] == gameId).Select(PlatformResult.From)];

    public async Task<IReadOnlyList<PlatformDeadLetter>> DeadLettersAsync() =>
        [.. (await ReadAsync(Dead)).Select(PlatformDeadLetter.From)];

    /// <summary>The health events of one game, in order.</summary>
    public async Task<IReadOnlyList<PlatformEntry>> HealthEventsAsync(string gameId) =>
        [.. (await ReadAsync(HealthEvents)).Where(entry => entry["game_id"] == gameId)];

    /// <summary>The committed offset; null when there is none yet.</summary>
    public async Task<string?> OffsetAsync() => await Database.StringGetAsync("runtime:stream_offsets:stopjobs");

    /// <summary>Entries above the offset that are committed.</summary>
    public async Task<IReadOnlyList<string>> DoneAsync() =>
        [.. (await Database.SetMembersAsync("runtime:stream_done:stopjobs")).Select(id => (string)id!)];

    /// <summary>Waits until the offset has passed an entry: it is finished, once and for all.</summary>
    public Task CommittedAsync(string id, CancellationToken cancellationToken) => Eventually.TrueAsync(
        async () => PlatformEntry.IsPassed(id, await OffsetAsync()), cancellationToken, () => $"the offset passes {id}");

    /// <summary>Waits until nobody waits for the next envelope.</summary>
    public Task UnreadAsync(CancellationToken cancellationToken) => Eventually.TrueAsync(
        async () => !((string)await Database.ExecuteAsync("CLIENT", "LIST")).Contains(" cmd=xread ", StringComparison.Ordinal),
        cancellationToken, () => "no client is in XREAD any more");

    /// <summary>Waits until a game's lease is free.</summary>
    public Task LeaseGoneAsync(string gameId, CancellationToken cancellationToken) => Eventually.TrueAsync(
        async () => !await Database.KeyExistsAsync(LeaseOf(gameId)), cancellationToken, () => $"the lease of {gameId} is released");

    /// <summary>One number out of <c>XINFO STREAM</c>, e.g. <c>entries-added</c>.</summary>
    public async Task<long> CountAsync(string stream, string name)
    {
        var information = (RedisResult[])await Database.ExecuteAsync("XINFO", "STREAM", stream);
        return (long)information[Array.FindIndex(information, item => item.ToString() == name) + 1];
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.CloseAsync();
        _connection.Dispose();
    }

    private static PlatformEntry Entry(RedisResult entry)
    {
        var parts = (RedisResult[])entry;
        var fields = (string[])parts[1];
        return new PlatformEntry((string)parts[0], [.. fields.Chunk(2).Select(pair => KeyValuePair.Create(pair[0], pair[1]))]);
    }
}
