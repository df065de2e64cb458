using System.Globalization;
using StackExchange.Redis;
using Workers.Messaging;

namespace Workers.Adapters.Redis;

/// <summary>Ownership of streams as expiring hashes.</summary>
public sealed class RedisStreamOwnership(RedisLink redis) : IStreamOwnership
{
    private static readonly RedisScript ClaimScript = RedisScript.Load("claim");
    private static readonly RedisScript RenewScript = RedisScript.Load("renew");
    private static readonly RedisScript ReleaseScript = RedisScript.Load("release");

    public async Task<ClaimAnswer> ClaimAsync(OwnershipClaim claim, OwnerIdentity? dead, CancellationToken cancellationToken)
    {
        var reply = (RedisResult[])(await ClaimScript.RunAsync(redis,
            [StreamKeys.Owner(claim.Label), StreamKeys.State(claim.Label)],
            [claim.Instance, claim.EngineId, Milliseconds(claim.Ttl), dead?.Instance ?? "", dead?.Epoch.ToString(CultureInfo.InvariantCulture) ?? ""],
            cancellationToken))!;

        var owner = new OwnerIdentity((string)reply[1]!, (long)reply[2], (string)reply[3]!);
        var kind = (string)reply[0]! switch
        {
            "GRANTED" => ClaimKind.Granted,
            "HELD" => ClaimKind.Held,
            "ENGINE" => ClaimKind.OtherEngine,
            var word => throw new InvalidOperationException($"The script answered '{word}'."),
        };
        return new ClaimAnswer(kind, owner, TimeSpan.FromMilliseconds((long)reply[4]));
    }

    public async Task<CommitAnswer> RenewAsync(Fence fence, TimeSpan ttl, StreamProgress known, CancellationToken cancellationToken)
    {
        var reply = await RenewScript.RunAsync(redis,
            [StreamKeys.Owner(fence.Label), StreamKeys.Offset(fence.Label), StreamKeys.Done(fence.Label)],
            [fence.Instance, fence.Epoch, Milliseconds(ttl), known.Offset.ToString(), known.DoneCount],
            cancellationToken);
        return RedisStreamLog.Answer((string)reply!);
    }

    public Task ReleaseAsync(Fence fence, CancellationToken cancellationToken) =>
        ReleaseScript.RunAsync(redis, [StreamKeys.Owner(fence.Label)], [fence.Instance, fence.Epoch], cancellationToken);

    private static long Milliseconds(TimeSpan span) => (long)span.TotalMilliseconds;
}
