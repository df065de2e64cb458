namespace Workers.Runtimes;

/// <summary>What became of a <see cref="RecordMove"/>.</summary>
public enum MoveResult
{
    /// <summary>The record moved and its operation log entry is written, in one transaction.</summary>
    Moved,

    /// <summary>The record is no longer what was expected, or this operation is logged already. Nothing was written.</summary>
    Conflict,

    /// <summary>There is no such record any more. Nothing was written.</summary>
    NotFound,
}
