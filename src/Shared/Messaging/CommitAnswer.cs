namespace Workers.Messaging;

/// <summary>The four answers of a commit.</summary>
public enum CommitAnswer
{
    /// <summary>Everything asked for is written.</summary>
    Ok,

    /// <summary>The stream's owner is no longer this instance at this epoch. Nothing was written; stop, publish nothing.</summary>
    Fenced,

    /// <summary>All entries were committed before: an answer was lost. Nothing was written again.</summary>
    Already,

    /// <summary>The store is behind what the worker committed. Nothing was written; load the progress and read again from there.</summary>
    Rewound,
}
