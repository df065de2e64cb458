using System.Diagnostics.Metrics;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Workers.Hosting.Telemetry;

namespace Workers.Shared.Tests.Hosting;

public sealed class PrometheusExporterTests
{
    private RecordingLogger<PrometheusExporter> _log = null!;
    private Meter _meter = null!;
    private Meter _other = null!;
    private PrometheusReader _reader = null!;
    private MeterProvider _provider = null!;

    [SetUp]
    public void SetUp()
    {
        // Names of their own, since meters are seen by every provider of the process.
        _meter = new Meter($"Test.{Guid.NewGuid():N}");
        _other = new Meter($"Test.{Guid.NewGuid():N}");
        _log = new RecordingLogger<PrometheusExporter>();
        _reader = new PrometheusReader(new PrometheusExporter(_log));
        _provider = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddAttributes([new("service.name", "test")]))
            .AddMeter(_meter.Name, _other.Name)
            .AddReader(_reader.MetricReader)
            .Build();
    }

    [TearDown]
    public void TearDown()
    {
        _provider.Dispose();
        _meter.Dispose();
        _other.Dispose();
    }

    [Test]
    public void Scrape_WritesEveryKind_OrderedByName()
    {
        var counter = _meter.CreateCounter<long>("workers.results", "{result}", "Results\\of\nstops");
        counter.Add(2, new KeyValuePair<string, object?>("outcome", "success"));
        counter.Add(1, new KeyValuePair<string, object?>("outcome", "fail\"ure"));
        _meter.CreateUpDownCounter<long>("workers.inflight", "{entry}", "In flight").Add(-3);
        _meter.CreateObservableGauge("workers.lag", () => 1.5, "s", "Lag");
        _meter.CreateCounter<double>("workers.a", "s").Add(0.25);
        var histogram = _meter.CreateHistogram<double>(
            "workers.duration", "s", "How long", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        histogram.Record(0.05);
        histogram.Record(0.5);
        histogram.Record(0.75);
        histogram.Record(8);

        Scrape().Should().Be("""
            # HELP target_info Who this is
            # TYPE target_info gauge
            target_info{service_name="test"} 1
            # TYPE workers_a_seconds_total counter
            workers_a_seconds_total 0.25
            # HELP workers_duration_seconds How long
            # TYPE workers_duration_seconds histogram
            workers_duration_seconds_bucket{le="0.1"} 1
            workers_duration_seconds_bucket{le="1"} 3
            workers_duration_seconds_bucket{le="+Inf"} 4
            workers_duration_seconds_sum 9.3
            workers_duration_seconds_count 4
            # HELP workers_inflight In flight
            # TYPE workers_inflight gauge
            workers_inflight -3
            # HELP workers_lag_seconds Lag
            # TYPE workers_lag_seconds gauge
            workers_lag_seconds 1.5
            # HELP workers_results_total Results\\of\nstops
            # TYPE workers_results_total counter
            workers_results_total{outcome="fail\"ure"} 1
            workers_results_total{outcome="success"} 2

            """);
    }

    [TestCase(double.PositiveInfinity, "+Inf")]
    [TestCase(double.NegativeInfinity, "-Inf")]
    [TestCase(double.NaN, "NaN")]
    [TestCase(1e300, "1E+300")]
    [TestCase(0.1, "0.1")]
    public void Scrape_WritesNumbersAsPrometheusReadsThem(double value, string expected)
    {
        _meter.CreateObservableGauge("workers.value", () => value);

        Scrape().Should().Contain($"\nworkers_value {expected}\n");
    }

    [Test]
    public void Scrape_WhenRepeated_IsCumulative()
    {
        var counter = _meter.CreateCounter<long>("workers.results");
        counter.Add(1);
        Scrape();
        counter.Add(1);

        Scrape().Should().Contain("\nworkers_results_total 2\n");
    }

    [Test]
    public void Scrape_WhenTwoMetersShareAFamily_WritesItsHeadOnce()
    {
        _meter.CreateCounter<long>("workers.results").Add(1, new KeyValuePair<string, object?>("from", "one"));
        _other.CreateCounter<long>("workers.results").Add(2, new KeyValuePair<string, object?>("from", "two"));

        var lines = Scrape().Split('\n').Where(line => line.Contains("workers_results", StringComparison.Ordinal));

        lines.Should().Equal(
            "# TYPE workers_results_total counter",
            """workers_results_total{from="one"} 1""",
            """workers_results_total{from="two"} 2""");
    }

    [Test]
    public void Scrape_WhenInstrumentsCollide_ExposesOneAndWarnsOnce()
    {
        _meter.CreateCounter<long>("workers.results").Add(1);
        _other.CreateCounter<long>("workers.results").Add(2);
        _other.CreateUpDownCounter<long>("workers.results.total").Add(3);

        Scrape();
        var lines = Scrape().Split('\n').Where(line => line.StartsWith("workers_results_total", StringComparison.Ordinal));

        lines.Should().ContainSingle();
        _log.Events.Should().HaveCount(2);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Scrape_WhenManyMeet_EachIsWhole(CancellationToken cancellationToken)
    {
        var counter = _meter.CreateCounter<long>("workers.results");

        var texts = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(
            () =>
            {
                counter.Add(1);
                return Scrape();
            },
            cancellationToken)));

        texts.Should().OnlyContain(text => text.StartsWith("# HELP target_info", StringComparison.Ordinal)
            && text.Contains("\nworkers_results_total ", StringComparison.Ordinal)
            && text.EndsWith('\n'));
    }

    [Test]
    public void Scrape_WhenTheProviderIsShutDown_StillShowsTheLastNumbers()
    {
        _meter.CreateCounter<long>("workers.results").Add(1);

        var shutDown = _provider.Shutdown(1000);

        shutDown.Should().BeTrue("a failed flush could not be told from it otherwise");
        Scrape().Should().Contain("\nworkers_results_total 1\n");
    }

    private string Scrape() => Encoding.UTF8.GetString(_reader.Scrape()!);
}
