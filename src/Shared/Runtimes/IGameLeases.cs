using Workers.Messaging;

namespace Workers.Runtimes;

/// <summary>
/// One lease per game: whoever starts, stops or restarts a game holds it meanwhile.
/// </summary>
/// <remarks>Every member throws <see cref="DependencyUnavailableException"/> when the store cannot be reached.</remarks>
public interface IGameLeases
{
    /// <summary>
    /// Takes the lease if it is free, ours already (an answer was lost), or left by a dead predecessor: an older epoch of the same label, or this very
    /// owner. Anyone else's stays theirs, and the answer is false.
    /// </summary>
    /// <exception cref="FencedException">The token's stream has another owner by now; the lease was not taken.</exception>
    Task<bool> TryAcquireAsync(string gameId, LeaseToken token, TimeSpan ttl, CancellationToken cancellationToken);

    /// <summary>Extends the lease to <paramref name="ttl"/> from now; false when it is no longer ours.</summary>
    Task<bool> RenewAsync(string gameId, LeaseToken token, TimeSpan ttl, CancellationToken cancellationToken);

    /// <summary>Gives the lease back if it is still ours; someone else's stays.</summary>
    Task ReleaseAsync(string gameId, LeaseToken token, CancellationToken cancellationToken);
}
