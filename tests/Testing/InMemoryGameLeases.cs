using Workers.Runtimes;

namespace Workers.Testing;

/// <summary>Leases of games as one process keeps them. Held to <see cref="GameLeasesContract"/>.</summary>
/// <param name="time">Lets leases lapse.</param>
public sealed class InMemoryGameLeases(TimeProvider time) : IGameLeases, ILeasePeer
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Holder, long LapsesAt)> _leases = new(StringComparer.Ordinal);

    public Task<bool> TryAcquireAsync(string gameId, LeaseToken token, TimeSpan ttl, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (HeldBy(gameId) is { } held && held != token.ToString() && !IsLeftBehind(held, token)) return Task.FromResult(false);

            Put(gameId, token.ToString(), ttl);
            return Task.FromResult(true);
        }
    }

    public Task<bool> RenewAsync(string gameId, LeaseToken token, TimeSpan ttl, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (HeldBy(gameId) != token.ToString()) return Task.FromResult(false);

            Put(gameId, token.ToString(), ttl);
            return Task.FromResult(true);
        }
    }

    public Task ReleaseAsync(string gameId, LeaseToken token, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
            if (HeldBy(gameId) == token.ToString())
                _leases.Remove(gameId);

        return Task.CompletedTask;
    }

    public Task<string?> HolderAsync(string gameId)
    {
        lock (_gate) return Task.FromResult(HeldBy(gameId));
    }

    public Task HoldAsync(string gameId, string text, TimeSpan ttl)
    {
        lock (_gate) Put(gameId, text, ttl);
        return Task.CompletedTask;
    }

    /// <summary>Whether a dead predecessor left the lease: an older epoch of the label, or this very owner.</summary>
    private static bool IsLeftBehind(string held, LeaseToken token)
    {
        var parts = held.Split('/');
        return token.Fence is { } fence && parts.Length == 4 && parts[0] == fence.Label && long.TryParse(parts[1], out var epoch)
            && (epoch < fence.Epoch || (epoch == fence.Epoch && parts[2] == fence.Instance));
    }

    private string? HeldBy(string gameId) =>
        _leases.TryGetValue(gameId, out var lease) && time.GetTimestamp() < lease.LapsesAt ? lease.Holder : null;

    private void Put(string gameId, string holder, TimeSpan ttl) =>
        _leases[gameId] = (holder, time.GetTimestamp() + (long)(ttl.TotalSeconds * time.TimestampFrequency));
}
