using System.Text.Json.Serialization;
using Workers.Runtimes;

namespace Workers.Adapters.Docker;

/// <summary>Answer of <c>/containers/{id}/json</c>.</summary>
internal sealed record ContainerInspection(
    [property: JsonPropertyName("Id")] string? Id,
    [property: JsonPropertyName("State")] ContainerInspection.InspectedState? State)
{
    /// <summary>The port's view of it; null when it lacks what the API promises.</summary>
    public ContainerState? ToState() => this is { Id: { Length: > 0 } id, State: { Status: { Length: > 0 } status } state }
        ? new ContainerState(id, status, state.Running || state.Paused || state.Restarting, state.ExitCode)
        : null;

    internal sealed record InspectedState(
        [property: JsonPropertyName("Status")] string? Status,
        [property: JsonPropertyName("Running")] bool Running,
        [property: JsonPropertyName("Paused")] bool Paused,
        [property: JsonPropertyName("Restarting")] bool Restarting,
        [property: JsonPropertyName("ExitCode")] int ExitCode);
}
