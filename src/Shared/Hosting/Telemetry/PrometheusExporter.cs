using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Workers.Hosting.Telemetry;

/// <summary>
/// Turns what the SDK collected into Prometheus' text format 0.0.4. See docs/decisions/prometheus-exposition.md for
/// what it leaves out and when to replace it.
/// </summary>
/// <remarks>
/// Not marked as pull-only: the SDK then reports every shutdown of the provider as failed, and a real failure to flush
/// could not be told from it.
/// </remarks>
internal sealed class PrometheusExporter(ILogger logger) : BaseExporter<Metric>
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly HashSet<(string Meter, string Instrument)> _refused = [];

    /// <summary>The last collection.</summary>
    public byte[] Text { get; private set; } = [];

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var families = new SortedDictionary<string, PrometheusFamily>(StringComparer.Ordinal);
        AddTargetInfo(families);
        foreach (var metric in batch)
            Add(families, metric);

        var text = new StringBuilder();
        foreach (var family in families.Values)
            family.WriteTo(text);

        Text = Encoding.UTF8.GetBytes(text.ToString());
        return ExportResult.Success;
    }

    private void Add(SortedDictionary<string, PrometheusFamily> families, Metric metric)
    {
        if (TypeOf(metric.MetricType) is not { } type)
        {
            Refuse(metric, metric.Name, "this kind of histogram has no form in the text format");
            return;
        }

        var name = PrometheusName.OfMetric(metric.Name, metric.Unit, type);
        if (!families.TryGetValue(name, out var family))
            families.Add(name, family = new PrometheusFamily(name, type, metric.Description));

        if (family.Type != type)
        {
            Refuse(metric, name, "another instrument has that name and another type");
            return;
        }

        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            if (!TryAddPoint(family, metric.MetricType, point))
                Refuse(metric, name, "another instrument has that name and the same labels");
        }
    }

    private static bool TryAddPoint(PrometheusFamily family, MetricType type, MetricPoint point)
    {
        var labels = PrometheusLabels.Format(point.Tags);
        return type switch
        {
            MetricType.LongSum or MetricType.LongSumNonMonotonic => family.TryAdd(labels, Format(point.GetSumLong())),
            MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => family.TryAdd(labels, PrometheusFamily.Format(point.GetSumDouble())),
            MetricType.LongGauge => family.TryAdd(labels, Format(point.GetGaugeLastValueLong())),
            MetricType.DoubleGauge => family.TryAdd(labels, PrometheusFamily.Format(point.GetGaugeLastValueDouble())),
            _ => family.TryAddHistogram(labels, BucketsOf(point), point.GetHistogramSum(), point.GetHistogramCount()),
        };

        static string Format(long value) => value.ToString(CultureInfo.InvariantCulture);
    }

    private static List<(double Bound, long Count)> BucketsOf(MetricPoint point)
    {
        var buckets = new List<(double Bound, long Count)>();
        foreach (var bucket in point.GetHistogramBuckets())
            buckets.Add((bucket.ExplicitBound, bucket.BucketCount));

        return buckets;
    }

    private static string? TypeOf(MetricType type) => type switch
    {
        MetricType.LongSum or MetricType.DoubleSum => PrometheusFamily.Counter,
        MetricType.LongGauge or MetricType.DoubleGauge => PrometheusFamily.Gauge,
        MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic => PrometheusFamily.Gauge,
        MetricType.Histogram => PrometheusFamily.Histogram,
        _ => null,
    };

    private void AddTargetInfo(SortedDictionary<string, PrometheusFamily> families)
    {
        var resource = ParentProvider?.GetResource() ?? Resource.Empty;
        var tags = resource.Attributes.Select(attribute => KeyValuePair.Create(attribute.Key, (object?)attribute.Value));
        var family = new PrometheusFamily("target_info", PrometheusFamily.Gauge, "Who this is");
        family.TryAdd(PrometheusLabels.Format(tags), "1");
        families.Add(family.Name, family);
    }

    private void Refuse(Metric metric, string family, string reason)
    {
        // Once: scrapes come every few seconds, and the collision stays.
        if (_refused.Add((metric.MeterName, metric.Name)))
            logger.MetricNotExposed(metric.Name, metric.MeterName, family, reason);
    }
}
