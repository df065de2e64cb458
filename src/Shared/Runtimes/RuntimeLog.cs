using Microsoft.Extensions.Logging;

namespace Workers.Runtimes;

/// <summary>Log messages of the stop service: ids 200 to 249.</summary>
internal static partial class RuntimeLog
{
    [LoggerMessage(200, LogLevel.Information,
        "Stopped {game_id} (container {container_id}) for {reason}: {inspected}, exit code {exit_code}, killed: {killed}, {stop_ms} ms [{source} {entry_id}]")]
    public static partial void Stopped(
        this ILogger logger, string game_id, string container_id, string reason, string? inspected, int? exit_code, bool? killed, long? stop_ms,
        string source, string entry_id);

    [LoggerMessage(201, LogLevel.Warning, "The container {container_id} of {game_id} had vanished before its stop for {reason} [{source} {entry_id}]")]
    public static partial void Vanished(this ILogger logger, string game_id, string container_id, string reason, string source, string entry_id);

    [LoggerMessage(202, LogLevel.Information, "Nothing to stop for {game_id}: {why} [{source} {entry_id}]")]
    public static partial void ReplayNoOp(this ILogger logger, string game_id, string why, string source, string entry_id);

    [LoggerMessage(203, LogLevel.Warning, "Could not stop {game_id} for {reason}: {outcome}: {error} [{source} {entry_id}]")]
    public static partial void Failed(
        this ILogger logger, string game_id, string reason, string outcome, string error, string source, string entry_id);

    [LoggerMessage(204, LogLevel.Information, "The stop of {game_id} was finished before an interruption; its receipt is the outcome: {outcome} [{source} {entry_id}]")]
    public static partial void FoundReceipt(this ILogger logger, string game_id, string outcome, string source, string entry_id);

    [LoggerMessage(205, LogLevel.Error, "The operation log entry of {game_id} could not be written: {error} [{source} {entry_id}]")]
    public static partial void NotLogged(this ILogger logger, string game_id, string error, string source, string entry_id);

    [LoggerMessage(206, LogLevel.Warning, "{operation} for {game_id} failed (attempt {attempt}), trying again: {error}")]
    public static partial void Retrying(this ILogger logger, string operation, string game_id, int attempt, string error);

    [LoggerMessage(207, LogLevel.Warning, "The engine said that {container_id} was stopped, yet it runs; sending SIGKILL")]
    public static partial void StillRunning(this ILogger logger, string container_id);

    [LoggerMessage(208, LogLevel.Warning, "The lease of {game_id} could not be given back and lapses by itself: {error}")]
    public static partial void LeaseNotReleased(this ILogger logger, string game_id, string error);

    [LoggerMessage(209, LogLevel.Warning, "The lease of {game_id} could not be renewed: {error}")]
    public static partial void LeaseNotRenewed(this ILogger logger, string game_id, string error);

    [LoggerMessage(210, LogLevel.Error, "The lease of {game_id} is someone else's by now")]
    public static partial void LeaseLost(this ILogger logger, string game_id);
}
