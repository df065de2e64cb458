using Workers.Messaging;

namespace Workers.Runtimes;

/// <summary>What one stop carries along: the request, when it began, and by whose authority it acts.</summary>
/// <param name="Request">The request.</param>
/// <param name="Ownership">The stream's owner; null for a caller that owns no stream.</param>
/// <param name="StartedAt">Wall clock, for the operation log.</param>
internal sealed record StopScope(StopRequest Request, Ownership? Ownership, DateTimeOffset StartedAt)
{
    public Fence? Fence => Ownership?.Fence;

    /// <summary>A lease taken by the service itself; null when the caller holds it.</summary>
    public GameLease? Lease { get; init; }

    /// <summary>Before every write to the store or the engine (invariant 4).</summary>
    public void EnsureOwned() => Ownership?.EnsureHeld();
}
