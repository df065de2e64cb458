namespace Workers.Messaging;

/// <summary>The streams and how far each is committed.</summary>
/// <remarks>Every member throws <see cref="DependencyUnavailableException"/> when the store cannot be reached or cannot write now.</remarks>
public interface IStreamLog
{
    /// <summary>Opens a connection of its own for blocking reads of <paramref name="stream"/>.</summary>
    Task<IStreamReader> OpenReaderAsync(string stream, CancellationToken cancellationToken);

    /// <summary>The progress of a label and the entries above its offset that are done; a label never seen starts at 0-0.</summary>
    Task<(StreamProgress Progress, IReadOnlyList<StreamEntryId> Done)> LoadAsync(string label, CancellationToken cancellationToken);

    /// <summary>Checks everything, then writes everything or nothing; the progress is the one after the commit.</summary>
    Task<(CommitAnswer Answer, StreamProgress Progress)> CommitAsync(Commit commit, CancellationToken cancellationToken);

    /// <summary>What the server counts of a stream; null when the stream does not exist.</summary>
    Task<StreamStatistics?> StatisticsAsync(string stream, CancellationToken cancellationToken);

    /// <summary>Adds to the count of committed entries without committing any, so that a loss is reported once; returns the count.</summary>
    /// <exception cref="FencedException">The stream's owner is another.</exception>
    Task<long> CountAsync(Fence fence, long entries, CancellationToken cancellationToken);
}
