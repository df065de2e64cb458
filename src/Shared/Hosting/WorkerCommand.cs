namespace Workers.Hosting;

/// <summary>Something a worker can do instead of running, asked for by a bare switch.</summary>
/// <param name="Name">The switch without its dashes, e.g. <c>migrate</c>.</param>
/// <param name="Help">What it does, in one sentence without a full stop.</param>
/// <param name="RunAsync">Does it, and returns the exit code.</param>
/// <param name="Uses">The required settings it needs; null for all of them. Others may be missing, though not wrong.</param>
internal sealed record WorkerCommand(
    string Name,
    string Help,
    Func<IServiceProvider, CancellationToken, Task<int>> RunAsync,
    IReadOnlyCollection<string>? Uses);
