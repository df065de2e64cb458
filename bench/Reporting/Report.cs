using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Workers.Bench.Reporting;

/// <summary>A whole run.</summary>
internal sealed record Report(string Suite, bool Quick, IReadOnlyDictionary<string, string> Machine)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // Read by people and tools, embedded in no page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public IReadOnlyList<Row> Rows { get; init; } = [];

    public IReadOnlyList<Cost> Costs { get; init; } = [];

    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Measurements that did not come to an end, and why.</summary>
    public IReadOnlyList<string> Broken { get; init; } = [];

    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    public string ToText() => ReportText.Write(this);
}
