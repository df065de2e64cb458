namespace Workers.Testing;

/// <summary>Waits for a condition instead of sleeping for a guess. The deadline is the test's own token.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns once <paramref name="condition"/> holds; on cancellation fails saying what was awaited.</summary>
    public static async Task TrueAsync(
        Func<Task<bool>> condition, CancellationToken cancellationToken, Func<string>? awaited = null)
    {
        try
        {
            while (!await condition())
                await Task.Delay(Interval, cancellationToken);
        }
        catch (OperationCanceledException cancelled) when (cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"It did not come true in time: {awaited?.Invoke() ?? "the condition"}.", cancelled);
        }
    }

    /// <inheritdoc cref="TrueAsync(Func{Task{bool}}, CancellationToken, Func{string})"/>
    public static Task TrueAsync(Func<bool> condition, CancellationToken cancellationToken, Func<string>? awaited = null) =>
        TrueAsync(() => Task.FromResult(condition()), cancellationToken, awaited);
}
