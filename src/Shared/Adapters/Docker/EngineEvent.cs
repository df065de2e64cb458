using System.Text.Json.Serialization;
using Workers.Runtimes;

namespace Workers.Adapters.Docker;

/// <summary>A line of <c>/events</c>.</summary>
internal sealed record EngineEvent(
    [property: JsonPropertyName("Action")] string? Action,
    [property: JsonPropertyName("Actor")] EngineEvent.EngineActor? Actor,
    [property: JsonPropertyName("timeNano")] long TimeNano)
{
    /// <summary>The port's view of it; null when it lacks what the API promises.</summary>
    public ContainerEvent? ToEvent() => this is { Action: { Length: > 0 } action, Actor: { Id: { Length: > 0 } id } actor }
        ? new ContainerEvent(id, action, EngineTime.FromNanoseconds(TimeNano), actor.Attributes ?? [])
        : null;

    internal sealed record EngineActor(
        [property: JsonPropertyName("ID")] string? Id,
        [property: JsonPropertyName("Attributes")] Dictionary<string, string>? Attributes);
}
