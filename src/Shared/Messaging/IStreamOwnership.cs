namespace Workers.Messaging;

/// <summary>One lease per stream label: its holder is the stream's only actor (invariant 4).</summary>
/// <remarks>Every member throws <see cref="DependencyUnavailableException"/> when the store cannot be reached.</remarks>
public interface IStreamOwnership
{
    /// <summary>
    /// Takes the lease at a new, higher epoch if it lapsed, or if its holder is <paramref name="dead"/>; never when the last owner drove another engine.
    /// </summary>
    Task<ClaimAnswer> ClaimAsync(OwnershipClaim claim, OwnerIdentity? dead, CancellationToken cancellationToken);

    /// <summary>
    /// Extends the lease. <see cref="CommitAnswer.Fenced"/>: it is no longer ours. <see cref="CommitAnswer.Rewound"/>: it is, but the
    /// store is behind <paramref name="known"/>.
    /// </summary>
    Task<CommitAnswer> RenewAsync(Fence fence, TimeSpan ttl, StreamProgress known, CancellationToken cancellationToken);

    /// <summary>Gives the lease back, if it is still ours, so that a standby takes over at once.</summary>
    Task ReleaseAsync(Fence fence, CancellationToken cancellationToken);
}
