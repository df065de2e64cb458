namespace Workers.Messaging;

/// <summary>One entry to append to a stream, in the order of <paramref name="Fields"/>.</summary>
/// <param name="Stream">Key of the stream.</param>
/// <param name="Fields">Names and values; all strings, as on the wire.</param>
/// <param name="MaxLength">Trim the stream to about this many entries; 0 never trims.</param>
public sealed record StreamAppend(string Stream, IReadOnlyList<KeyValuePair<string, string>> Fields, long MaxLength = 0);
