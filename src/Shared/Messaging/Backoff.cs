namespace Workers.Messaging;

/// <summary>Pauses between attempts of a loop that has only itself to wait for, and so needs no jitter.</summary>
internal static class Backoff
{
    private const double FirstMilliseconds = 50;
    private const double LongestMilliseconds = 2000;

    /// <summary>50 ms after the first failed attempt, twice as long after each further one, up to 2 s.</summary>
    public static TimeSpan Delay(int attempt) =>
        TimeSpan.FromMilliseconds(Math.Min(LongestMilliseconds, FirstMilliseconds * Math.Pow(2, Math.Max(0, attempt - 1))));
}
