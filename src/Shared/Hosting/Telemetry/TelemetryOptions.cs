using Workers.Hosting.Settings;

namespace Workers.Hosting.Telemetry;

/// <summary>OpenTelemetry's own names, which have no section.</summary>
internal sealed class TelemetryOptions(SettingsReader settings)
{
    public static readonly TimeSpan DefaultFlushTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Where metrics and traces are pushed; empty, the default, pushes nothing.</summary>
    public string OtlpEndpoint { get; init; } = ReadEndpoint(settings);

    /// <summary>How long a collector that does not answer may hold up the end of the process, 1 s.</summary>
    public TimeSpan FlushTimeout { get; init; } = DefaultFlushTimeout;

    private static string ReadEndpoint(SettingsReader settings)
    {
        const string name = "OTEL_EXPORTER_OTLP_ENDPOINT";
        var text = settings.Text(name, "", "where metrics and traces are pushed (OTLP); other OTEL_* variables of the exporter are honoured");
        var valid = text.Length == 0 || (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https");
        if (!valid) settings.Fail(name, $"{SettingsReader.Echo(text)} is not a URL (e.g. http://localhost:4317)");

        return text;
    }
}
