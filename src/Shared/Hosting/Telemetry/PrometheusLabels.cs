using System.Globalization;
using OpenTelemetry;

namespace Workers.Hosting.Telemetry;

/// <summary>Tags as labels: <c>a="1",b="2"</c>, ordered by name.</summary>
internal static class PrometheusLabels
{
    public static string Format(ReadOnlyTagCollection tags)
    {
        var pairs = new List<KeyValuePair<string, object?>>(tags.Count);
        foreach (var tag in tags)
            pairs.Add(tag);

        return Format(pairs);
    }

    /// <summary>Tags whose names become the same label are joined with <c>;</c>, as OpenTelemetry asks for.</summary>
    public static string Format(IEnumerable<KeyValuePair<string, object?>> tags) => string.Join(',', tags
        .OrderBy(tag => tag.Key, StringComparer.Ordinal)
        .GroupBy(tag => PrometheusName.OfLabel(tag.Key), tag => Text(tag.Value), StringComparer.Ordinal)
        .OrderBy(label => label.Key, StringComparer.Ordinal)
        .Select(label => $"{label.Key}=\"{Escape(string.Join(';', label))}\""));

    /// <summary>Backslash, double quote and line feed are all that the format escapes.</summary>
    public static string Escape(string value) => value
        .Replace("\\", @"\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", @"\n", StringComparison.Ordinal);

    private static string Text(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
