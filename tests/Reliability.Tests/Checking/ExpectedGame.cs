using Workers.Testing;

namespace Workers.Reliability.Tests.Checking;

/// <summary>A game as it was before the fleet touched it, and what the reference's decision table says of its stops.</summary>
/// <param name="Record">Its record; of an unknown game, what it would be.</param>
/// <param name="State">Where it stood.</param>
internal sealed record ExpectedGame(PlatformRecord Record, GameState State)
{
    private const string NoOp = "replay_no_op";

    /// <summary>What is published while another actor holds the game's lease.</summary>
    public PlatformResult Conflict =>
        PlatformResult.Failure(Record.GameId, "conflict", "another lifecycle operation is in progress for this game");

    /// <summary>What a stop publishes in <paramref name="state"/>, and where it leads.</summary>
    public (PlatformResult Published, GameState Next) Stop(GameState state) => state switch
    {
        GameState.Unknown => (
            PlatformResult.Failure(Record.GameId, "not_found", $"runtime record for game \"{Record.GameId}\" does not exist"), state),
        GameState.Running => (PlatformResult.Success(Record), GameState.Stopped),
        GameState.Vanished => (PlatformResult.Success(WithoutContainer), GameState.Removed),
        GameState.Stopped => (PlatformResult.Success(Record, NoOp), state),
        GameState.Removed => (PlatformResult.Success(WithoutContainer, NoOp), state),
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state of a game."),
    };

    /// <summary>What the record must say in <paramref name="state"/>; null when there must be none.</summary>
    public EvidenceRecord? RecordIn(GameState state) => state switch
    {
        GameState.Unknown => null,
        GameState.Running or GameState.Vanished => new EvidenceRecord("running", Record.ContainerId),
        GameState.Stopped => new EvidenceRecord("stopped", Record.ContainerId),
        GameState.Removed => new EvidenceRecord("removed", ""),
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a state of a game."),
    };

    private PlatformRecord WithoutContainer => Record with { ContainerId = "" };
}
