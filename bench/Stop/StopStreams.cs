using System.Globalization;
using StackExchange.Redis;

namespace Workers.Bench.Stop;

/// <summary>The other side of the stop jobs: asks for stops and reads outcomes, as the wire contract says.</summary>
internal sealed class StopStreams : IAsyncDisposable
{
    public const string Jobs = "runtime:stop_jobs";
    public const string Results = "runtime:job_results";
    public const string Dead = "runtime:stop_jobs:dead";
    public const string Offset = "runtime:stream_offsets:stopjobs";
    public const string Reason = "finished";

    private const int PipelinedAtOnce = 5_000;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);
    private readonly ConnectionMultiplexer _shared;
    private readonly ConnectionMultiplexer _blocking;

    private StopStreams(ConnectionMultiplexer shared, ConnectionMultiplexer blocking) => (_shared, _blocking) = (shared, blocking);

    public IDatabase Redis => _shared.GetDatabase();

    public static async Task<StopStreams> ConnectAsync(string redis) =>
        new(await ConnectionMultiplexer.ConnectAsync($"{redis},allowAdmin=true,syncTimeout=60000"),
            await ConnectionMultiplexer.ConnectAsync($"{redis},syncTimeout=60000"));

    /// <summary>Name of the <paramref name="index"/>th game.</summary>
    public static string Game(int index) => string.Create(CultureInfo.InvariantCulture, $"game-{index:D6}");

    /// <summary>Appends one stop job and returns its entry id.</summary>
    public async Task<string> RequestAsync(string gameId) =>
        (string?)await Redis.ExecuteAsync("XADD", Jobs, "*", "game_id", gameId, "reason", Reason, "requested_at_ms", "0") ?? "";

    /// <summary>Appends a backlog that walks round the games, pipelined; returns the last entry id.</summary>
    public async Task<string> RequestAsync(int count, int games, CancellationToken cancellationToken)
    {
        var last = "";
        foreach (var chunk in Enumerable.Range(0, count).Chunk(PipelinedAtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            last = (await Task.WhenAll(chunk.Select(i => RequestAsync(Game(i % games)))))[^1];
        }

        return last;
    }

    public async Task<long> LengthAsync(string stream) => (long)await Redis.ExecuteAsync("XLEN", stream);

    /// <summary>Waits until the result stream holds <paramref name="count"/> outcomes.</summary>
    /// <param name="count">How many are expected in all.</param>
    /// <param name="check">Called between looks; throws when waiting has become pointless.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task OutcomesAsync(int count, Action check, CancellationToken cancellationToken)
    {
        while (await LengthAsync(Results) < count)
        {
            check();
            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    /// <summary>Waits, without polling, for the next outcome behind <paramref name="after"/>: its entry id and fields.</summary>
    public async Task<(string Id, IReadOnlyDictionary<string, string> Fields)> NextOutcomeAsync(
        string after, TimeSpan limit, CancellationToken cancellationToken)
    {
        // A cancel is seen when the server's own wait is over.
        var reply = await _blocking.GetDatabase().ExecuteAsync(
            "XREAD", "COUNT", "1", "BLOCK", ((long)limit.TotalMilliseconds).ToString(CultureInfo.InvariantCulture), "STREAMS", Results, after);
        cancellationToken.ThrowIfCancellationRequested();
        if (reply.IsNull) throw new TimeoutException($"No outcome came within {limit}.");

        var entry = (RedisResult[])((RedisResult[])((RedisResult[])((RedisResult[])reply)[0])[1])[0];
        return ((string)entry[0], Fields((string[])entry[1]));
    }

    /// <summary>From the first outcome to the last, by Redis' own clock: entry ids carry it, in milliseconds.</summary>
    public async Task<TimeSpan> OutcomesTookAsync()
    {
        var first = await OnlyIdAsync("XRANGE", "-", "+");
        var last = await OnlyIdAsync("XREVRANGE", "+", "-");
        return TimeSpan.FromMilliseconds(Milliseconds(last) - Milliseconds(first));
    }

    /// <summary>How many jobs lie behind the saved offset, once that has stopped moving.</summary>
    public async Task<int> BehindOffsetAsync(CancellationToken cancellationToken)
    {
        string? offset, moved = null;
        RedisResult[] rest;
        do
        {
            offset = moved;
            await Task.Delay(PollInterval, cancellationToken);
            moved = await Redis.StringGetAsync(Offset);
            rest = (RedisResult[])await Redis.ExecuteAsync("XRANGE", Jobs, moved is null ? "-" : $"({moved}", "+", "COUNT", "1000");
        }
        while (rest.Length > 0 && moved != offset);
        return rest.Length;
    }

    public async ValueTask DisposeAsync()
    {
        await _blocking.CloseAsync();
        await _shared.CloseAsync();
        _blocking.Dispose();
        _shared.Dispose();
    }

    private async Task<string> OnlyIdAsync(string command, string from, string to)
    {
        var entries = (RedisResult[])await Redis.ExecuteAsync(command, Results, from, to, "COUNT", "1");
        return (string)((RedisResult[])entries[0])[0];
    }

    private static long Milliseconds(string id) => long.Parse(id.AsSpan(0, id.IndexOf('-', StringComparison.Ordinal)), CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Fields(string[] pairs) =>
        pairs.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
}
