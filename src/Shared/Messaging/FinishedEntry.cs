namespace Workers.Messaging;

/// <summary>An entry whose outcome is known.</summary>
/// <param name="Id">The entry.</param>
/// <param name="Appends">What goes out together with its commit: results, a dead letter, health events.</param>
public sealed record FinishedEntry(StreamEntryId Id, IReadOnlyList<StreamAppend> Appends);
