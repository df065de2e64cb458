namespace Workers.Messaging;

/// <summary>Pauses between attempts of a loop that has only itself to wait for, and so needs no jitter.</summary>
internal static class Backoff
{
    private const double FirstMilliseconds = 50;
    private const double LongestMilliseconds = 2000;

    /// <summary>50 ms after the first failed attempt, twice as long after each further one, up to 2 s.</summary>
    public static TimeSpan Delay(int attempt) =>
        TimeSpan.FromMilliseconds(Math.Min(LongestMilliseconds, FirstMilliseconds * Math.Pow(2, Math.Max(0, attempt - 1))));

    /// <summary>Waits, or returns early when the token is cancelled: for loops that look at the token themselves.</summary>
    public static async Task PauseAsync(this CancellationToken cancellationToken, TimeSpan pause, TimeProvider time)
    {
        try
        {
            await Task.Delay(pause, time, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // No need to wait.
        }
    }
}
