namespace Workers.Runtimes;

/// <summary>One row of <c>operation_log</c>.</summary>
public sealed record OperationEntry
{
    /// <summary>The <c>op_kind</c> of a stop.</summary>
    public const string StopKind = "stop";

    public required string GameId { get; init; }

    public string Kind { get; init; } = StopKind;

    /// <summary>An <see cref="OperationSource"/>.</summary>
    public required string Source { get; init; }

    /// <summary>The source's own reference, e.g. a stream entry id; empty when there is none.</summary>
    public string SourceRef { get; init; } = "";

    public string ImageRef { get; init; } = "";

    public string ContainerId { get; init; } = "";

    public required StopReceipt Receipt { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset FinishedAt { get; init; }
}
