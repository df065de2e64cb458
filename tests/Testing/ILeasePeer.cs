namespace Workers.Testing;

/// <summary>What others do to the leases of games, past the port.</summary>
public interface ILeasePeer
{
    /// <summary>What the lease holds; null when it is free.</summary>
    Task<string?> HolderAsync(string gameId);

    /// <summary>Puts a lease there in someone's own words.</summary>
    Task HoldAsync(string gameId, string text, TimeSpan ttl);
}
