using Microsoft.Extensions.Logging;

namespace Workers.Hosting;

/// <summary>What the host logs; event ids 500 to 599.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(500, LogLevel.Information, "{Worker} {Version} started; probes on {Addresses}")]
    public static partial void Started(this ILogger logger, string worker, string version, string addresses);

    [LoggerMessage(501, LogLevel.Information, "Stopping; work in hand has {GracePeriod} to finish")]
    public static partial void Stopping(this ILogger logger, TimeSpan gracePeriod);

    [LoggerMessage(502, LogLevel.Warning, "Not finished within {GracePeriod}: {Parts}; handing back what they hold")]
    public static partial void GracePeriodOver(this ILogger logger, TimeSpan gracePeriod, string parts);

    [LoggerMessage(503, LogLevel.Critical, "Left behind: {Parts} did not hand back what they hold within {HandBackPeriod}")]
    public static partial void LeftBehind(this ILogger logger, string parts, TimeSpan handBackPeriod);

    [LoggerMessage(504, LogLevel.Information, "Stopped with exit code {ExitCode}")]
    public static partial void Stopped(this ILogger logger, int exitCode);

    [LoggerMessage(510, LogLevel.Critical, "Part {Part} failed; stopping the worker")]
    public static partial void PartFailed(this ILogger logger, string part, Exception exception);

    [LoggerMessage(511, LogLevel.Critical, "Part {Part} ended without being asked to; stopping the worker")]
    public static partial void PartEnded(this ILogger logger, string part);

    [LoggerMessage(512, LogLevel.Critical, "A part could not be made; stopping the worker")]
    public static partial void PartNotCreated(this ILogger logger, Exception exception);

    [LoggerMessage(513, LogLevel.Critical, "A part's reaction to the shutdown failed; the shutdown goes on")]
    public static partial void CancelCallbackFailed(this ILogger logger, Exception exception);

    [LoggerMessage(514, LogLevel.Error, "Part {Part} could not be disposed of")]
    public static partial void DisposeFailed(this ILogger logger, string part, Exception exception);

    [LoggerMessage(515, LogLevel.Critical, "The command --{Command} failed")]
    public static partial void CommandFailed(this ILogger logger, string command, Exception exception);

    [LoggerMessage(516, LogLevel.Critical, "The worker could not start")]
    public static partial void StartFailed(this ILogger logger, Exception exception);

    [LoggerMessage(520, LogLevel.Critical, "Probes__Url: {Reason}")]
    public static partial void CannotListen(this ILogger logger, string reason);

    [LoggerMessage(521, LogLevel.Warning, "{Setting} is set, but nothing reads it; is it misspelt? See --help")]
    public static partial void SettingUnread(this ILogger logger, string setting);

    [LoggerMessage(522, LogLevel.Error, "A probe request for {Path} failed")]
    public static partial void ProbeFailed(this ILogger logger, string path, Exception exception);

    [LoggerMessage(530, LogLevel.Warning, "Metric {Instrument} of {Meter} is not exposed as {Family}: {Reason}")]
    public static partial void MetricNotExposed(this ILogger logger, string instrument, string meter, string family, string reason);

    [LoggerMessage(531, LogLevel.Warning, "Telemetry was not flushed within {Timeout}")]
    public static partial void TelemetryNotFlushed(this ILogger logger, TimeSpan timeout);

    [LoggerMessage(540, LogLevel.Information, "{Dependency} answers")]
    public static partial void DependencyUp(this ILogger logger, string dependency);

    [LoggerMessage(541, LogLevel.Warning, "{Dependency} does not answer: {Error}")]
    public static partial void DependencyDown(this ILogger logger, string dependency, string error);
}
