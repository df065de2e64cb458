using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Workers.Runtimes;

namespace Workers.Adapters.Docker;

/// <summary>The Docker Engine API as the <see cref="IContainerEngine"/>.</summary>
public sealed class DockerEngine(DockerOptions options, TimeProvider time) : IContainerEngine, IDisposable
{
    /// <summary>What a call may take beyond the time that it is meant to wait.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(15);

    private const long NanosecondsPerTick = 100;

    private readonly DockerClient _client = new(options, time);

    /// <summary>What is wrong with <paramref name="options"/>, or null.</summary>
    public static string? Problem(DockerOptions options)
    {
        try
        {
            DockerTransport.Create(options).Dispose();
            return null;
        }
        catch (FormatException unusable)
        {
            return unusable.Message;
        }
    }

    public Task<string> GetEngineIdAsync(CancellationToken cancellationToken) =>
        _client.SendAsync(HttpMethod.Get, "/info", Margin,
            async (response, token) =>
            {
                await EnsureAsync(response, token);
                return (await _client.ReadAsync(response, DockerJson.Default.EngineInfo, token)).Id is { Length: > 0 } id
                    ? id
                    : throw new ContainerEngineException("the engine has no id");
            },
            cancellationToken);

    public Task<StopReply> StopAsync(string containerId, TimeSpan grace, CancellationToken cancellationToken)
    {
        var seconds = (long)Math.Ceiling(grace.TotalSeconds);
        return _client.SendAsync(HttpMethod.Post, $"{PathOf(containerId)}/stop?t={seconds.ToString(CultureInfo.InvariantCulture)}",
            TimeSpan.FromSeconds(seconds) + Margin,
            async (response, token) => response.StatusCode switch
            {
                HttpStatusCode.NoContent => StopReply.Accepted,
                HttpStatusCode.NotModified => StopReply.AlreadyStopped,
                _ => await NoSuchContainerAsync(response, StopReply.NoSuchContainer, token),
            },
            cancellationToken);
    }

    public Task KillAsync(string containerId, CancellationToken cancellationToken) =>
        _client.SendAsync(HttpMethod.Post, $"{PathOf(containerId)}/kill?signal=SIGKILL", Margin,
            async (response, token) =>
            {
                // A container that is not running any more is a conflict to the engine and fine with us.
                if (response.StatusCode == HttpStatusCode.Conflict) return true;
                return response.IsSuccessStatusCode || await DockerClient.IsNoSuchContainerAsync(response, token);
            },
            cancellationToken);

    public Task<ContainerState?> InspectAsync(string containerId, CancellationToken cancellationToken) =>
        _client.SendAsync<ContainerState?>(HttpMethod.Get, $"{PathOf(containerId)}/json", Margin,
            async (response, token) =>
            {
                if (!response.IsSuccessStatusCode) return await NoSuchContainerAsync<ContainerState?>(response, null, token);

                var inspection = await _client.ReadAsync(response, DockerJson.Default.ContainerInspection, token);
                return inspection is { Id: { } id, State: { } state }
                    ? new ContainerState(id, state.Status ?? "", state.Running, state.ExitCode)
                    : throw new ContainerEngineException("the inspection has no state");
            },
            cancellationToken);

    public Task<IReadOnlyList<RunningContainer>> ListAsync(string label, CancellationToken cancellationToken) =>
        _client.SendAsync<IReadOnlyList<RunningContainer>>(HttpMethod.Get, $"/containers/json?filters={Filters(label)}", Margin,
            async (response, token) =>
            {
                await EnsureAsync(response, token);
                var containers = await _client.ReadAsync(response, DockerJson.Default.ContainerListingArray, token);
                return Array.ConvertAll(containers, container => new RunningContainer(
                    container.Id ?? "", container.Image ?? "", DateTimeOffset.FromUnixTimeSeconds(container.Created), container.Labels ?? []));
            },
            cancellationToken);

    public async IAsyncEnumerable<ContainerEvent> WatchAsync(
        string label, DateTimeOffset since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var from = since.ToUnixTimeMilliseconds() / 1000m;
        var path = $"/events?since={from.ToString("0.000", CultureInfo.InvariantCulture)}&filters={Filters(label, "container")}";
        await using var stream = await _client.OpenAsync(path, Margin, EnsureAsync, cancellationToken);
        await foreach (var line in new EventLines(stream).ReadAsync(_client.Broken, cancellationToken))
            if (Decode(line) is { } happened)
                yield return happened;
    }

    public void Dispose() => _client.Dispose();

    private static string PathOf(string containerId)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(containerId);
        // Dots are left alone by escaping, and would lead to another path.
        return containerId is "." or ".."
            ? throw new ContainerEngineException($"'{containerId}' is not a container's id")
            : $"/containers/{Uri.EscapeDataString(containerId)}";
    }

    private static string Filters(string label, string? type = null)
    {
        var filters = new Dictionary<string, string[]> { ["label"] = [label] };
        if (type is not null) filters["type"] = [type];
        return Uri.EscapeDataString(JsonSerializer.Serialize(filters, DockerJson.Default.DictionaryStringStringArray));
    }

    private static async Task<T> NoSuchContainerAsync<T>(HttpResponseMessage response, T answer, CancellationToken cancellationToken)
    {
        await DockerClient.IsNoSuchContainerAsync(response, cancellationToken);
        return answer;
    }

    private static async Task EnsureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode) return;
        throw new ContainerEngineException(
            await DockerClient.EngineMessageAsync(response, cancellationToken) ?? $"unexpected answer {(int)response.StatusCode}");
    }

    private ContainerEvent? Decode(byte[] line)
    {
        try
        {
            var happened = JsonSerializer.Deserialize(line, DockerJson.Default.EngineEvent);
            if (happened is not { Action: { } action, Actor.Id: { } id }) return null;

            var at = DateTimeOffset.UnixEpoch.AddTicks(happened.TimeNano / NanosecondsPerTick);
            return new ContainerEvent(id, action, at, happened.Actor.Attributes ?? []);
        }
        catch (JsonException broken)
        {
            throw _client.Broken(broken);
        }
    }
}
