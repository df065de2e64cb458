using System.Text.Encodings.Web;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Workers.Hosting.Logging;

/// <summary>The framework's console logger, set up for a worker.</summary>
internal static class LoggingSetup
{
    private const string Timestamp = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";

    public static void Configure(ILoggingBuilder logging, IConfiguration configuration, LoggingOptions options)
    {
        logging.AddConfiguration(configuration.GetSection(LoggingOptions.Section));
        logging.Configure(factory => factory.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        if (UseJson(options.Format))
            logging.AddJsonConsole(ConfigureJson);
        else
            logging.AddSimpleConsole(ConfigureText);

        // A full pipe must not stop the worker: rather lose lines (the logger says how many) than hold up a stop. The
        // queue is long enough for a burst (the framework's 2,500 are not), and still bounded while nobody reads.
        logging.Services.Configure<ConsoleLoggerOptions>(console =>
        {
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
            console.MaxQueueLength = 16_384;
        });
    }

    private static bool UseJson(LogFormat format) => format switch
    {
        LogFormat.Json => true,
        LogFormat.Text => false,
        _ => Console.IsOutputRedirected,
    };

    private static void ConfigureJson(JsonConsoleFormatterOptions json)
    {
        json.UseUtcTimestamp = true;
        json.TimestampFormat = Timestamp.TrimEnd();
        json.IncludeScopes = true;

        // Read by log shippers, never by a browser.
        json.JsonWriterOptions = json.JsonWriterOptions with { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    }

    private static void ConfigureText(SimpleConsoleFormatterOptions text)
    {
        text.UseUtcTimestamp = true;
        text.TimestampFormat = Timestamp;
        text.IncludeScopes = true;
        text.SingleLine = true;
    }
}
