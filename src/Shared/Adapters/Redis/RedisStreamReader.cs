using StackExchange.Redis;
using Workers.Messaging;

namespace Workers.Adapters.Redis;

/// <summary>Blocking reads of one stream on a connection of its own.</summary>
internal sealed class RedisStreamReader(RedisLink redis, string stream) : IStreamReader
{
    public async Task<IReadOnlyList<StreamEntry>> ReadAsync(
        StreamEntryId after, int count, TimeSpan block, CancellationToken cancellationToken)
    {
        // BLOCK 0 would wait without end.
        var milliseconds = Math.Max(1, (long)block.TotalMilliseconds);
        var reply = await redis.ExecuteAsync(
            "XREAD", ["COUNT", count, "BLOCK", milliseconds, "STREAMS", (RedisKey)stream, after.ToString()], cancellationToken, block);
        if (reply.IsNull) return [];

        // One stream was asked for: [[name, [[id, [name, value, …]], …]]].
        var streams = (RedisResult[])reply!;
        var entries = (RedisResult[])((RedisResult[])streams[0]!)[1]!;
        return Array.ConvertAll(entries, Decode);
    }

    public ValueTask DisposeAsync() => redis.DisposeAsync();

    private static StreamEntry Decode(RedisResult entry)
    {
        var parts = (RedisResult[])entry!;
        var flat = (RedisResult[])parts[1]!;
        var fields = new (byte[], byte[])[flat.Length / 2];
        for (var i = 0; i < fields.Length; i++)
            fields[i] = ((byte[])flat[2 * i]!, (byte[])flat[(2 * i) + 1]!);

        return new StreamEntry(StreamEntryId.Parse((string)parts[0]!), fields);
    }
}
