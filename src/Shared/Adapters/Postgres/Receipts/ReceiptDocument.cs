namespace Workers.Adapters.Postgres.Receipts;

/// <summary>
/// The JSON of <c>operation_log.details</c>: the six published fields, and what is known beyond them. Apart from <see cref="Runtimes.StopReceipt"/>, so that renaming a domain
/// member never changes what is stored; new members must be optional, since old rows lack them.
/// </summary>
internal sealed record ReceiptDocument
{
    public required string GameId { get; init; }

    public required string Outcome { get; init; }

    public required string ContainerId { get; init; }

    public required string EngineEndpoint { get; init; }

    public required string ErrorCode { get; init; }

    public required string ErrorMessage { get; init; }

    public HealthEventDocument? HealthEvent { get; init; }

    public int? ExitCode { get; init; }

    public bool? Killed { get; init; }

    public long? StopMs { get; init; }

    public string? Inspected { get; init; }

    public string? Reason { get; init; }
}
