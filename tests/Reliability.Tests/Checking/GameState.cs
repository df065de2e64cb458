namespace Workers.Reliability.Tests.Checking;

/// <summary>Where a game stands, as far as the outcome of its next stop depends on it.</summary>
internal enum GameState
{
    /// <summary>There is no record.</summary>
    Unknown,

    /// <summary>The record says running, and the engine has its container, running or exited.</summary>
    Running,

    /// <summary>The record says running, and the engine has no such container.</summary>
    Vanished,

    /// <summary>The record says stopped.</summary>
    Stopped,

    /// <summary>The record says removed.</summary>
    Removed,
}
