using Microsoft.Extensions.Logging;
using Workers.Messaging;

namespace Workers.Runtimes;

/// <summary>
/// Stops a game's runtime: the decision table from the lease to the receipt. Every way through it that is not an
/// interruption ends in a receipt, whose <see cref="StopReceipt.Published"/> is the outcome.
/// </summary>
/// <remarks>
/// Both entry points throw <see cref="FencedException"/> when the ownership is lost and <see cref="OperationCanceledException"/> when they are
/// cancelled: neither is an outcome, and both leave the stop to be run again. The health event of a receipt is the caller's
/// to publish, together with the outcome.
/// </remarks>
public sealed class RuntimeStopService
{
    private const string LeaseHeld = "another lifecycle operation is in progress for this game";

    private readonly IRuntimeStore _store;
    private readonly IGameLeases _leases;
    private readonly StopOptions _options;
    private readonly RuntimeMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ContainerStop _containerStop;

    /// <param name="store">Records and their operation log.</param>
    /// <param name="engine">The engine whose containers are stopped.</param>
    /// <param name="leases">One lease per game.</param>
    /// <param name="options">How patient a stop is.</param>
    /// <param name="metrics">Takes the measurements.</param>
    /// <param name="time">Supplies the clock.</param>
    /// <param name="logger">Takes the log.</param>
    public RuntimeStopService(
        IRuntimeStore store, IContainerEngine engine, IGameLeases leases, StopOptions options, RuntimeMetrics metrics, TimeProvider time,
        ILogger<RuntimeStopService> logger)
    {
        _store = store;
        _leases = leases;
        _options = options;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _containerStop = new ContainerStop(engine, options, metrics, time, logger);
    }

    /// <summary>Stops under the game's lease, which it takes, renews and gives back.</summary>
    /// <param name="request">What to stop.</param>
    /// <param name="ownership">The stream's owner; null for a caller that owns no stream.</param>
    /// <param name="cancellationToken">Interrupts the stop.</param>
    public Task<StopReceipt> HandleAsync(StopRequest request, Ownership? ownership, CancellationToken cancellationToken) =>
        MeasureAsync(request, ownership, async scope =>
        {
            var startedAt = _time.GetTimestamp();
            // One token for all attempts: after a lost answer the lease is found to be ours already.
            var leaseToken = LeaseToken.New(scope.Fence);
            GameLease? lease;
            try
            {
                lease = await RetryAsync("acquire game lease", scope,
                    token => GameLease.TryAcquireAsync(_leases, request.GameId, leaseToken, _options.LeaseTtl, _time, _logger, token), cancellationToken);
            }
            catch (DependencyUnavailableException failure) when (!cancellationToken.IsCancellationRequested)
            {
                return await FailUnlessFinishedAsync(
                    scope, StopErrorCode.ServiceUnavailable, $"acquire game lease: {failure.Message}", cancellationToken);
            }

            _metrics.LeaseAcquired(_time.GetElapsedTime(startedAt));
            if (lease is null) return await FailUnlessFinishedAsync(scope, StopErrorCode.Conflict, LeaseHeld, cancellationToken);

            await using (lease)
                return await StopAsync(scope with { Lease = lease }, cancellationToken);
        });

    /// <summary>Stops under a lease that the caller holds, as a restart does.</summary>
    /// <inheritdoc cref="HandleAsync"/>
    public Task<StopReceipt> RunAsync(StopRequest request, Ownership? ownership, CancellationToken cancellationToken) =>
        MeasureAsync(request, ownership, scope => StopAsync(scope, cancellationToken));

    private async Task<StopReceipt> MeasureAsync(StopRequest request, Ownership? ownership, Func<StopScope, Task<StopReceipt>> stop)
    {
        var startedAt = _time.GetTimestamp();
        var scope = new StopScope(request, ownership, _time.GetUtcNow());
        var receipt = request.Problem() is { } problem
            ? await FailAsync(scope, StopErrorCode.InvalidRequest, problem, null)
            : await stop(scope);
        _metrics.Finished(request, receipt.Published, _time.GetElapsedTime(startedAt));
        return receipt;
    }

    private async Task<StopReceipt> StopAsync(StopScope scope, CancellationToken cancellationToken)
    {
        RuntimeRecord? record;
        StopReceipt? finished;
        try
        {
            (record, finished) = await LoadAsync(scope, cancellationToken);
        }
        catch (Exception failure) when (IsFailure(failure, cancellationToken))
        {
            return await FailAsync(scope, StopErrorCode.InternalError, $"load runtime record: {failure.Message}", null);
        }

        var gameId = scope.Request.GameId;
        return (finished, record) switch
        {
            ({ } receipt, _) => Found(scope, receipt),
            (_, null) => await FailAsync(
                scope, StopErrorCode.NotFound, $"runtime record for game \"{gameId}\" does not exist", null),
            (_, { Status: RuntimeStatus.Stopped or RuntimeStatus.Removed }) => await ReplayAsync(scope, record, $"it is {record.Status}"),
            (_, { Status: not RuntimeStatus.Running }) => await FailAsync(
                scope, StopErrorCode.InternalError, $"runtime record has unsupported status \"{record.Status}\"", null),
            (_, { ContainerId: "" }) => await FailAsync(
                scope, StopErrorCode.InternalError, $"runtime record for game \"{gameId}\" is running without a container id", record),
            _ => await StopRunningAsync(scope, record, cancellationToken),
        };
    }

    private async Task<StopReceipt> StopRunningAsync(StopScope scope, RuntimeRecord record, CancellationToken cancellationToken)
    {
        ContainerStop.Evidence? evidence;
        try
        {
            evidence = await _containerStop.RunAsync(record.ContainerId, scope, cancellationToken);
        }
        catch (LeaseLostException)
        {
            return await FailUnlessFinishedAsync(scope, StopErrorCode.Conflict, LeaseHeld, cancellationToken);
        }
        catch (Exception failure) when (IsFailure(failure, cancellationToken))
        {
            return await FailAsync(scope, StopErrorCode.ServiceUnavailable, $"docker stop: {failure.Message}", record);
        }

        return evidence is null
            ? await RecordVanishedAsync(scope, record, cancellationToken)
            : await RecordStoppedAsync(scope, record, evidence, cancellationToken);
    }

    private async Task<StopReceipt> RecordStoppedAsync(
        StopScope scope, RuntimeRecord record, ContainerStop.Evidence evidence, CancellationToken cancellationToken)
    {
        var receipt = Success(scope, record) with
        {
            ExitCode = evidence.ExitCode,
            Killed = evidence.Killed,
            StopMilliseconds = evidence.Milliseconds,
            Inspected = evidence.Inspected,
        };

        MoveResult moved;
        try
        {
            moved = await MoveAsync(scope, record, RuntimeStatus.Stopped, receipt, _time.GetUtcNow(), cancellationToken);
        }
        catch (Exception failure) when (IsFailure(failure, cancellationToken))
        {
            // The move may have been made, and only its answer lost.
            return await FailUnlessFinishedAsync(
                scope, StopErrorCode.InternalError, $"update runtime status: {failure.Message}", cancellationToken, record);
        }

        switch (moved)
        {
            case MoveResult.Moved:
                _logger.Stopped(record.GameId, record.ContainerId, scope.Request.Reason, evidence.Inspected, evidence.ExitCode, evidence.Killed,
                    evidence.Milliseconds, scope.Request.Source, scope.Request.SourceRef);
                return receipt;

            case MoveResult.Conflict:
                return await ReplayUnlessFinishedAsync(scope, record, cancellationToken);

            default:
                return await FailAsync(
                    scope, StopErrorCode.NotFound, $"runtime record for game \"{record.GameId}\" vanished mid-stop", record);
        }
    }

    private async Task<StopReceipt> RecordVanishedAsync(StopScope scope, RuntimeRecord record, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var receipt = Success(scope, record with { ContainerId = "" }) with
        {
            HealthEvent = new HealthEvent(record.GameId, record.ContainerId, HealthEvent.ContainerDisappeared, now),
            Inspected = ContainerStop.Evidence.Gone,
        };

        MoveResult moved;
        try
        {
            moved = await MoveAsync(scope, record, RuntimeStatus.Removed, receipt, now, cancellationToken);
        }
        catch (Exception failure) when (IsFailure(failure, cancellationToken))
        {
            return await FailUnlessFinishedAsync(
                scope, StopErrorCode.InternalError, $"update runtime status to removed: {failure.Message}", cancellationToken, record);
        }

        if (moved == MoveResult.Conflict) return await ReplayUnlessFinishedAsync(scope, record, cancellationToken);

        // The record is gone as well: the container's end is still worth its entry and its event.
        if (moved == MoveResult.NotFound) await AppendAsync(scope, receipt, record);
        _logger.Vanished(record.GameId, record.ContainerId, scope.Request.Reason, scope.Request.Source, scope.Request.SourceRef);
        return receipt;
    }

    // --- endings -------------------------------------------------------------------------

    private static StopReceipt Success(StopScope scope, RuntimeRecord record, string errorCode = "") => new()
    {
        Reason = scope.Request.Reason,
        Published = new StopOutcome
        {
            GameId = scope.Request.GameId,
            Outcome = StopOutcome.Success,
            ContainerId = record.ContainerId,
            EngineEndpoint = record.EngineEndpoint,
            ErrorCode = errorCode,
        },
    };

    private async Task<StopReceipt> ReplayAsync(StopScope scope, RuntimeRecord record, string why)
    {
        var receipt = Success(scope, record, StopErrorCode.ReplayNoOp);
        await AppendAsync(scope, receipt, record);
        _logger.ReplayNoOp(record.GameId, why, scope.Request.Source, scope.Request.SourceRef);
        return receipt;
    }

    private async Task<StopReceipt> FailAsync(StopScope scope, string errorCode, string message, RuntimeRecord? record)
    {
        var receipt = new StopReceipt
        {
            Reason = scope.Request.Reason,
            Published = new StopOutcome
            {
                GameId = scope.Request.GameId,
                Outcome = StopOutcome.Failure,
                ErrorCode = errorCode,
                ErrorMessage = message,
            },
        };
        await AppendAsync(scope, receipt, record);
        _logger.Failed(scope.Request.GameId, scope.Request.Reason, errorCode, message, scope.Request.Source, scope.Request.SourceRef);
        return receipt;
    }

    private StopReceipt Found(StopScope scope, StopReceipt receipt)
    {
        _metrics.FoundReceipt();
        _logger.FoundReceipt(scope.Request.GameId, receipt.Published.Outcome, scope.Request.Source, scope.Request.SourceRef);
        return receipt;
    }

    /// <summary>The compare-and-set lost: to ourselves, before an interruption, or to someone else.</summary>
    private async Task<StopReceipt> ReplayUnlessFinishedAsync(StopScope scope, RuntimeRecord record, CancellationToken cancellationToken) =>
        (await LoadAsync(scope, cancellationToken)).Receipt is { } receipt
            ? Found(scope, receipt)
            : await ReplayAsync(scope, record, "someone else moved it first");

    /// <summary>What was finished before an interruption stays finished, whoever holds the lease by now.</summary>
    private async Task<StopReceipt> FailUnlessFinishedAsync(
        StopScope scope, string errorCode, string message, CancellationToken cancellationToken, RuntimeRecord? record = null) =>
        await FindReceiptAsync(scope, cancellationToken) is { } receipt
            ? Found(scope, receipt)
            : await FailAsync(scope, errorCode, message, record);

    /// <summary>One look: where this is asked, the time for retrying has been spent.</summary>
    private async Task<StopReceipt?> FindReceiptAsync(StopScope scope, CancellationToken cancellationToken)
    {
        var (gameId, source, sourceRef) = (scope.Request.GameId, scope.Request.Source, scope.Request.SourceRef);
        if (sourceRef.Length == 0) return null;
        try
        {
            return (await _store.LoadAsync(gameId, source, sourceRef, cancellationToken)).Receipt;
        }
        catch (Exception failure) when (IsFailure(failure, cancellationToken))
        {
            _logger.Failed(scope.Request.GameId, scope.Request.Reason, "no receipt", failure.Message, scope.Request.Source, scope.Request.SourceRef);
            return null;
        }
    }

    // --- the store -----------------------------------------------------------------------

    private Task<(RuntimeRecord? Record, StopReceipt? Receipt)> LoadAsync(StopScope scope, CancellationToken cancellationToken) =>
        RetryAsync("load runtime record", scope,
            token => _store.LoadAsync(scope.Request.GameId, scope.Request.Source, scope.Request.SourceRef, token), cancellationToken);

    private Task<MoveResult> MoveAsync(
        StopScope scope, RuntimeRecord record, string to, StopReceipt receipt, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var move = new RecordMove(record.GameId, record.ContainerId, to, at);
        var entry = Entry(scope, receipt, record);
        return RetryAsync("update runtime status", scope,
            token =>
            {
                scope.EnsureOwned();
                return _store.MoveAsync(move, entry, scope.Fence, token);
            },
            cancellationToken);
    }

    /// <summary>
    /// Best effort, as a record that did not move needs no proof: a failure is loud and changes nothing. It is not interrupted either, since
    /// the outcome is decided.
    /// </summary>
    private async Task AppendAsync(StopScope scope, StopReceipt receipt, RuntimeRecord? record)
    {
        try
        {
            scope.EnsureOwned();
            await _store.AppendAsync(Entry(scope, receipt, record), scope.Fence, CancellationToken.None);
        }
        catch (Exception failure) when (IsFailure(failure, CancellationToken.None))
        {
            _metrics.NotLogged();
            _logger.NotLogged(scope.Request.GameId, failure.Message, scope.Request.Source, scope.Request.SourceRef);
        }
    }

    private OperationEntry Entry(StopScope scope, StopReceipt receipt, RuntimeRecord? record) => new()
    {
        GameId = scope.Request.GameId,
        Source = scope.Request.Source,
        SourceRef = scope.Request.SourceRef,
        ImageRef = record?.ImageRef ?? "",
        ContainerId = record?.ContainerId ?? "",
        Receipt = receipt,
        StartedAt = scope.StartedAt,
        FinishedAt = _time.GetUtcNow(),
    };

    private async Task<T> RetryAsync<T>(
        string operation, StopScope scope, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        await Retries.WhileUnavailable(_options.UnavailableRetry, _time,
                (failure, attempt) => _logger.Retrying(operation, scope.Request.GameId, attempt, failure.Message))
            .ExecuteAsync(async token => await call(token), cancellationToken);

    /// <summary>Neither a lost ownership nor an interruption is an outcome.</summary>
    private static bool IsFailure(Exception failure, CancellationToken cancellationToken) =>
        failure is not FencedException && !cancellationToken.IsCancellationRequested;
}
