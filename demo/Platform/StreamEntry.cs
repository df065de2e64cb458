using StackExchange.Redis;

namespace Workers.Demo.Platform;

/// <summary>One entry of a stream, its field names and values as text.</summary>
internal sealed record StreamEntry(string Stream, StreamId Id, IReadOnlyDictionary<string, string> Fields)
{
    public string this[string field] => Fields.GetValueOrDefault(field, "");

    /// <summary>Entries as XRANGE and XREAD reply them: <c>[id, [name, value, …]]</c> each.</summary>
    public static IReadOnlyList<StreamEntry> ParseAll(string stream, RedisResult reply) =>
        reply.IsNull ? [] : [.. ((RedisResult[])reply).Select(entry => Parse(stream, (RedisResult[])entry))];

    private static StreamEntry Parse(string stream, RedisResult[] entry)
    {
        var texts = (string[])entry[1];
        var fields = texts.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        return new StreamEntry(stream, StreamId.Parse((string)entry[0]), fields);
    }
}
