using System.Globalization;
using System.Text;

namespace Workers.Hosting.Telemetry;

/// <summary>One metric family: its help and type once, then its samples, ordered by their labels.</summary>
internal sealed class PrometheusFamily(string name, string type, string help)
{
    public const string Counter = "counter";
    public const string Gauge = "gauge";
    public const string Histogram = "histogram";

    // By labels; a scrape with the same labels twice would be refused as a whole.
    private readonly SortedDictionary<string, string> _points = new(StringComparer.Ordinal);

    public string Name { get; } = name;

    public string Type { get; } = type;

    /// <summary>Adds a sample; false when one with the same labels is there already.</summary>
    public bool TryAdd(string labels, string value) => _points.TryAdd(labels, Sample("", labels, value));

    /// <summary>Adds a histogram; <paramref name="buckets"/> hold their own counts and end with the one up to infinity.</summary>
    public bool TryAddHistogram(string labels, IEnumerable<(double Bound, long Count)> buckets, double sum, long count)
    {
        var lines = new StringBuilder();
        var cumulative = 0L;
        foreach (var (bound, inBucket) in buckets)
        {
            cumulative += inBucket;
            var le = $"le=\"{Format(bound)}\"";
            lines.Append(Sample("_bucket", labels.Length == 0 ? le : $"{labels},{le}", Count(cumulative)));
        }

        lines.Append(Sample("_sum", labels, Format(sum)));
        lines.Append(Sample("_count", labels, Count(count)));
        return _points.TryAdd(labels, lines.ToString());

        static string Count(long value) => value.ToString(CultureInfo.InvariantCulture);
    }

    public void WriteTo(StringBuilder text)
    {
        if (_points.Count == 0) return;

        if (help.Length > 0) text.Append("# HELP ").Append(Name).Append(' ').Append(EscapeHelp(help)).Append('\n');
        text.Append("# TYPE ").Append(Name).Append(' ').Append(Type).Append('\n');
        foreach (var lines in _points.Values)
            text.Append(lines);
    }

    public static string Format(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string EscapeHelp(string help) =>
        help.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);

    private string Sample(string suffix, string labels, string value) =>
        labels.Length == 0 ? $"{Name}{suffix} {value}\n" : $"{Name}{suffix}{{{labels}}} {value}\n";
}
