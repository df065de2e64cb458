using StackExchange.Redis;
using Workers.Testing;

namespace Workers.Reliability.Tests;

/// <summary>
/// Another actor, such as one that restarts games, that takes a game's lease for a moment, again and again. Sometimes it
/// forgets to give it back, and the lease lapses.
/// </summary>
internal sealed class ForeignHolder(IDatabase redis, string gameId, Random random)
{
    private static readonly TimeSpan Lapse = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan NeverLapses = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(60);
    private readonly List<ForeignLease> _leases = [];

    public string GameId => gameId;

    /// <summary>Every lease it had.</summary>
    public IReadOnlyList<ForeignLease> Leases => _leases;

    /// <summary>Takes leases and gives them back until told to stop; then it holds none.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await HoldAsync();
            await Task.Delay(random.Pause(Longest), CancellationToken.None);
        }
    }

    private async Task HoldAsync()
    {
        var token = Guid.NewGuid().ToString("N");
        var key = PlatformStreams.LeaseOf(gameId);
        var forgets = random.Next(4) == 0;
        var before = Now();
        // A worker holds it at times: then there is none for us.
        if (!await redis.StringSetAsync(key, token, forgets ? Lapse : NeverLapses, When.NotExists)) return;

        var taken = Now();
        if (forgets)
        {
            await Eventually.TrueAsync(async () => await redis.StringGetAsync(key) != token, CancellationToken.None);
            // Redis began to count after the first time, so that it ended no sooner than this, and no later than seen.
            _leases.Add(new ForeignLease(before, taken, before + Lapse, Now(), StolenBy: null));
            return;
        }

        await Task.Delay(random.Pause(Longest), CancellationToken.None);
        var givenBack = Now();
        var held = (string?)await redis.StringGetAsync(key);
        if (held == token) await redis.KeyDeleteAsync(key);
        _leases.Add(new ForeignLease(before, taken, givenBack, Now(), held == token ? null : held ?? "nobody"));
    }

    private static DateTimeOffset Now() => TimeProvider.System.GetUtcNow();
}
