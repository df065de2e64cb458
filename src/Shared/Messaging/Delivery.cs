namespace Workers.Messaging;

/// <summary>Under which entry and whose authority an envelope is handled.</summary>
/// <param name="EntryId">Id of the stream entry.</param>
/// <param name="Ownership">To be asked before every write.</param>
public sealed record Delivery(StreamEntryId EntryId, Ownership Ownership);
