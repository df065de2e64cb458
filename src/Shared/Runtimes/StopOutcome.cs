namespace Workers.Runtimes;

/// <summary>
/// The six published fields of one stop: what <c>runtime:job_results</c> carries and what the receipt in
/// <c>operation_log.details</c> keeps, so that an interrupted envelope publishes what really happened.
/// </summary>
public sealed record StopOutcome
{
    public const string Success = "success";
    public const string Failure = "failure";

    public required string GameId { get; init; }

    /// <summary><see cref="Success"/> or <see cref="Failure"/>.</summary>
    public required string Outcome { get; init; }

    /// <summary>From the record the operation installed; empty on failure.</summary>
    public string ContainerId { get; init; } = "";

    /// <summary>From the record the operation installed; empty on failure.</summary>
    public string EngineEndpoint { get; init; } = "";

    /// <summary>A <see cref="StopErrorCode"/>; empty on a fresh success.</summary>
    public string ErrorCode { get; init; } = "";

    /// <summary>For the operator; empty on success.</summary>
    public string ErrorMessage { get; init; } = "";
}
