using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Workers.Hosting;
using Workers.Hosting.Settings;
using Workers.Hosting.Telemetry;

namespace Workers.Shared.Tests.Hosting;

[CancelAfter(60_000)]
[NonParallelizable]
public sealed class WorkerTelemetryTests
{
    private RecordingLogger<PrometheusExporter> _log = null!;

    [SetUp]
    public void SetUp() => _log = new RecordingLogger<PrometheusExporter>();

    [Test]
    public async Task Stop_WhenAnEndpointIsSet_PushesMetricsAndTraces(CancellationToken cancellationToken)
    {
        var paths = new ConcurrentQueue<string>();
        await using var collector = await StartCollectorAsync(paths, cancellationToken);

        // As long as the test: what is asked is whether it is pushed, not how fast this machine is.
        using var telemetry = Create(collector.Urls.Single(), TimeSpan.FromSeconds(50));
        await telemetry.StartAsync();
        using (var source = new ActivitySource("Workers.Test"))
            source.StartActivity("stop")?.Dispose();

        await telemetry.StopAsync().WaitAsync(cancellationToken);

        paths.Should().Contain(["/v1/metrics", "/v1/traces"]);
        _log.Events.Should().BeEmpty();
    }

    [Test]
    public async Task Stop_WhenTheCollectorDoesNotAnswer_GivesUpAndSaysSo(CancellationToken cancellationToken)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var telemetry = Create($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}", TimeSpan.FromMilliseconds(100));
        await telemetry.StartAsync();

        await telemetry.StopAsync().WaitAsync(cancellationToken);

        _log.Events.Should().ContainSingle(entry => entry.Level == LogLevel.Warning);
    }

    private static async Task<WebApplication> StartCollectorAsync(ConcurrentQueue<string> paths, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = builder.Build();
        collector.Run(context =>
        {
            paths.Enqueue(context.Request.Path);
            return Task.CompletedTask;
        });
        await collector.StartAsync(cancellationToken);
        return collector;
    }

    private WorkerTelemetry Create(string endpoint, TimeSpan flushTimeout)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            })
            .Build();
        var options = new TelemetryOptions(SettingsReader.Defaults()) { OtlpEndpoint = endpoint, FlushTimeout = flushTimeout };
        return new WorkerTelemetry(new WorkerIdentity("test-worker", "1.0"), options, configuration, _log);
    }
}
