using Microsoft.Extensions.Logging;

namespace Workers.Messaging;

/// <summary>Log messages of the stream engine: ids 100 to 149.</summary>
internal static partial class MessagingLog
{
    [LoggerMessage(100, LogLevel.Information, "{label}: owner of the stream at epoch {epoch} as {instance}")]
    public static partial void Claimed(this ILogger logger, string label, long epoch, string instance);

    [LoggerMessage(101, LogLevel.Information, "{label}: standing by, {owner} owns the stream")]
    public static partial void StandingBy(this ILogger logger, string label, string owner);

    [LoggerMessage(102, LogLevel.Error,
        "{label}: refusing to own the stream: this worker drives engine {engine_id}, its last owner {owner} drove {owner_engine_id}. "
        + "If the engine was replaced on purpose, delete the Redis key {key}")]
    public static partial void OtherEngine(this ILogger logger, string label, string engine_id, string owner, string owner_engine_id, string key);

    [LoggerMessage(103, LogLevel.Warning, "{label}: ownership at epoch {epoch} is lost; whatever was under way publishes nothing")]
    public static partial void Fenced(this ILogger logger, string label, long epoch);

    [LoggerMessage(104, LogLevel.Error, "{label}: Redis is behind what was committed (it lost its last moments); reading again from where it stands")]
    public static partial void Rewound(this ILogger logger, string label);

    [LoggerMessage(105, LogLevel.Information, "{label}: reading {stream} after {offset}, {done} entries above it are done")]
    public static partial void Reading(this ILogger logger, string label, string stream, string offset, int done);

    [LoggerMessage(106, LogLevel.Warning, "{label}: entry {entry_id} is dead-lettered: {error}")]
    public static partial void DeadLettered(this ILogger logger, string label, string entry_id, string error);

    [LoggerMessage(107, LogLevel.Error,
        "{label}: {lost} entries left {stream} before they were read (trimmed or deleted by someone else); going on")]
    public static partial void EntriesLost(this ILogger logger, string label, long lost, string stream);

    [LoggerMessage(115, LogLevel.Error,
        "{label}: {stream} counts fewer entries than were committed: it was deleted and made anew, and what was unread in it is lost; going on")]
    public static partial void StreamMadeAnew(this ILogger logger, string label, string stream);

    [LoggerMessage(108, LogLevel.Warning, "{label}: {operation} failed (attempt {attempt}), trying again: {error}")]
    public static partial void Retrying(this ILogger logger, string label, string operation, int attempt, string error);

    [LoggerMessage(109, LogLevel.Error, "{label}: the handler of entry {entry_id} threw (attempt {attempt}); it is run again")]
    public static partial void HandlerFailed(this ILogger logger, Exception failure, string label, string entry_id, int attempt);

    [LoggerMessage(110, LogLevel.Information, "{label}: the ownership is given back")]
    public static partial void Released(this ILogger logger, string label);

    [LoggerMessage(111, LogLevel.Warning, "{label}: the ownership could not be given back and lapses by itself: {error}")]
    public static partial void ReleaseFailed(this ILogger logger, string label, string error);

    [LoggerMessage(112, LogLevel.Information, "{label}: {owner} does not work on the stream any more, taking over at once")]
    public static partial void DeadOwner(this ILogger logger, string label, string owner);

    [LoggerMessage(113, LogLevel.Error, "{label}: the loop failed and starts again")]
    public static partial void LoopFailed(this ILogger logger, Exception failure, string label);

    [LoggerMessage(114, LogLevel.Information, "{label}: the answer of a commit was lost, it had been written; {entries} entries are not written twice")]
    public static partial void AlreadyCommitted(this ILogger logger, string label, int entries);
}
