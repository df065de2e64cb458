namespace Workers.Runtimes;

/// <summary>Values of <c>runtime_records.status</c>.</summary>
public static class RuntimeStatus
{
    /// <summary>The game's container is believed to run.</summary>
    public const string Running = "running";

    /// <summary>The container was stopped; it may still exist.</summary>
    public const string Stopped = "stopped";

    /// <summary>The container is gone; the record keeps no container id.</summary>
    public const string Removed = "removed";
}
