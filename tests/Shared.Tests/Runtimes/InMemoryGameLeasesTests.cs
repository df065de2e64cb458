using Workers.Runtimes;
using Workers.Testing;

namespace Workers.Shared.Tests.Runtimes;

public sealed class InMemoryGameLeasesTests : GameLeasesContract
{
    private ManualTimeProvider _time = new();

    protected override Task<(IGameLeases Leases, ILeasePeer Peer)> CreateAsync()
    {
        _time = new ManualTimeProvider();
        var leases = new InMemoryGameLeases(_time);
        return Task.FromResult<(IGameLeases, ILeasePeer)>((leases, leases));
    }

    protected override Task PassAsync(TimeSpan span, CancellationToken cancellationToken)
    {
        _time.Advance(span);
        return Task.CompletedTask;
    }
}
