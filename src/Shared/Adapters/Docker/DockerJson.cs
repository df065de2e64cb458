using System.Text.Json.Serialization;

namespace Workers.Adapters.Docker;

/// <summary>The parts of the Engine API's documents that are read.</summary>
[JsonSerializable(typeof(EngineError))]
[JsonSerializable(typeof(EngineInfo))]
[JsonSerializable(typeof(ContainerInspection))]
[JsonSerializable(typeof(ContainerListing[]))]
[JsonSerializable(typeof(EngineEvent))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
internal sealed partial class DockerJson : JsonSerializerContext;

internal sealed record EngineError([property: JsonPropertyName("message")] string? Message);

internal sealed record EngineInfo([property: JsonPropertyName("ID")] string? Id);

internal sealed record ContainerInspection(
    [property: JsonPropertyName("Id")] string? Id,
    [property: JsonPropertyName("State")] InspectedState? State);

internal sealed record InspectedState(
    [property: JsonPropertyName("Status")] string? Status,
    [property: JsonPropertyName("Running")] bool Running,
    [property: JsonPropertyName("ExitCode")] int ExitCode);

internal sealed record ContainerListing(
    [property: JsonPropertyName("Id")] string? Id,
    [property: JsonPropertyName("Image")] string? Image,
    [property: JsonPropertyName("State")] string? State,
    [property: JsonPropertyName("Created")] long Created,
    [property: JsonPropertyName("Labels")] Dictionary<string, string>? Labels);

internal sealed record EngineEvent(
    [property: JsonPropertyName("Action")] string? Action,
    [property: JsonPropertyName("Actor")] EngineActor? Actor,
    [property: JsonPropertyName("time")] long Time,
    [property: JsonPropertyName("timeNano")] long TimeNano);

internal sealed record EngineActor(
    [property: JsonPropertyName("ID")] string? Id,
    [property: JsonPropertyName("Attributes")] Dictionary<string, string>? Attributes);
