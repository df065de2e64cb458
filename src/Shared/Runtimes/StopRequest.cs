namespace Workers.Runtimes;

/// <summary>One wish to stop a game's runtime.</summary>
public sealed record StopRequest
{
    public required string GameId { get; init; }

    /// <summary>A <see cref="StopReason"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>An <see cref="OperationSource"/>.</summary>
    public required string Source { get; init; }

    /// <summary>
    /// The source's own reference, e.g. a stream entry id. When the same source and reference were finished before, their receipt is
    /// the answer and nothing is done again. Empty: every call is a new one.
    /// </summary>
    public string SourceRef { get; init; } = "";

    /// <summary>What is wrong with the request, or null.</summary>
    public string? Problem() =>
        string.IsNullOrWhiteSpace(GameId) ? "game id must not be empty"
        : !OperationSource.IsKnown(Source) ? $"op source \"{Source}\" is unsupported"
        : !StopReason.IsKnown(Reason) ? $"stop reason \"{Reason}\" is unsupported"
        : null;
}
