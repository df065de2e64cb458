using System.Globalization;
using StackExchange.Redis;
using Workers.Messaging;

namespace Workers.Adapters.Redis;

/// <summary>Redis Streams as the <see cref="IStreamLog"/>.</summary>
public sealed class RedisStreamLog(RedisLink redis) : IStreamLog
{
    private static readonly RedisScript CommitScript = RedisScript.Load("commit");
    private static readonly RedisScript CountScript = RedisScript.Load("count");

    public Task<IStreamReader> OpenReaderAsync(string stream, CancellationToken cancellationToken) =>
        Task.FromResult<IStreamReader>(new RedisStreamReader(redis.Another(), stream));

    public async Task<(StreamProgress Progress, IReadOnlyList<StreamEntryId> Done)> LoadAsync(
        string label, CancellationToken cancellationToken)
    {
        var offset = redis.ExecuteAsync("GET", [(RedisKey)StreamKeys.Offset(label)], cancellationToken);
        var members = redis.ExecuteAsync("SMEMBERS", [(RedisKey)StreamKeys.Done(label)], cancellationToken);
        var committed = redis.ExecuteAsync("HGET", [(RedisKey)StreamKeys.State(label), "committed"], cancellationToken);
        await Task.WhenAll(offset, members, committed);

        var stored = (string?)await offset;
        var done = ((RedisResult[]?)await members ?? []).Select(member => StreamEntryId.Parse((string)member!)).ToArray();
        // An offset that came without a count was set by someone else: how many entries lie below it is not known.
        var count = (long?)await committed ?? (stored is null ? 0 : -1);
        return (new StreamProgress(stored is null ? StreamEntryId.Zero : StreamEntryId.Parse(stored), done.Length, count), done);
    }

    public async Task<(CommitAnswer Answer, StreamProgress Progress)> CommitAsync(Commit commit, CancellationToken cancellationToken)
    {
        var (keys, arguments) = Encode(commit);
        var reply = (RedisResult[])(await CommitScript.RunAsync(redis, keys, arguments, cancellationToken))!;
        var progress = new StreamProgress(StreamEntryId.Parse((string)reply[1]!), (long)reply[2], (long)reply[3]);
        return (Answer((string)reply[0]!), progress);
    }

    public async Task<StreamStatistics?> StatisticsAsync(string stream, CancellationToken cancellationToken)
    {
        RedisResult[] pairs;
        try
        {
            pairs = (RedisResult[])(await redis.ExecuteAsync("XINFO", ["STREAM", (RedisKey)stream], cancellationToken))!;
        }
        catch (RedisServerException missing) when (missing.Message.Contains("no such key", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
        catch (RedisServerException refused)
        {
            // Not allowed to look, say: worth a word in the log, not the session.
            throw new DependencyUnavailableException("redis", refused.Message, refused);
        }

        long? added = null;
        long length = 0;
        var lastId = StreamEntryId.Zero;
        for (var i = 0; i + 1 < pairs.Length; i += 2)
        {
            switch ((string)pairs[i]!)
            {
                case "length": length = (long)pairs[i + 1]; break;
                case "entries-added": added = (long)pairs[i + 1]; break;
                case "last-generated-id": lastId = StreamEntryId.Parse((string)pairs[i + 1]!); break;
            }
        }

        return new StreamStatistics(added, length, lastId);
    }

    public async Task<long> CountAsync(Fence fence, long entries, CancellationToken cancellationToken)
    {
        var reply = await CountScript.RunAsync(redis,
            [StreamKeys.Owner(fence.Label), StreamKeys.State(fence.Label)], [fence.Instance, fence.Epoch, entries], cancellationToken);
        return (long?)reply ?? throw new FencedException($"The stream {fence.Label} has another owner.");
    }

    internal static CommitAnswer Answer(string word) => word switch
    {
        "OK" => CommitAnswer.Ok,
        "ALREADY" => CommitAnswer.Already,
        "REWOUND" => CommitAnswer.Rewound,
        "FENCED" => CommitAnswer.Fenced,
        _ => throw new InvalidOperationException($"The script answered '{word}'."),
    };

    private static (List<string> Keys, List<RedisValue> Arguments) Encode(Commit commit)
    {
        var label = commit.Fence.Label;
        var keys = new List<string> { StreamKeys.Owner(label), StreamKeys.Offset(label), StreamKeys.Done(label), StreamKeys.State(label) };
        var arguments = new List<RedisValue>(16 + (commit.Entries.Count * 20))
        {
            commit.Fence.Instance,
            commit.Fence.Epoch,
            commit.Known.Offset.ToString(),
            commit.Known.DoneCount,
            commit.LowWater.ToString(),
            commit.Passed.Count,
        };
        arguments.AddRange(commit.Passed.Select(id => (RedisValue)id.ToString()));
        arguments.Add(commit.Entries.Count);
        foreach (var entry in commit.Entries)
        {
            arguments.Add(entry.Id.ToString());
            arguments.Add(entry.Appends.Count);
            foreach (var append in entry.Appends)
            {
                var key = keys.IndexOf(append.Stream, 4);
                if (key < 0)
                {
                    key = keys.Count;
                    keys.Add(append.Stream);
                }

                arguments.Add(key + 1); // Lua counts from one.
                arguments.Add(append.MaxLength.ToString(CultureInfo.InvariantCulture));
                arguments.Add(append.Fields.Count);
                foreach (var (name, value) in append.Fields)
                {
                    arguments.Add(name);
                    arguments.Add(value);
                }
            }
        }

        return (keys, arguments);
    }
}
