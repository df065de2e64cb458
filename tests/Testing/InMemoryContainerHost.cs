using Workers.Runtimes;

namespace Workers.Testing;

/// <summary>The in-memory engine as a host of containers.</summary>
public sealed class InMemoryContainerHost : IContainerHost
{
    private readonly InMemoryContainerEngine _engine = new(TimeProvider.System);

    public IContainerEngine Engine => _engine;

    public Task<string> RunAsync(ContainerScript script, CancellationToken cancellationToken) => Task.FromResult(_engine.Run(script));

    public Task PauseAsync(string id, CancellationToken cancellationToken)
    {
        _engine.Pause(id);
        return Task.CompletedTask;
    }

    public Task RemoveAsync(string id, CancellationToken cancellationToken)
    {
        _engine.Remove(id);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
