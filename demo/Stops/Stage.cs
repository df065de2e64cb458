using Workers.Demo.Platform;

namespace Workers.Demo.Stops;

/// <summary>Brings games into their situations, and clears them away again.</summary>
internal sealed class Stage(Engine engine, Records records)
{
    private static readonly TimeSpan ClearLimit = TimeSpan.FromSeconds(30);

    /// <summary>Starts the containers, all at once.</summary>
    public Task SetAsync(IEnumerable<Game> games, CancellationToken cancellationToken) =>
        Task.WhenAll(games.Where(game => game.Situation != Situation.Unknown).Select(game => SetAsync(game, cancellationToken)));

    /// <summary>
    /// Writes the game's record. Done just before its envelope is sent: a worker that watches the engine must not
    /// tidy up what the envelope is about.
    /// </summary>
    public Task RegisterAsync(Game game, CancellationToken cancellationToken) =>
        game.Situation == Situation.Unknown
            ? Task.CompletedTask
            : records.InsertRunningAsync(game.Id, game.ContainerId, game.Endpoint, cancellationToken);

    /// <summary>Removes the containers of this run, on a clock of its own: a cancelled run is cleared away too.</summary>
    public async Task ClearAsync()
    {
        using var limit = new CancellationTokenSource(ClearLimit);
        await engine.RemoveAllAsync(limit.Token);
    }

    private async Task SetAsync(Game game, CancellationToken cancellationToken)
    {
        game.ContainerId = await engine.StartAsync($"demo-{game.Id}", ShellScript(game.Situation), cancellationToken);
        if (game.Situation == Situation.Exited) await engine.WaitAsync(game.ContainerId, cancellationToken);
        if (game.Situation == Situation.Removed) await engine.RemoveAsync(game.ContainerId, cancellationToken);
    }

    // The first process of a container ignores every signal it has no trap for.
    private static string ShellScript(Situation situation) => situation switch
    {
        Situation.Exited => "exit 0",
        Situation.Ignores => "trap '' TERM; while :; do sleep 0.1; done",
        _ => "trap 'exit 0' TERM; while :; do sleep 0.1; done",
    };
}
