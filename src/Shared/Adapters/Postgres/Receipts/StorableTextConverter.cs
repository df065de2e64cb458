using System.Text.Json;
using System.Text.Json.Serialization;

namespace Workers.Adapters.Postgres.Receipts;

/// <summary><c>jsonb</c> refuses what text refuses, escaped or not.</summary>
internal sealed class StorableTextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(StorableText.Clean(value));
}
