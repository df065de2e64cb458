namespace Workers.Runtimes;

/// <summary>Values of <c>error_code</c> in a stop result; empty is a fresh success.</summary>
public static class StopErrorCode
{
    /// <summary>A success that changed nothing: the record was already stopped or removed, or someone else moved it.</summary>
    public const string ReplayNoOp = "replay_no_op";

    /// <summary>The request itself is wrong. Reached through the service's API only: a bad envelope is dead-lettered.</summary>
    public const string InvalidRequest = "invalid_request";

    /// <summary>There is no such runtime record.</summary>
    public const string NotFound = "not_found";

    /// <summary>Another lifecycle operation holds the game's lease.</summary>
    public const string Conflict = "conflict";

    /// <summary>The engine or the lease store could not be reached, or the container survived everything.</summary>
    public const string ServiceUnavailable = "service_unavailable";

    /// <summary>The record is unreadable, makes no sense, or could not be moved.</summary>
    public const string InternalError = "internal_error";
}
