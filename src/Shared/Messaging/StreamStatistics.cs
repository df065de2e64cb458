namespace Workers.Messaging;

/// <summary>What the server counts of a stream.</summary>
/// <param name="Added">Entries ever added; null when the server does not count them (Redis before 7).</param>
/// <param name="Length">Entries it holds now.</param>
/// <param name="LastId">Id of the newest entry ever added.</param>
public sealed record StreamStatistics(long? Added, long Length, StreamEntryId LastId);
