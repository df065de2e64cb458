using Workers.Testing;

namespace Workers.Shared.Tests.Messaging;

public sealed class InMemoryStreamLogTests : StreamLogContract
{
    private ManualTimeProvider _time = new();

    protected override Task<StreamStore> CreateAsync()
    {
        _time = new ManualTimeProvider();
        var log = new InMemoryStreamLog(_time);
        return Task.FromResult(new StreamStore(log, new InMemoryStreamOwnership(log, _time), log));
    }

    protected override Task PassAsync(TimeSpan span, CancellationToken cancellationToken)
    {
        _time.Advance(span);
        return Task.CompletedTask;
    }
}
