namespace Workers.Testing;

/// <summary>A row of <c>operation_log</c>. Text columns that are null read as empty.</summary>
public sealed record PlatformOperation(
    string GameId, string Kind, string Source, string SourceRef, string ImageRef, string ContainerId, string Outcome, string ErrorCode,
    string ErrorMessage)
{
    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset FinishedAt { get; init; }

    public required PlatformReceipt Receipt { get; init; }
}
