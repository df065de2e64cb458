using System.Text.Json;

namespace Workers.Testing;

/// <summary>One outcome of a stop as its readers see it: the six frozen fields.</summary>
public sealed record PlatformResult(
    string GameId, string Outcome, string ContainerId, string EngineEndpoint, string ErrorCode, string ErrorMessage)
{
    private static readonly string[] Names =
        ["game_id", "outcome", "container_id", "engine_endpoint", "error_code", "error_message"];

    /// <summary>A success; <paramref name="errorCode"/> is empty when it is a fresh one.</summary>
    public static PlatformResult Success(PlatformRecord game, string errorCode = "") =>
        new(game.GameId, "success", game.ContainerId, game.EngineEndpoint, errorCode, "");

    public static PlatformResult Failure(string gameId, string errorCode, string errorMessage) =>
        new(gameId, "failure", "", "", errorCode, errorMessage);

    /// <summary>Reads an entry of <c>runtime:job_results</c>; fails unless it has exactly the six fields.</summary>
    public static PlatformResult From(PlatformEntry entry)
    {
        entry.ShouldHaveExactly(Names);
        return From(name => entry[name]);
    }

    /// <summary>Reads what a receipt in <c>operation_log.details</c> keeps of it; fails unless all six fields are there.</summary>
    public static PlatformResult From(JsonElement receipt) => From(name => receipt.GetProperty(name).GetString()!);

    private static PlatformResult From(Func<string, string> field) =>
        new(field(Names[0]), field(Names[1]), field(Names[2]), field(Names[3]), field(Names[4]), field(Names[5]));
}
