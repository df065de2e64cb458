namespace Workers.Adapters.Docker;

/// <summary>Asks an engine for its API version: once for all calls that wait, and again when another engine answers.</summary>
/// <param name="ask">Asks the engine.</param>
internal sealed class ApiNegotiation(Func<Task<ApiVersion>> ask)
{
    private readonly Lock _gate = new();
    private Task<ApiVersion>? _asking;
    private volatile ApiVersion? _agreed;

    /// <summary>The version to speak. Fails as asking failed; the next call asks again.</summary>
    public async Task<ApiVersion> AgreeAsync(CancellationToken cancellationToken)
    {
        if (_agreed is { } agreed) return agreed;

        Task<ApiVersion> asking;
        lock (_gate)
            asking = _asking is { IsCompleted: false } ? _asking : _asking = AskAsync();

        // The question is everyone's, so a caller who gives up leaves it to the others.
        return await asking.WaitAsync(cancellationToken);
    }

    /// <summary>Another engine answers than the one that <paramref name="outdated"/> was agreed with.</summary>
    public void Forget(ApiVersion outdated)
    {
        // A call that is behind must not undo what was agreed with the new engine.
        lock (_gate)
            if (ReferenceEquals(_agreed, outdated)) _agreed = null;
    }

    private async Task<ApiVersion> AskAsync()
    {
        // Whoever starts this holds the gate.
        await Task.Yield();
        return _agreed = await ask();
    }
}
