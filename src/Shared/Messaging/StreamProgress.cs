namespace Workers.Messaging;

/// <summary>How far a stream is committed, as the store has it.</summary>
/// <param name="Offset">Everything at or below is committed (invariant 2).</param>
/// <param name="DoneCount">How many entries above it are committed too.</param>
/// <param name="Committed">How many entries were ever committed: held against what the stream says was ever added.</param>
public sealed record StreamProgress(StreamEntryId Offset, long DoneCount, long Committed);
