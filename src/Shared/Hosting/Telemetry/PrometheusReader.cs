using OpenTelemetry.Metrics;

namespace Workers.Hosting.Telemetry;

/// <summary>Collects on demand. Scrapes that meet go one after the other, so that each has numbers of its own.</summary>
internal sealed class PrometheusReader(PrometheusExporter exporter)
{
    private readonly Lock _gate = new();

    /// <summary>To be added to the meter provider, which owns it.</summary>
    public BaseExportingMetricReader MetricReader { get; } = new(exporter);

    /// <summary>All metrics as text, also after the provider is shut down; null when they could not be collected.</summary>
    public byte[]? Scrape()
    {
        lock (_gate)
            return MetricReader.Collect() ? exporter.Text : null;
    }
}
