using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Workers.Messaging;
using Workers.Runtimes;

namespace Workers.Adapters.Docker;

/// <summary>
/// Calls an engine's HTTP API: negotiates its version, bounds every call in time, and turns faults into those of the
/// domain.
/// </summary>
internal sealed class DockerClient : IDisposable
{
    private const string Dependency = "docker";
    private const int MaxMessageLength = 500;
    private const int MaxErrorBody = 64 * 1024;
    private static readonly Version Oldest = new(1, 24);
    private static readonly Version Newest = new(1, 47);

    private readonly HttpClient _http;
    private readonly string _endpoint;
    private readonly TimeProvider _time;
    private volatile string? _version;

    public DockerClient(DockerOptions options, TimeProvider time)
    {
        _http = DockerTransport.Create(options);
        _endpoint = options.Endpoint;
        _time = time;
    }

    /// <summary>Sends one request and reads its answer; <paramref name="read"/> decides which statuses are answers.</summary>
    /// <exception cref="DependencyUnavailableException">Unreachable, too slow, or 5xx.</exception>
    /// <exception cref="ContainerEngineException">The engine is too old.</exception>
    public Task<T> SendAsync<T>(
        HttpMethod method, string path, TimeSpan timeout, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        SendAsync(method, path, timeout, dispose: true, read, cancellationToken);

    /// <summary>Opens an endless answer; the time limit is for its head only.</summary>
    public async Task<Stream> OpenAsync(
        string path, TimeSpan timeout, Func<HttpResponseMessage, CancellationToken, Task> ensure, CancellationToken cancellationToken) =>
        await SendAsync(HttpMethod.Get, path, timeout, dispose: false,
            async (response, token) =>
            {
                await ensure(response, token);
                return await response.Content.ReadAsStreamAsync(token);
            },
            cancellationToken);

    /// <summary>The connection of an endless answer broke.</summary>
    public DependencyUnavailableException Broken(Exception? fault) => Unavailable($"{_endpoint} ended the stream of events", fault);

    /// <summary>An answer's JSON.</summary>
    /// <exception cref="DependencyUnavailableException">It is not the JSON that the API documents: something else answered.</exception>
    public async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        try
        {
            return await JsonSerializer.DeserializeAsync(body, type, cancellationToken)
                ?? throw Unavailable($"{_endpoint} answered without content", null);
        }
        catch (JsonException broken)
        {
            throw Unavailable($"{_endpoint} answered something that is not the engine's JSON", broken);
        }
    }

    /// <summary>Whether the engine itself says that there is no such container; a 404 of anything in between is not that.</summary>
    /// <exception cref="ContainerEngineException">It is any other refusal.</exception>
    public static async Task<bool> IsNoSuchContainerAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var message = await EngineMessageAsync(response, cancellationToken);
        return response.StatusCode == HttpStatusCode.NotFound
            && message?.StartsWith("No such container", StringComparison.OrdinalIgnoreCase) == true
            ? true
            : throw new ContainerEngineException(message ?? $"unexpected answer {(int)response.StatusCode} that is not the engine's");
    }

    /// <summary>The engine's own words, first line, bounded; null when the body is not the engine's.</summary>
    public static async Task<string?> EngineMessageAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxErrorBody];
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        try
        {
            var error = JsonSerializer.Deserialize(buffer.AsSpan(0, length), DockerJson.Default.EngineError);
            var line = error?.Message?.Split('\n', 2)[0].Trim();
            return line is { Length: > MaxMessageLength } ? line[..MaxMessageLength] + "…" : line;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(
        HttpMethod method, string path, TimeSpan timeout, bool dispose, Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken)
    {
        using var own = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, own.Token);
        HttpResponseMessage? response = null;
        try
        {
            var version = _version ??= await NegotiateAsync(either.Token);
            using var request = new HttpRequestMessage(method, $"/v{version}{path}");
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if ((int)response.StatusCode >= 500) throw Unavailable(await ErrorOfAsync(response, either.Token), null);

            var answer = await read(response, either.Token);
            if (!dispose) response = null;
            return answer;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unavailable($"no answer from {_endpoint} within {timeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s", null);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw Unavailable($"cannot reach {_endpoint}: {Cause(fault)}", fault);
        }
        finally
        {
            response?.Dispose();
        }
    }

    private async Task<string> NegotiateAsync(CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(new Uri("/_ping", UriKind.Relative), cancellationToken);
        if (!response.IsSuccessStatusCode) throw Unavailable(await ErrorOfAsync(response, cancellationToken), null);

        if (!response.Headers.TryGetValues("Api-Version", out var values) || !Version.TryParse(values.First(), out var engine))
            throw Unavailable($"{_endpoint} does not say which API version it speaks: is it a Docker engine?", null);

        if (engine < Oldest) throw new ContainerEngineException($"the engine speaks API {engine}, this needs {Oldest} or newer");
        return (engine < Newest ? engine : Newest).ToString();
    }

    private static async Task<string> ErrorOfAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        await EngineMessageAsync(response, cancellationToken) ?? $"answer {(int)response.StatusCode} that is not the engine's";

    private DependencyUnavailableException Unavailable(string message, Exception? fault)
    {
        // Another engine, or another version of it, may be there next time.
        _version = null;
        return new DependencyUnavailableException(Dependency, message, fault);
    }

    private static string Cause(Exception fault)
    {
        for (var inner = fault; inner is not null; inner = inner.InnerException)
            if (inner is SocketException socket)
                return socket.Message;

        return fault.Message;
    }
}
