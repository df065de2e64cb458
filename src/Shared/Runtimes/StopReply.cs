namespace Workers.Runtimes;

/// <summary>How the engine answered a stop. None of these proves that the container is down.</summary>
public enum StopReply
{
    /// <summary>Done, says the engine (204).</summary>
    Accepted,

    /// <summary>It was not running (304).</summary>
    AlreadyStopped,

    /// <summary>The engine itself said that there is no such container.</summary>
    NoSuchContainer,
}
