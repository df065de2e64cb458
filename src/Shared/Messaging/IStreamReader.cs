namespace Workers.Messaging;

/// <summary>A connection that may block without holding up anyone else.</summary>
public interface IStreamReader : IAsyncDisposable
{
    /// <summary>
    /// Up to <paramref name="count"/> entries after <paramref name="after"/>, oldest first; waits up to
    /// <paramref name="block"/> for the first, and returns none when there was none.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">The connection is of no more use: open another.</exception>
    Task<IReadOnlyList<StreamEntry>> ReadAsync(StreamEntryId after, int count, TimeSpan block, CancellationToken cancellationToken);
}
