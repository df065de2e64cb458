using System.Globalization;
using StackExchange.Redis;
using Workers.Messaging;
using Workers.Runtimes;

namespace Workers.Adapters.Redis;

/// <summary>One expiring key per game.</summary>
/// <param name="redis">The shared connection.</param>
/// <param name="prefix">What comes before the game id; whoever starts and restarts games must use the same.</param>
public sealed class RedisGameLeases(RedisLink redis, string prefix = RedisGameLeases.DefaultPrefix) : IGameLeases
{
    /// <summary>Default prefix of the keys.</summary>
    public const string DefaultPrefix = "runtime:game_lease:";

    private const string Name = "redis";
    private static readonly RedisScript AcquireScript = RedisScript.Load("lease_acquire");
    private static readonly RedisScript RenewScript = RedisScript.Load("lease_renew");
    private static readonly RedisScript ReleaseScript = RedisScript.Load("lease_release");

    public async Task<bool> TryAcquireAsync(string gameId, LeaseToken token, TimeSpan ttl, CancellationToken cancellationToken)
    {
        var answer = await RunAsync(AcquireScript, [prefix + gameId, token.Fence is { } fence ? StreamKeys.Owner(fence.Label) : prefix + gameId],
            [
                token.ToString(), Milliseconds(ttl), token.Fence?.Label ?? "",
                token.Fence?.Epoch.ToString(CultureInfo.InvariantCulture) ?? "", token.Fence?.Instance ?? "",
            ],
            cancellationToken);
        return answer >= 0 ? answer == 1 : throw new FencedException($"The stream {token.Fence?.Label} has another owner.");
    }

    public async Task<bool> RenewAsync(string gameId, LeaseToken token, TimeSpan ttl, CancellationToken cancellationToken) =>
        await RunAsync(RenewScript, [prefix + gameId], [token.ToString(), Milliseconds(ttl)], cancellationToken) == 1;

    public Task ReleaseAsync(string gameId, LeaseToken token, CancellationToken cancellationToken) =>
        RunAsync(ReleaseScript, [prefix + gameId], [token.ToString()], cancellationToken);

    private static long Milliseconds(TimeSpan span) => (long)span.TotalMilliseconds;

    private async Task<long> RunAsync(RedisScript script, string[] keys, RedisValue[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            return (long)await script.RunAsync(redis, keys, arguments, cancellationToken);
        }
        catch (RedisServerException refusal)
        {
            // To the domain a lease store that refuses is as good as one that is away.
            throw new DependencyUnavailableException(Name, refusal.Message, refusal);
        }
    }
}
