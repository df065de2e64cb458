using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Workers.Hosting.Telemetry;

/// <summary>
/// Meters and activity sources whose names start with <c>Workers.</c>, and the runtime's own meter: collected once,
/// shown on <c>/metrics</c>, and pushed over OTLP when an endpoint is configured.
/// </summary>
internal sealed class WorkerTelemetry(
    WorkerIdentity identity,
    TelemetryOptions options,
    IConfiguration configuration,
    ILogger<PrometheusExporter> logger) : IDisposable
{
    /// <summary>What meters and activity sources of the fleet are called.</summary>
    public const string NamePattern = "Workers.*";

    // The SDK's default buckets are made for milliseconds; the fleet's instruments are in seconds.
    private static readonly double[] SecondsBuckets =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private readonly TaskCompletionSource<PrometheusReader> _reader = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MeterProvider? _meters;
    private TracerProvider? _traces;

    /// <summary>Starts listening. Off the caller's thread: the probes open meanwhile.</summary>
    public Task StartAsync() => Task.Run(Start);

    /// <summary>All metrics in Prometheus text format; waits until listening has started. Null when they could not be collected.</summary>
    public async Task<byte[]?> ScrapeAsync(CancellationToken cancellationToken)
    {
        var reader = await _reader.Task.WaitAsync(cancellationToken);
        return reader.Scrape();
    }

    /// <summary>Pushes what was not pushed yet, for at most <see cref="TelemetryOptions.FlushTimeout"/>.</summary>
    public async Task StopAsync()
    {
        // Shutdown flushes, and blocks; side by side, so that one timeout bounds both.
        var timeout = (int)options.FlushTimeout.TotalMilliseconds;
        var flushed = await Task.WhenAll(
            Task.Run(() => _meters?.Shutdown(timeout) ?? true),
            Task.Run(() => _traces?.Shutdown(timeout) ?? true));
        if (flushed.Contains(false)) logger.TelemetryNotFlushed(options.FlushTimeout);
    }

    public void Dispose()
    {
        _meters?.Dispose();
        _traces?.Dispose();
    }

    private void Start()
    {
        var resource = ResourceBuilder.CreateDefault().AddService(identity.Name, serviceVersion: identity.Version);
        var reader = new PrometheusReader(new PrometheusExporter(logger));
        var meters = Sdk.CreateMeterProviderBuilder()
            // The exporter then finds OTEL_* wherever the worker's other settings may stand.
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(resource)
            .AddMeter(NamePattern, "System.Runtime")
            .AddView(ChooseBuckets)
            .AddReader(reader.MetricReader);
        var traces = Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(resource)
            .AddSource(NamePattern);

        if (options.OtlpEndpoint.Length > 0)
        {
            meters.AddOtlpExporter();
            traces.AddOtlpExporter();
        }

        _meters = meters.Build();
        _traces = traces.Build();
        _reader.SetResult(reader);
    }

    private static ExplicitBucketHistogramConfiguration? ChooseBuckets(Instrument instrument) =>
        instrument is Histogram<double> { Unit: "s", Advice: null }
            ? new ExplicitBucketHistogramConfiguration { Boundaries = SecondsBuckets }
            : null;
}
