namespace Workers.Runtimes;

/// <summary>How patient a stop is.</summary>
public sealed record StopOptions
{
    /// <summary>Between the stop signal and SIGKILL. Default 30 s; the engine counts whole seconds, rounded up.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Lease of a game; renewed while a stop runs. Default 1 min.</summary>
    public TimeSpan LeaseTtl { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a stop is retried while the store or the engine is down before it fails. Default 30 s.</summary>
    public TimeSpan UnavailableRetry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a container may still be seen running after the engine said it was stopped and SIGKILL was sent again. Default 10 s.</summary>
    public TimeSpan ProofTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
