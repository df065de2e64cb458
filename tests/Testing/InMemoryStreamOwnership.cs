using Workers.Messaging;

namespace Workers.Testing;

/// <summary>Ownership of the streams of an <see cref="InMemoryStreamLog"/>. Held to <see cref="StreamOwnershipContract"/>.</summary>
/// <param name="log">Whose streams are owned.</param>
/// <param name="time">Lets leases lapse.</param>
public sealed class InMemoryStreamOwnership(InMemoryStreamLog log, TimeProvider time) : IStreamOwnership
{
    public Task<ClaimAnswer> ClaimAsync(OwnershipClaim claim, OwnerIdentity? dead, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (log.Gate) return Task.FromResult(Claim(claim, dead));
    }

    public Task<CommitAnswer> RenewAsync(Fence fence, TimeSpan ttl, StreamProgress known, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (log.Gate)
        {
            var label = log.Label(fence.Label);
            if (!label.IsOwnedBy(fence, time.GetTimestamp())) return Task.FromResult(CommitAnswer.Fenced);

            label.Owner = (label.Owner!.Value.Identity, LapsingAfter(ttl));
            return Task.FromResult(label.IsBehind(known) ? CommitAnswer.Rewound : CommitAnswer.Ok);
        }
    }

    public Task ReleaseAsync(Fence fence, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (log.Gate)
        {
            var label = log.Label(fence.Label);
            if (label.IsOwnedBy(fence, time.GetTimestamp())) label.Owner = null;
        }

        return Task.CompletedTask;
    }

    private ClaimAnswer Claim(OwnershipClaim claim, OwnerIdentity? dead)
    {
        var label = log.Label(claim.Label);
        var now = time.GetTimestamp();
        if (label.LastOwner is { EngineId.Length: > 0 } last && claim.EngineId.Length > 0 && last.EngineId != claim.EngineId)
            return new ClaimAnswer(ClaimKind.OtherEngine, last, TimeSpan.Zero);

        if (label.Owner is { } owner && now < owner.LapsesAt
            && (dead is null || (owner.Identity.Instance, owner.Identity.Epoch) != (dead.Instance, dead.Epoch)))
            return new ClaimAnswer(ClaimKind.Held, owner.Identity, time.GetElapsedTime(now, owner.LapsesAt));

        var epoch = Math.Max((label.LastOwner?.Epoch ?? 0) + 1, time.GetUtcNow().ToUnixTimeMilliseconds());
        var granted = new OwnerIdentity(claim.Instance, epoch, claim.EngineId);
        label.Owner = (granted, LapsingAfter(claim.Ttl));
        label.LastOwner = granted;
        return new ClaimAnswer(ClaimKind.Granted, granted, claim.Ttl);
    }

    private long LapsingAfter(TimeSpan ttl) => time.GetTimestamp() + (long)(ttl.TotalSeconds * time.TimestampFrequency);
}
