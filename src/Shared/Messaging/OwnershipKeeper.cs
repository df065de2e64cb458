using Microsoft.Extensions.Logging;

namespace Workers.Messaging;

/// <summary>Gains the ownership of one stream and keeps it, standing by while another replica has it.</summary>
internal sealed class OwnershipKeeper(
    IStreamOwnership ownership, string label, string instance, TimeSpan ttl, IStreamObserver observer, MessagingMetrics metrics,
    TimeProvider time, ILogger logger)
{
    // A renewal may fail twice and the third still comes in time.
    private readonly TimeSpan _interval = ttl / 3;
    private readonly TimeSpan _retry = ttl / 30;
    private readonly TimeSpan _standby = TimeSpan.FromTicks(Math.Min((ttl / 5).Ticks, TimeSpan.TicksPerSecond));
    private readonly TimeSpan _releaseTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Waits until the stream is ours.</summary>
    public async Task<Ownership> ClaimAsync(string engineId, CancellationToken cancellationToken)
    {
        var claim = new OwnershipClaim(label, instance, engineId, ttl);
        var reported = "";
        OwnerIdentity? dead = null;
        while (true)
        {
            observer.Turned(label);
            var sentAt = time.GetTimestamp();
            var answer = await TryClaimAsync(claim, dead, cancellationToken);
            switch (answer?.Kind)
            {
                case null:
                    // What was reported before the outage has to be said again after it.
                    reported = "";
                    break;

                case ClaimKind.Granted:
                    logger.Claimed(label, answer.Owner.Epoch, instance);
                    metrics.Claimed();
                    observer.RoleChanged(label, StreamRole.Owner, $"owner at epoch {answer.Owner.Epoch}");
                    return new Ownership(new Fence(label, instance, answer.Owner.Epoch), engineId, ttl, sentAt, time);

                // Our own name on it means that the answer to a claim of ours was lost.
                case ClaimKind.Held when dead is null && (answer.Owner.Instance == instance || LocalProcess.IsDead(answer.Owner.Instance)):
                    logger.DeadOwner(label, answer.Owner.Instance);
                    dead = answer.Owner;
                    continue;

                case ClaimKind.Held when Changed(answer.Owner.Instance):
                    logger.StandingBy(label, answer.Owner.Instance);
                    observer.RoleChanged(label, StreamRole.Standby, $"standing by, {answer.Owner.Instance} owns the stream");
                    break;

                case ClaimKind.OtherEngine when Changed(answer.Owner.EngineId):
                    logger.OtherEngine(label, engineId, answer.Owner.Instance, answer.Owner.EngineId, StreamKeys.State(label));
                    observer.RoleChanged(label, StreamRole.Refused,
                        $"refused: the last owner drove engine {answer.Owner.EngineId}, this worker drives {engineId}");
                    break;
            }

            dead = null;
            // The lease cannot lapse sooner than this, and it is worth little to ask before.
            var wait = answer is { Kind: ClaimKind.Held, Remaining: var left } && left > TimeSpan.Zero && left < _standby ? left : _standby;
            await Task.Delay(wait, time, cancellationToken);
        }

        bool Changed(string report)
        {
            var changed = report != reported;
            reported = report;
            return changed;
        }
    }

    /// <summary>
    /// Renews until the ownership is lost, or the store turns out to be behind what was committed; returns which.
    /// Redis being away is neither, until the deadline has passed.
    /// </summary>
    public async Task<CommitAnswer> KeepAsync(Ownership owned, Func<StreamProgress> known, CancellationToken cancellationToken)
    {
        while (true)
        {
            var sentAt = time.GetTimestamp();
            try
            {
                var answer = await ownership.RenewAsync(owned.Fence, ttl, known(), cancellationToken);
                if (answer == CommitAnswer.Fenced) return answer;

                owned.Renewed(sentAt);
                if (answer == CommitAnswer.Rewound) return answer;

                await Task.Delay(_interval, time, cancellationToken);
            }
            catch (DependencyUnavailableException failure)
            {
                metrics.Retried("renew");
                logger.Retrying(label, "renewing the ownership", 1, failure.Message);
                if (owned.Remaining <= TimeSpan.Zero) return CommitAnswer.Fenced;

                await Task.Delay(_retry, time, cancellationToken);
            }
        }
    }

    /// <summary>Gives the ownership back on a clock of its own, since the caller's token is cancelled by now.</summary>
    public async Task ReleaseAsync(Ownership owned)
    {
        using var timeout = new CancellationTokenSource(_releaseTimeout, time);
        try
        {
            await ownership.ReleaseAsync(owned.Fence, timeout.Token);
            logger.Released(label);
        }
        catch (Exception failure) when (failure is DependencyUnavailableException or OperationCanceledException)
        {
            logger.ReleaseFailed(label, failure.Message);
        }
    }

    private async Task<ClaimAnswer?> TryClaimAsync(OwnershipClaim claim, OwnerIdentity? dead, CancellationToken cancellationToken)
    {
        try
        {
            return await ownership.ClaimAsync(claim, dead, cancellationToken);
        }
        catch (DependencyUnavailableException failure)
        {
            metrics.Retried("claim");
            logger.Retrying(label, "claiming the stream", 1, failure.Message);
            observer.RoleChanged(label, StreamRole.Unknown, failure.Message);
            return null;
        }
    }
}
