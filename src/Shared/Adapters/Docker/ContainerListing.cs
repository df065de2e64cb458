using System.Text.Json.Serialization;
using Workers.Runtimes;

namespace Workers.Adapters.Docker;

/// <summary>Element of the answer of <c>/containers/json</c>.</summary>
internal sealed record ContainerListing(
    [property: JsonPropertyName("Id")] string? Id,
    [property: JsonPropertyName("Image")] string? Image,
    [property: JsonPropertyName("Created")] long Created,
    [property: JsonPropertyName("Labels")] Dictionary<string, string>? Labels)
{
    /// <summary>The port's view of a list; null when an element lacks what the API promises.</summary>
    public static IReadOnlyList<RunningContainer>? ToContainers(ContainerListing?[] listings) =>
        listings.All(listing => listing is { Id.Length: > 0 })
            ? Array.ConvertAll(listings, listing => listing!.ToContainer())
            : null;

    private RunningContainer ToContainer() => new(Id!, Image ?? "", DateTimeOffset.FromUnixTimeSeconds(Created), Labels ?? []);
}
