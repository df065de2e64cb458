namespace Workers.Messaging;

/// <summary>
/// One ownership of a stream, and until when it may be acted on. The deadline is monotonic and counts from before the
/// last successful claim or renewal was sent, so that it never ends later than the lease itself (invariant 4).
/// </summary>
public sealed class Ownership
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _ttl;
    private long _renewedAt;

    /// <param name="fence">Label, instance and epoch.</param>
    /// <param name="engineId">The engine the owner drives; empty when it drives none.</param>
    /// <param name="ttl">How long a renewal lasts.</param>
    /// <param name="sentAt">Timestamp of <paramref name="time"/> from before the claim was sent.</param>
    /// <param name="time">Supplies the monotonic clock.</param>
    public Ownership(Fence fence, string engineId, TimeSpan ttl, long sentAt, TimeProvider time)
    {
        Fence = fence;
        EngineId = engineId;
        _ttl = ttl;
        _time = time;
        _renewedAt = sentAt;
    }

    /// <summary>Travels with every write.</summary>
    public Fence Fence { get; }

    /// <summary>The engine the owner drives; empty when it drives none.</summary>
    public string EngineId { get; }

    /// <summary>What is left of the lease; zero or less when it must be taken for lost.</summary>
    public TimeSpan Remaining => _ttl - _time.GetElapsedTime(Interlocked.Read(ref _renewedAt));

    /// <summary>To be called before every write to a database or an engine.</summary>
    /// <exception cref="FencedException">The lease may have lapsed: a stopped clock cannot be asked, so it counts as lost.</exception>
    public void EnsureHeld()
    {
        if (Remaining <= TimeSpan.Zero)
            throw new FencedException($"The ownership of {Fence.Label} at epoch {Fence.Epoch} has lapsed.");
    }

    internal void Renewed(long sentAt) => Interlocked.Exchange(ref _renewedAt, sentAt);
}
