using Microsoft.Extensions.Logging;
using Workers.Messaging;

namespace Workers.Runtimes;

/// <summary>A game's lease while it is held: renewed in the background, given back when disposed.</summary>
internal sealed class GameLease : IAsyncDisposable
{
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromSeconds(1);

    private readonly IGameLeases _leases;
    private readonly string _gameId;
    private readonly LeaseToken _token;
    private readonly TimeSpan _ttl;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _disposed = new();
    private readonly Task _renewing;
    private volatile bool _lost;

    private GameLease(IGameLeases leases, string gameId, LeaseToken token, TimeSpan ttl, TimeProvider time, ILogger logger)
    {
        _leases = leases;
        _gameId = gameId;
        _token = token;
        _ttl = ttl;
        _time = time;
        _logger = logger;
        _renewing = RenewAsync();
    }

    /// <summary>Someone else holds the lease by now.</summary>
    public bool Lost => _lost;

    /// <summary>The lease, or null when someone else holds it.</summary>
    /// <exception cref="DependencyUnavailableException">The store cannot be reached.</exception>
    public static async Task<GameLease?> TryAcquireAsync(
        IGameLeases leases, string gameId, LeaseToken token, TimeSpan ttl, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            return await leases.TryAcquireAsync(gameId, token, ttl, cancellationToken)
                ? new GameLease(leases, gameId, token, ttl, time, logger)
                : null;
        }
        catch (OperationCanceledException)
        {
            // It may have been taken all the same, and nobody would give it back.
            await ReleaseAsync(leases, gameId, token, time, logger);
            throw;
        }
    }

    /// <summary>Gives the lease back on a clock of its own: the caller's token may be cancelled, and the lease must not stay for its whole time.</summary>
    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        await _renewing;
        _disposed.Dispose();
        await ReleaseAsync(_leases, _gameId, _token, _time, _logger);
    }

    private static async Task ReleaseAsync(IGameLeases leases, string gameId, LeaseToken token, TimeProvider time, ILogger logger)
    {
        using var timeout = new CancellationTokenSource(ReleaseTimeout, time);
        try
        {
            await leases.ReleaseAsync(gameId, token, timeout.Token);
        }
        catch (Exception failure) when (failure is DependencyUnavailableException or OperationCanceledException)
        {
            // It lapses by itself; until then this very owner, or its successor, may take it over.
            logger.LeaseNotReleased(gameId, failure.Message);
        }
    }

    private async Task RenewAsync()
    {
        try
        {
            while (!_lost)
            {
                await Task.Delay(_ttl / 3, _time, _disposed.Token);
                await RenewOnceAsync();
            }
        }
        catch (OperationCanceledException) when (_disposed.IsCancellationRequested)
        {
            // Given back.
        }
    }

    private async Task RenewOnceAsync()
    {
        try
        {
            _lost = !await _leases.RenewAsync(_gameId, _token, _ttl, _disposed.Token);
            if (_lost) _logger.LeaseLost(_gameId);
        }
        catch (DependencyUnavailableException failure)
        {
            _logger.LeaseNotRenewed(_gameId, failure.Message);
        }
    }
}
