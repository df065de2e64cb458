using Workers.Adapters.Redis;
using Workers.Runtimes;
using Workers.Testing;

namespace Workers.Integration.Tests.Redis;

public sealed class RedisGameLeasesTests : GameLeasesContract
{
    private RedisDatabase? _redis;

    [TearDown]
    public async Task TearDownAsync()
    {
        if (_redis is not null) await _redis.DisposeAsync();
    }

    [Test, CancelAfter(30_000)]
    public async Task Acquire_WithAnotherPrefix_UsesItsKeys(CancellationToken cancellationToken)
    {
        var token = LeaseToken.New(null);
        var leases = new RedisGameLeases(_redis!.Link, "platform:lease:");

        await leases.TryAcquireAsync("game-1", token, TimeSpan.FromMinutes(1), cancellationToken);

        ((string?)await _redis.Database.StringGetAsync("platform:lease:game-1")).Should().Be(token.ToString());
        (await _redis.HolderAsync("game-1")).Should().BeNull();
    }

    protected override async Task<(IGameLeases Leases, ILeasePeer Peer)> CreateAsync()
    {
        _redis = await RedisDatabase.OpenAsync(TestEnvironment.Redis, LogicalDatabases.GameLeases);
        return (new RedisGameLeases(_redis.Link), _redis);
    }

    protected override Task PassAsync(TimeSpan span, CancellationToken cancellationToken) => _redis!.PassAsync(span, cancellationToken);
}
