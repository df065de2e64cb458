namespace Workers.Messaging;

/// <summary>
/// Works out how many entries left a stream before they were read. Entries missing at the front are no sign of it, since
/// what was read may be trimmed at will: only the server's count of what was ever added, held against ours, is.
/// </summary>
internal static class TrimWatch
{
    /// <summary>
    /// Entries lost for certain; negative when the stream counts fewer than were committed (it was deleted and made anew).
    /// </summary>
    /// <param name="stream">The server's count.</param>
    /// <param name="committed">Entries ever committed by us.</param>
    /// <param name="uncommitted">Entries read but not committed.</param>
    /// <param name="caughtUp">Whether nothing is left to read.</param>
    public static long Lost(StreamStatistics stream, long committed, int uncommitted, bool caughtUp)
    {
        if (stream.Added is not { } added) return 0;

        var accounted = committed + uncommitted;
        // With entries still ahead the stream's length stands for them. It counts what was read as well, and so can
        // hide a loss for a while; it never invents one.
        return caughtUp ? added - accounted : Math.Max(0, added - stream.Length - accounted);
    }
}
