namespace Workers.Messaging;

/// <summary>Why a session ended.</summary>
internal enum SessionEnd
{
    /// <summary>It was asked to stop, and finished or handed back what it held.</summary>
    Stopped,

    /// <summary>The ownership is lost.</summary>
    Fenced,

    /// <summary>The store is behind what was committed: begin again from where it stands.</summary>
    Rewound,
}
