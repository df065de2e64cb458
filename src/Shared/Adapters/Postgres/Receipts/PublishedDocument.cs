namespace Workers.Adapters.Postgres.Receipts;

/// <summary>The six fields of <c>runtime:job_results</c>.</summary>
internal sealed record PublishedDocument
{
    public required string GameId { get; init; }

    public required string Outcome { get; init; }

    public required string ContainerId { get; init; }

    public required string EngineEndpoint { get; init; }

    public required string ErrorCode { get; init; }

    public required string ErrorMessage { get; init; }
}
