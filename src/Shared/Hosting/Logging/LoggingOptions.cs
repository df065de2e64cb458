using Microsoft.Extensions.Logging;
using Workers.Hosting.Settings;

namespace Workers.Hosting.Logging;

/// <summary>Section <c>Logging</c>. The levels are read by the framework; here they are only described and checked.</summary>
internal sealed class LoggingOptions
{
    public const string Section = "Logging";

    /// <summary>What is set when nobody sets it; the framework's own parts speak up only when something is wrong.</summary>
    public static readonly IReadOnlyDictionary<string, string?> DefaultLevels = new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["Logging:LogLevel:Default"] = nameof(LogLevel.Information),
        ["Logging:LogLevel:Microsoft"] = nameof(LogLevel.Warning),
        ["Logging:LogLevel:Npgsql"] = nameof(LogLevel.Warning),
    };

    public LoggingOptions(SettingsReader settings)
    {
        Format = settings.Choice("Format", LogFormat.Auto, "how events are written; auto is text on a terminal and JSON elsewhere");
        settings.Choice("LogLevel__Default", LogLevel.Information, "the least level that is logged");
        settings.DescribeOnly("LogLevel__<category>", "log level", "the same for one category of events, e.g. Logging__LogLevel__Workers.Hosting");
        foreach (var (category, level) in settings.Children("LogLevel"))
        {
            if (level is not null && !Enum.TryParse<LogLevel>(level, ignoreCase: true, out _))
                settings.Fail($"LogLevel__{category}", $"{SettingsReader.Echo(level)} is not a log level (e.g. Information)");
        }
    }

    /// <summary><see cref="LogFormat.Auto"/> by default.</summary>
    public LogFormat Format { get; init; }
}
