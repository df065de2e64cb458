namespace Workers.Runtimes;

/// <summary>
/// What <c>operation_log.details</c> keeps of a stop: the published fields, the health event that goes out with
/// them, and the evidence.
/// </summary>
public sealed record StopReceipt
{
    /// <summary>The result as published.</summary>
    public required StopOutcome Published { get; init; }

    /// <summary>Published together with the result; null when there is none.</summary>
    public HealthEvent? HealthEvent { get; init; }

    /// <summary>Exit code of the container's first process; null when nothing was stopped or nobody could ask.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Whether the grace period was not enough and SIGKILL ended it.</summary>
    public bool? Killed { get; init; }

    /// <summary>Milliseconds from the stop request to the proof that the container does not run.</summary>
    public long? StopMilliseconds { get; init; }

    /// <summary>What the inspection afterwards saw: the engine's status (<c>exited</c>, …) or <c>gone</c>.</summary>
    public string? Inspected { get; init; }

    /// <summary>Why the stop was asked for: a <see cref="StopReason"/>.</summary>
    public string? Reason { get; init; }
}
