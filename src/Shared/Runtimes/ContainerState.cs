namespace Workers.Runtimes;

/// <summary>What the engine says of one container.</summary>
/// <param name="Id">Full container id.</param>
/// <param name="Status">The engine's word: <c>created</c>, <c>running</c>, <c>paused</c>, <c>restarting</c>, <c>removing</c>,
/// <c>exited</c>, <c>dead</c>.</param>
/// <param name="Running">Whether a process of it lives: true also while paused or restarting.</param>
/// <param name="ExitCode">Exit code of its first process; meaningless while <paramref name="Running"/>.</param>
public sealed record ContainerState(string Id, string Status, bool Running, int ExitCode);
