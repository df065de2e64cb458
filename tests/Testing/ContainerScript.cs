namespace Workers.Testing;

/// <summary>What the first process of a test's container does.</summary>
public sealed record ContainerScript
{
    /// <summary>Exits at once instead of waiting for a signal.</summary>
    public bool EndsByItself { get; init; }

    /// <summary>How long after SIGTERM it exits; null when it ignores the signal. At once by default.</summary>
    public TimeSpan? EndsAfterSigterm { get; init; } = TimeSpan.Zero;

    /// <summary>What it exits with, unless it is killed.</summary>
    public int ExitCode { get; init; }

    /// <summary>Whether the engine removes the container once it ended.</summary>
    public bool AutoRemove { get; init; }

    /// <summary>Labels of the container.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}
