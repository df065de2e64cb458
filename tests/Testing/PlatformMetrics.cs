using System.Globalization;
using System.Text.RegularExpressions;

namespace Workers.Testing;

/// <summary>A scrape of <c>/metrics</c>, read as strictly as the Prometheus text format 0.0.4 is written down.</summary>
public sealed partial class PlatformMetrics
{
    private readonly Dictionary<string, string> _types = [];
    private readonly List<(string Name, string Labels, double Value)> _samples = [];

    /// <summary>Families and their types.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    /// <summary>Reads a scrape; throws <see cref="FormatException"/> at the first line that a server would refuse.</summary>
    public static PlatformMetrics Parse(string text)
    {
        if (!text.EndsWith('\n')) throw new FormatException("The last line does not end in a line feed.");

        var metrics = new PlatformMetrics();
        foreach (var line in text[..^1].Split('\n')) metrics.Add(line);
        return metrics;
    }

    /// <summary>The sum of a metric's samples whose labels include these, each as <c>name="value"</c>.</summary>
    public double Sum(string name, params string[] labels) => _samples
        .Where(sample => sample.Name == name && labels.All(label => sample.Labels.Contains(label, StringComparison.Ordinal)))
        .Sum(sample => sample.Value);

    private void Add(string line)
    {
        if (TypeLine().Match(line) is { Success: true } type)
        {
            if (!_types.TryAdd(type.Groups["name"].Value, type.Groups["type"].Value))
                throw new FormatException($"A second TYPE of one family: {line}");
        }
        else if (SampleLine().Match(line) is { Success: true } sample)
        {
            var name = sample.Groups["name"].Value;
            if (!_types.ContainsKey(name) && !_types.ContainsKey(HistogramSuffix().Replace(name, "")))
                throw new FormatException($"A sample before its TYPE: {line}");
            _samples.Add((name, sample.Groups["labels"].Value, Number(sample.Groups["value"].Value)));
        }
        else if (!HelpLine().IsMatch(line))
        {
            throw new FormatException($"Neither HELP nor TYPE nor a sample: {line}");
        }
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(@"^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<type>counter|gauge|histogram|summary|untyped)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^# HELP [a-zA-Z_:][a-zA-Z0-9_:]* ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HelpLine();

    [GeneratedRegex(
        """^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\[\\"n])*",?)*)\})? (?<value>[^ ]+)( \d+)?$""",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SampleLine();

    [GeneratedRegex("_(bucket|sum|count)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HistogramSuffix();
}
