namespace Workers.Demo.Stops;

/// <summary>What the wire contract promises for an envelope.</summary>
internal sealed record Expectation
{
    public const string DeadLetter = "dead letter";

    /// <summary><c>success</c>, <c>failure</c>, or <see cref="DeadLetter"/>.</summary>
    public required string Outcome { get; init; }

    public string ErrorCode { get; init; } = "";

    public string ErrorMessage { get; init; } = "";

    /// <summary>The container as the engine sees it afterwards, e.g. <c>exited 137</c>; empty when there is none.</summary>
    public string Container { get; init; } = "";

    /// <summary>The record's status afterwards; empty when there is no record.</summary>
    public string Record { get; init; } = "";

    /// <summary>Whether a <c>container_disappeared</c> goes out with the result.</summary>
    public bool Disappeared { get; init; }
}
