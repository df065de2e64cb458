namespace Workers.Runtimes;

/// <summary>A running container as the engine lists it.</summary>
/// <param name="Id">Full container id.</param>
/// <param name="Image">The image reference it was created with.</param>
/// <param name="CreatedAt">When it was created, to the second.</param>
/// <param name="Labels">All of its labels.</param>
public sealed record RunningContainer(string Id, string Image, DateTimeOffset CreatedAt, IReadOnlyDictionary<string, string> Labels);
