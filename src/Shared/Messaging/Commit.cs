namespace Workers.Messaging;

/// <summary>One atomic step: outcomes appended, their entries recorded as done, the offset moved.</summary>
public sealed record Commit
{
    /// <summary>Who commits; compared whole with the stream's owner.</summary>
    public required Fence Fence { get; init; }

    /// <summary>Finished entries with what each appends, in the order in which outcomes shall appear; may be empty.</summary>
    public required IReadOnlyList<FinishedEntry> Entries { get; init; }

    /// <summary>
    /// The low-water mark: every entry at or below it is finished. Only the worker knows which entries it has in
    /// flight, and ids are sparse, so the store could not work it out.
    /// </summary>
    public required StreamEntryId LowWater { get; init; }

    /// <summary>Entries recorded as done earlier that the low-water mark passes now.</summary>
    public required IReadOnlyList<StreamEntryId> Passed { get; init; }

    /// <summary>What the worker knows to be committed: a store that is behind it has lost its last moments.</summary>
    public required StreamProgress Known { get; init; }
}
