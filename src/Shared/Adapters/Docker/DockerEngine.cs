using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Workers.Runtimes;

namespace Workers.Adapters.Docker;

/// <summary>The Docker Engine API as the <see cref="IContainerEngine"/>. Safe to share; one is enough for a process.</summary>
public sealed class DockerEngine : IContainerEngine, IDisposable
{
    /// <summary>What a call may take beyond the time that it is meant to wait. 15 s.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(15);

    private static readonly string[] WatchedTypes = ["container"];
    private static readonly string[] WatchedActions =
        [ContainerEvent.Started, ContainerEvent.Died, ContainerEvent.OutOfMemory, ContainerEvent.Destroyed, ContainerEvent.HealthStatus];

    private readonly DockerClient _client;

    /// <param name="options">Which engine; nothing is sent to it yet.</param>
    /// <param name="time">The clock of the time limits.</param>
    /// <exception cref="InvalidDockerOptionsException">The options are of no use; the message says why.</exception>
    public DockerEngine(DockerOptions options, TimeProvider time) => _client = new DockerClient(options, time);

    /// <summary>What is wrong with <paramref name="options"/>, for an operator; null when nothing is.</summary>
    public static string? Problem(DockerOptions options)
    {
        try
        {
            new DockerClient(options, TimeProvider.System).Dispose();
            return null;
        }
        catch (InvalidDockerOptionsException unusable)
        {
            return unusable.Message;
        }
    }

    /// <inheritdoc/>
    public Task<string> GetEngineIdAsync(CancellationToken cancellationToken) =>
        _client.SendAsync(HttpMethod.Get, "/info", Margin,
            async (response, token) => await _client.ReadAsync(response, DockerJson.Default.EngineInfo, info => info.Id, token) is { Length: > 0 } id
                ? id
                : throw new ContainerEngineException("the engine has no id"),
            cancellationToken);

    /// <inheritdoc/>
    public Task<StopReply> StopAsync(string containerId, TimeSpan grace, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(grace, TimeSpan.Zero);
        var seconds = (long)Math.Ceiling(grace.TotalSeconds);
        return _client.SendAsync(HttpMethod.Post, $"{PathOf(containerId)}/stop?t={seconds.ToString(CultureInfo.InvariantCulture)}",
            TimeSpan.FromSeconds(seconds) + Margin,
            async (response, token) => response.StatusCode switch
            {
                HttpStatusCode.NoContent => StopReply.Accepted,
                HttpStatusCode.NotModified => StopReply.AlreadyStopped,
                _ when await Refusal.ReadAsync(response, token) is { IsNoSuchContainer: false } refusal => throw refusal.ToException(),
                _ => StopReply.NoSuchContainer,
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task KillAsync(string containerId, CancellationToken cancellationToken) =>
        _client.SendAsync(HttpMethod.Post, $"{PathOf(containerId)}/kill?signal=SIGKILL", Margin,
            async (response, token) => response.StatusCode switch
            {
                HttpStatusCode.NoContent => true,
                _ when await Refusal.ReadAsync(response, token) is { IsNoSuchContainer: false, IsNotRunning: false } refusal => throw refusal.ToException(),
                _ => false,
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<ContainerState?> InspectAsync(string containerId, CancellationToken cancellationToken) =>
        _client.SendAsync<ContainerState?>(HttpMethod.Get, $"{PathOf(containerId)}/json", Margin,
            async (response, token) =>
            {
                if (response.StatusCode == HttpStatusCode.NotFound)
                    return await Refusal.ReadAsync(response, token) is { IsNoSuchContainer: false } refusal ? throw refusal.ToException() : null;

                return await _client.ReadAsync(response, DockerJson.Default.ContainerInspection, inspection => inspection.ToState(), token);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RunningContainer>> ListAsync(string label, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(label);
        var filters = Escape(new EngineFilters { Label = [label] });
        return _client.SendAsync(HttpMethod.Get, $"/containers/json?filters={filters}", Margin,
            (response, token) => _client.ReadAsync(response, DockerJson.Default.ContainerListingArray, ContainerListing.ToContainers, token),
            cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ContainerEvent> WatchAsync(string label, DateTimeOffset since, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(label);
        var filters = Escape(new EngineFilters { Label = [label], Type = WatchedTypes, Event = WatchedActions });
        return WatchAsync($"/events?since={EngineTime.Format(since)}&filters={filters}", cancellationToken);
    }

    public void Dispose() => _client.Dispose();

    private async IAsyncEnumerable<ContainerEvent> WatchAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var lines = await _client.OpenAsync(path, Margin, cancellationToken);
        while (true)
            yield return Decode(await lines.NextAsync(cancellationToken));
    }

    private static ContainerEvent Decode(byte[] line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, DockerJson.Default.EngineEvent)?.ToEvent()
                ?? throw DockerFaults.Unavailable("the engine sent an event of no container");
        }
        catch (JsonException malformed)
        {
            throw DockerFaults.Unavailable("the engine sent an event that is not JSON", malformed);
        }
    }

    internal static string PathOf(string containerId)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(containerId);
        // Dots are never escaped; an escaped slash is a slash again before the engine, or a proxy, chooses the path; and no path of the
        // engine's spans lines.
        return containerId is "." or ".." || containerId.Any(character => character == '/' || char.IsControl(character))
            ? throw new ContainerEngineException("the container id is a path or has control characters")
            : $"/containers/{Uri.EscapeDataString(containerId)}";
    }

    private static string Escape(EngineFilters filters) =>
        Uri.EscapeDataString(JsonSerializer.Serialize(filters, DockerJson.Default.EngineFilters));
}
