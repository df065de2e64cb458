namespace Workers.Demo.Stops;

/// <summary>What a game's container is like when its stop is asked for. The record says <c>running</c> in all of them.</summary>
internal enum Situation
{
    /// <summary>Exits as soon as it gets SIGTERM.</summary>
    Obeys,

    /// <summary>Ignores SIGTERM: only SIGKILL, after the grace period, ends it.</summary>
    Ignores,

    /// <summary>Has exited already.</summary>
    Exited,

    /// <summary>Was removed behind the worker's back.</summary>
    Removed,

    /// <summary>There is neither a container nor a record.</summary>
    Unknown,
}
