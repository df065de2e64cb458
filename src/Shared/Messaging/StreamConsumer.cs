using Microsoft.Extensions.Logging;

namespace Workers.Messaging;

/// <summary>
/// Consumes one stream with exactly one outcome per entry: owns it or stands by, and works on it in sessions. The loop
/// ends only when it is told to.
/// </summary>
public sealed class StreamConsumer<TEnvelope, TResult> : IDisposable
{
    private readonly StreamBinding<TEnvelope, TResult> _binding;
    private readonly StreamOptions _options;
    private readonly IStreamLog _log;
    private readonly IStreamObserver _observer;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly OwnershipKeeper _keeper;
    private readonly MessagingMetrics _metrics;
    private volatile StreamSession<TEnvelope, TResult>? _session;

    /// <param name="binding">The stream, and what its messages mean.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="log">Where streams and progress live.</param>
    /// <param name="ownership">Where owners are agreed on.</param>
    /// <param name="observer">Told of the role and of every turn of the loops.</param>
    /// <param name="time">Supplies the clock.</param>
    /// <param name="logger">Takes the log.</param>
    public StreamConsumer(
        StreamBinding<TEnvelope, TResult> binding, StreamOptions options, IStreamLog log, IStreamOwnership ownership,
        IStreamObserver observer, TimeProvider time, ILogger logger)
    {
        _binding = binding;
        _options = options;
        _log = log;
        _observer = observer;
        _time = time;
        _logger = logger;
        _metrics = new MessagingMetrics(binding.Label, () => _session?.InFlight ?? 0, () => _session is not null);
        _keeper = new OwnershipKeeper(
            ownership, binding.Label, LocalProcess.Identity, options.OwnershipTtl, observer, _metrics, time, logger);
    }

    /// <summary>
    /// Runs until <paramref name="stop"/>: then it reads no more, finishes what runs, hands back the rest and the ownership. What still
    /// runs at <paramref name="work"/>'s cancellation is abandoned without an outcome and run again by the next owner.
    /// </summary>
    /// <param name="engineId">The engine this process drives, once it is known; empty for none.</param>
    /// <param name="stop">Ends the loop.</param>
    /// <param name="work">Ends the work.</param>
    public async Task RunAsync(Func<CancellationToken, Task<string>> engineId, CancellationToken stop, CancellationToken work)
    {
        for (var failures = 0; !stop.IsCancellationRequested;)
        {
            try
            {
                var engine = await engineId(stop);
                var owned = await _keeper.ClaimAsync(engine, stop);
                await OwnAsync(owned, stop, work);
                failures = 0;
                // Only a lost ownership ends here without a stop: whoever has it is not to be raced for it.
                await stop.PauseAsync(Backoff.Delay(1), _time);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The top of the loop: it must outlive whatever goes wrong below it (invariant 9).
            catch (Exception failure)
#pragma warning restore CA1031
            {
                _logger.LoopFailed(failure, _binding.Label);
                _observer.RoleChanged(_binding.Label, StreamRole.Unknown, failure.Message);
                await stop.PauseAsync(Backoff.Delay(++failures), _time);
            }
        }
    }

    public void Dispose() => _metrics.Dispose();

    private async Task OwnAsync(Ownership owned, CancellationToken stop, CancellationToken work)
    {
        try
        {
            while (await RunSessionAsync(owned, stop, work) == SessionEnd.Rewound && !stop.IsCancellationRequested)
            {
                _metrics.Rewound();
                _logger.Rewound(_binding.Label);
            }
        }
        finally
        {
            await _keeper.ReleaseAsync(owned);
            _observer.RoleChanged(_binding.Label, StreamRole.Unknown, "the ownership ended");
        }
    }

    private async Task<SessionEnd> RunSessionAsync(Ownership owned, CancellationToken stop, CancellationToken work)
    {
        using var session = new StreamSession<TEnvelope, TResult>(
            _binding, _options, _log, owned, _observer, _metrics, _time, _logger, work);
        using var keeping = new CancellationTokenSource();
        _session = session;
        var keeper = KeepAsync(session, owned, keeping.Token);
        try
        {
            var end = await session.RunAsync(stop);
            if (end == SessionEnd.Fenced)
            {
                _metrics.Fenced();
                _logger.Fenced(_binding.Label, owned.Fence.Epoch);
            }

            return end;
        }
        finally
        {
            _session = null;
            await keeping.CancelAsync();
            await keeper;
        }
    }

    private async Task KeepAsync(StreamSession<TEnvelope, TResult> session, Ownership owned, CancellationToken cancellationToken)
    {
        try
        {
            var lost = await _keeper.KeepAsync(owned, () => session.Known, cancellationToken);
            session.End(lost == CommitAnswer.Rewound ? SessionEnd.Rewound : SessionEnd.Fenced);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The session ended first.
        }
#pragma warning disable CA1031 // The top of the keeper: without it nobody renews, so the session must not go on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _logger.LoopFailed(failure, _binding.Label);
            session.End(SessionEnd.Fenced);
        }
    }
}
