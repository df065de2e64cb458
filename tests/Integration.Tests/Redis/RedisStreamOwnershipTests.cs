using Workers.Adapters.Redis;
using Workers.Testing;

namespace Workers.Integration.Tests.Redis;

public sealed class RedisStreamOwnershipTests : StreamOwnershipContract
{
    private RedisDatabase? _redis;

    [TearDown]
    public async Task TearDownAsync()
    {
        if (_redis is not null) await _redis.DisposeAsync();
    }

    protected override async Task<StreamStore> CreateAsync()
    {
        _redis = await RedisDatabase.OpenAsync(TestEnvironment.Redis, LogicalDatabases.StreamOwnership);
        return new StreamStore(new RedisStreamLog(_redis.Link), new RedisStreamOwnership(_redis.Link), _redis);
    }

    protected override Task PassAsync(TimeSpan span, CancellationToken cancellationToken) => _redis!.PassAsync(span, cancellationToken);
}
