namespace Workers.Shared.Tests.Hosting;

internal static class Waiting
{
    /// <summary>Waits until the condition holds; the test's own limit ends the wait.</summary>
    public static async Task EventuallyAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition())
            await Task.Delay(5, cancellationToken);
    }
}
