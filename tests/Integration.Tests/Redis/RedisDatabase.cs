using System.Globalization;
using StackExchange.Redis;
using Workers.Adapters.Redis;
using Workers.Messaging;
using Workers.Testing;

namespace Workers.Integration.Tests.Redis;

/// <summary>
/// An empty logical database of a Redis server: the link under test, and a connection of its own for what others do there.
/// </summary>
internal sealed class RedisDatabase : IStreamPeer, ILeasePeer, IAsyncDisposable
{
    private readonly ConnectionMultiplexer _connection;

    private RedisDatabase(ConnectionMultiplexer connection, RedisLink link)
    {
        _connection = connection;
        Link = link;
        Database = connection.GetDatabase();
    }

    /// <summary>What the adapters under test speak through.</summary>
    public RedisLink Link { get; }

    /// <summary>For what has no name here.</summary>
    public IDatabase Database { get; }

    /// <summary>Opens a logical database and empties it.</summary>
    public static async Task<RedisDatabase> OpenAsync(string server, int number)
    {
        var configuration = $"{server},defaultDatabase={number}";
        var connection = await ConnectionMultiplexer.ConnectAsync($"{configuration},abortConnect=false,allowAdmin=true");
        var database = new RedisDatabase(connection, new RedisLink(configuration, TimeProvider.System));
        await database.ExecuteAsync("FLUSHDB");
        return database;
    }

    public Task<RedisResult> ExecuteAsync(string command, params object[] arguments) => Database.ExecuteAsync(command, arguments);

    /// <summary>Waits until the server's own clock, by which it lets keys expire, has moved on by this much.</summary>
    public async Task PassAsync(TimeSpan span, CancellationToken cancellationToken)
    {
        var until = await TimeAsync() + span;
        await Eventually.TrueAsync(async () => await TimeAsync() >= until, cancellationToken, () => $"the server's clock moves by {span}");
    }

    // --- streams -------------------------------------------------------------------------

    public async Task<StreamEntryId> AddAsync(string stream, StreamEntryId? id, params IReadOnlyList<(byte[] Name, byte[] Value)> fields) =>
        StreamEntryId.Parse((string)await ExecuteAsync(
            "XADD", [stream, id?.ToString() ?? "*", .. fields.SelectMany(field => new object[] { field.Name, field.Value })]));

    public async Task<IReadOnlyList<StreamEntry>> EntriesAsync(string stream)
    {
        var entries = (RedisResult[])await ExecuteAsync("XRANGE", stream, "-", "+");
        return Array.ConvertAll(entries, Entry);
    }

    public Task TrimAsync(string stream, int keep) => ExecuteAsync("XTRIM", stream, "MAXLEN", keep);

    public Task DeleteAsync(string stream) => Database.KeyDeleteAsync(stream);

    public Task OccupyAsync(string stream) => Database.StringSetAsync(stream, "in the way");

    public async Task<string?> OffsetAsync(string label) => await Database.StringGetAsync(StreamKeys.Offset(label));

    public Task SetOffsetAsync(string label, string text) => Database.StringSetAsync(StreamKeys.Offset(label), text);

    public Task ForgetDoneAsync(string label, StreamEntryId id) => Database.SetRemoveAsync(StreamKeys.Done(label), id.ToString());

    public Task ForgetStateAsync(string label) => Database.KeyDeleteAsync(StreamKeys.State(label));

    // --- leases --------------------------------------------------------------------------

    public async Task<string?> HolderAsync(string gameId) => await Database.StringGetAsync(RedisGameLeases.DefaultPrefix + gameId);

    public Task HoldAsync(string gameId, string text, TimeSpan ttl) =>
        Database.StringSetAsync(RedisGameLeases.DefaultPrefix + gameId, text, ttl);

    public async ValueTask DisposeAsync()
    {
        await Link.DisposeAsync();
        await _connection.CloseAsync();
        _connection.Dispose();
    }

    private static StreamEntry Entry(RedisResult entry)
    {
        var parts = (RedisResult[])entry;
        var fields = Array.ConvertAll((RedisResult[])parts[1], field => (byte[])field);
        return new StreamEntry(StreamEntryId.Parse((string)parts[0]), [.. fields.Chunk(2).Select(pair => (pair[0], pair[1]))]);
    }

    private async Task<TimeSpan> TimeAsync()
    {
        var parts = (RedisResult[])await ExecuteAsync("TIME");
        var microseconds = long.Parse((string)parts[1], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds(long.Parse((string)parts[0], CultureInfo.InvariantCulture)) + TimeSpan.FromMicroseconds(microseconds);
    }
}
