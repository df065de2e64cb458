using Workers.Hosting;

namespace Workers.Shared.Tests.Hosting;

/// <summary>A part whose body is the test's.</summary>
internal sealed class TestPart(string name, Func<WorkerTokens, Task> run, Action? disposed = null) : IWorkerPart, IAsyncDisposable
{
    public string Name => name;

    public Task RunAsync(WorkerTokens tokens) => run(tokens);

    public ValueTask DisposeAsync()
    {
        disposed?.Invoke();
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends as soon as it is asked to.</summary>
    public static Task UntilStopAsync(WorkerTokens tokens) => Task.Delay(Timeout.Infinite, tokens.Stop);
}
