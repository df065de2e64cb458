using System.Text.Json.Serialization;

namespace Workers.Adapters.Docker;

/// <summary>The documents of the Engine API, as far as they are read here.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EngineError))]
[JsonSerializable(typeof(EngineInfo))]
[JsonSerializable(typeof(EngineFilters))]
[JsonSerializable(typeof(EngineEvent))]
[JsonSerializable(typeof(ContainerInspection))]
[JsonSerializable(typeof(ContainerListing[]))]
internal sealed partial class DockerJson : JsonSerializerContext;

/// <summary>Body of every refusal.</summary>
internal sealed record EngineError([property: JsonPropertyName("message")] string? Message);

/// <summary>Answer of <c>/info</c>.</summary>
internal sealed record EngineInfo([property: JsonPropertyName("ID")] string? Id);

/// <summary>Query parameter <c>filters</c>.</summary>
internal sealed record EngineFilters
{
    [JsonPropertyName("label")] public string[]? Label { get; init; }
    [JsonPropertyName("type")] public string[]? Type { get; init; }
    [JsonPropertyName("event")] public string[]? Event { get; init; }
}
