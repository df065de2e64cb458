using Microsoft.Extensions.Logging;

namespace Workers.StopJobs;

/// <summary>Log messages of StopJobs.Worker: ids 300 to 349.</summary>
internal static partial class StopJobsLog
{
    [LoggerMessage(300, LogLevel.Warning, "Waiting for {dependency}: {error}")]
    public static partial void Waiting(this ILogger logger, string dependency, string error);

    [LoggerMessage(301, LogLevel.Information, "The schema is up to date at version {version}")]
    public static partial void SchemaReady(this ILogger logger, int version);

    [LoggerMessage(302, LogLevel.Information, "Driving engine {engine_id}")]
    public static partial void EngineFound(this ILogger logger, string engine_id);
}
