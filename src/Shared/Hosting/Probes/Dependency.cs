namespace Workers.Hosting.Probes;

/// <summary>A server that a worker needs, and how to ask whether it is there.</summary>
/// <param name="Name">The check's name, e.g. <c>redis</c>.</param>
/// <param name="AskAsync">Returns when it answered; throws when it did not, with a message for the operator.</param>
public sealed record Dependency(string Name, Func<CancellationToken, Task> AskAsync);
