using Microsoft.Extensions.Logging;

namespace Workers.Hosting;

/// <summary>What the host logs; event ids 100 to 199.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(100, LogLevel.Information, "{Worker} {Version} started; probes on {Addresses}")]
    public static partial void Started(this ILogger logger, string worker, string version, string addresses);

    [LoggerMessage(101, LogLevel.Information, "Stopping; work in hand has {GracePeriod} to finish")]
    public static partial void Stopping(this ILogger logger, TimeSpan gracePeriod);

    [LoggerMessage(102, LogLevel.Warning, "Not finished within {GracePeriod}: {Parts}; handing back what they hold")]
    public static partial void GracePeriodOver(this ILogger logger, TimeSpan gracePeriod, string parts);

    [LoggerMessage(103, LogLevel.Critical, "Left behind: {Parts} did not hand back what they hold within {HandBackPeriod}")]
    public static partial void LeftBehind(this ILogger logger, string parts, TimeSpan handBackPeriod);

    [LoggerMessage(104, LogLevel.Information, "Stopped with exit code {ExitCode}")]
    public static partial void Stopped(this ILogger logger, int exitCode);

    [LoggerMessage(110, LogLevel.Critical, "Part {Part} failed; stopping the worker")]
    public static partial void PartFailed(this ILogger logger, string part, Exception exception);

    [LoggerMessage(111, LogLevel.Critical, "Part {Part} ended without being asked to; stopping the worker")]
    public static partial void PartEnded(this ILogger logger, string part);

    [LoggerMessage(112, LogLevel.Critical, "A part could not be made; stopping the worker")]
    public static partial void PartNotCreated(this ILogger logger, Exception exception);

    [LoggerMessage(113, LogLevel.Critical, "A part's reaction to the shutdown failed; the shutdown goes on")]
    public static partial void CancelCallbackFailed(this ILogger logger, Exception exception);

    [LoggerMessage(114, LogLevel.Error, "Part {Part} could not be disposed of")]
    public static partial void DisposeFailed(this ILogger logger, string part, Exception exception);

    [LoggerMessage(115, LogLevel.Critical, "The command --{Command} failed")]
    public static partial void CommandFailed(this ILogger logger, string command, Exception exception);

    [LoggerMessage(116, LogLevel.Critical, "The worker could not start")]
    public static partial void StartFailed(this ILogger logger, Exception exception);

    [LoggerMessage(120, LogLevel.Critical, "Probes__Url: {Reason}")]
    public static partial void CannotListen(this ILogger logger, string reason);

    [LoggerMessage(121, LogLevel.Warning, "{Setting} is set, but nothing reads it; is it misspelt? See --help")]
    public static partial void SettingUnread(this ILogger logger, string setting);

    [LoggerMessage(122, LogLevel.Error, "A probe request for {Path} failed")]
    public static partial void ProbeFailed(this ILogger logger, string path, Exception exception);

    [LoggerMessage(130, LogLevel.Warning, "Metric {Instrument} of {Meter} is not exposed as {Family}: {Reason}")]
    public static partial void MetricNotExposed(this ILogger logger, string instrument, string meter, string family, string reason);

    [LoggerMessage(131, LogLevel.Warning, "Telemetry was not flushed within {Timeout}")]
    public static partial void TelemetryNotFlushed(this ILogger logger, TimeSpan timeout);

    [LoggerMessage(140, LogLevel.Information, "{Dependency} answers")]
    public static partial void DependencyUp(this ILogger logger, string dependency);

    [LoggerMessage(141, LogLevel.Warning, "{Dependency} does not answer: {Error}")]
    public static partial void DependencyDown(this ILogger logger, string dependency, string error);
}
