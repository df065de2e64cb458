using System.Collections.Frozen;
using System.Text;

namespace Workers.Hosting.Telemetry;

/// <summary>
/// Names as Prometheus writes them, by the rules of OpenTelemetry's compatibility specification:
/// <c>workers.stop.duration</c> in <c>s</c> is <c>workers_stop_duration_seconds</c>.
/// </summary>
internal static class PrometheusName
{
    private static readonly FrozenDictionary<string, string> Units = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["d"] = "days", ["h"] = "hours", ["min"] = "minutes", ["s"] = "seconds", ["ms"] = "milliseconds", ["us"] = "microseconds",
        ["ns"] = "nanoseconds",
        ["By"] = "bytes", ["KiBy"] = "kibibytes", ["MiBy"] = "mebibytes", ["GiBy"] = "gibibytes", ["TiBy"] = "tibibytes",
        ["kBy"] = "kilobytes", ["MBy"] = "megabytes", ["GBy"] = "gigabytes", ["TBy"] = "terabytes",
        ["%"] = "percent", ["Hz"] = "hertz", ["Cel"] = "celsius",
        ["m"] = "meters", ["g"] = "grams", ["V"] = "volts", ["A"] = "amperes", ["J"] = "joules", ["W"] = "watts",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> PerUnits = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["s"] = "second", ["m"] = "minute", ["min"] = "minute", ["h"] = "hour", ["d"] = "day", ["w"] = "week", ["mo"] = "month", ["y"] = "year",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The family's name: the unit, then <c>_total</c> for a counter; neither is repeated.</summary>
    public static string OfMetric(string name, string unit, string type)
    {
        var result = Sanitize(name, allowColon: true);
        if (type == PrometheusFamily.Counter && result.EndsWith("_total", StringComparison.Ordinal)) result = result[..^"_total".Length];

        var suffix = UnitSuffix(unit, type);
        if (suffix.Length > 0 && result != suffix && !result.EndsWith($"_{suffix}", StringComparison.Ordinal))
            result = $"{result}_{suffix}";

        return type == PrometheusFamily.Counter ? $"{result}_total" : result;
    }

    public static string OfLabel(string name) => Sanitize(name, allowColon: false);

    private static string UnitSuffix(string unit, string type)
    {
        // {stop} and the like are annotations, not units.
        if (unit.Contains('{', StringComparison.Ordinal)) unit = WithoutAnnotations(unit);
        if (unit.Length == 0) return "";
        if (unit == "1") return type == PrometheusFamily.Gauge ? "ratio" : "";

        var slash = unit.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) return Sanitize(Units.GetValueOrDefault(unit, unit), allowColon: false).Trim('_');

        var (left, right) = (unit[..slash], unit[(slash + 1)..]);
        if (right.Length == 0) return UnitSuffix(left, type);

        var per = $"per_{PerUnits.GetValueOrDefault(right, right)}";
        return Sanitize(left.Length == 0 ? per : $"{Units.GetValueOrDefault(left, left)}_{per}", allowColon: false).Trim('_');
    }

    private static string WithoutAnnotations(string unit)
    {
        var text = new StringBuilder();
        var depth = 0;
        foreach (var c in unit)
        {
            if (c == '{') depth++;
            else if (c == '}' && depth > 0) depth--;
            else if (depth == 0) text.Append(c);
        }

        return text.ToString();
    }

    /// <summary>Runs of what a name cannot hold become one underscore; a leading digit gets one in front.</summary>
    private static string Sanitize(string name, bool allowColon)
    {
        var text = new StringBuilder(name.Length + 1);
        if (name.Length == 0 || char.IsAsciiDigit(name[0])) text.Append('_');
        foreach (var c in name)
        {
            var allowed = char.IsAsciiLetterOrDigit(c) || (allowColon && c == ':');
            if (allowed) text.Append(c);
            else if (text.Length == 0 || text[^1] != '_') text.Append('_');
        }

        return text.ToString();
    }
}
