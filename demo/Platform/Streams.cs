using StackExchange.Redis;

namespace Workers.Demo.Platform;

/// <summary>The platform's side of Redis: it appends envelopes and reads what comes back.</summary>
internal sealed class Streams : IDisposable
{
    public const string StopJobs = "runtime:stop_jobs";
    public const string DeadLetters = "runtime:stop_jobs:dead";
    public const string Results = "runtime:job_results";
    public const string HealthEvents = "runtime:health_events";
    private const string OffsetKey = "runtime:stream_offsets:stopjobs";

    // Shorter than any client's time-out, so that an idle wait never looks like a dead server.
    private const string BlockMilliseconds = "1000";
    private readonly ConnectionMultiplexer _commands;

    // XREAD BLOCK holds its connection: it gets one of its own.
    private readonly ConnectionMultiplexer _blocking;

    private Streams(ConnectionMultiplexer commands, ConnectionMultiplexer blocking)
    {
        _commands = commands;
        _blocking = blocking;
    }

    public static async Task<Streams> ConnectAsync(string connectionString) =>
        new(await ConnectionMultiplexer.ConnectAsync(connectionString), await ConnectionMultiplexer.ConnectAsync(connectionString));

    public async Task<StreamId> AppendAsync(string stream, IReadOnlyList<KeyValuePair<string, byte[]>> fields)
    {
        object[] arguments = [stream, "*", .. fields.SelectMany(field => new object[] { field.Key, field.Value })];
        return StreamId.Parse((string)await _commands.GetDatabase().ExecuteAsync("XADD", arguments));
    }

    /// <summary>Id of the newest entry; 0-0 when there is none.</summary>
    public async Task<StreamId> EndAsync(string stream)
    {
        var reply = await _commands.GetDatabase().ExecuteAsync("XREVRANGE", stream, "+", "-", "COUNT", "1");
        return StreamEntry.ParseAll(stream, reply) is [var newest] ? newest.Id : default;
    }

    /// <summary>Everything after <paramref name="start"/>.</summary>
    public async Task<IReadOnlyList<StreamEntry>> AfterAsync(string stream, StreamId start) =>
        StreamEntry.ParseAll(stream, await _commands.GetDatabase().ExecuteAsync("XRANGE", stream, $"({start}", "+"));

    /// <summary>Waits up to a second for entries after these positions.</summary>
    public async Task<IReadOnlyList<StreamEntry>> NextAsync(
        IReadOnlyDictionary<string, StreamId> positions, CancellationToken cancellationToken)
    {
        object[] arguments =
            ["BLOCK", BlockMilliseconds, "COUNT", "100", "STREAMS", .. positions.Keys, .. positions.Values.Select(id => id.ToString())];
        var reply = await _blocking.GetDatabase().ExecuteAsync("XREAD", arguments).WaitAsync(cancellationToken);
        if (reply.IsNull) return [];

        return [.. ((RedisResult[])reply)
            .Select(stream => (RedisResult[])stream)
            .SelectMany(stream => StreamEntry.ParseAll((string)stream[0], stream[1]))];
    }

    /// <summary>The worker's committed offset in the stop stream; 0-0 before its first commit.</summary>
    public async Task<StreamId> OffsetAsync() =>
        await _commands.GetDatabase().StringGetAsync(OffsetKey) is { HasValue: true } offset ? StreamId.Parse(offset.ToString()) : default;

    public void Dispose()
    {
        _commands.Dispose();
        _blocking.Dispose();
    }
}
