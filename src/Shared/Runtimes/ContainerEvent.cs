namespace Workers.Runtimes;

/// <summary>Something that happened to a container.</summary>
/// <param name="ContainerId">Full container id.</param>
/// <param name="Action">The engine's word: <c>start</c>, <c>die</c>, <c>oom</c>, <c>destroy</c>, <c>health_status: healthy</c>, …</param>
/// <param name="At">When, by the engine's clock.</param>
/// <param name="Attributes">Labels, <c>image</c>, <c>name</c>, and for <c>die</c> the <c>exitCode</c>.</param>
public sealed record ContainerEvent(
    string ContainerId, string Action, DateTimeOffset At, IReadOnlyDictionary<string, string> Attributes);
