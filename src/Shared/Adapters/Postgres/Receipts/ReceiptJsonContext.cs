using System.Text.Json.Serialization;

namespace Workers.Adapters.Postgres.Receipts;

/// <summary>snake_case, as the columns beside it; unknown keys are ignored, missing or null required ones are refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    Converters = [typeof(StorableTextConverter)])]
[JsonSerializable(typeof(ReceiptDocument))]
internal sealed partial class ReceiptJsonContext : JsonSerializerContext;
