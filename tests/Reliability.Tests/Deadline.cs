namespace Workers.Reliability.Tests;

internal static class Deadline
{
    /// <summary>A token that is cancelled after <paramref name="span"/>, or with the test's own.</summary>
    public static CancellationTokenSource In(TimeSpan span, CancellationToken cancellationToken)
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(span);
        return deadline;
    }
}
