using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Workers.Messaging;
using Workers.Runtimes;

namespace Workers.Adapters.Docker;

/// <summary>
/// Calls an engine's HTTP API: speaks its version, bounds every call in time, and turns faults into those of the port.
/// </summary>
internal sealed class DockerClient : IDisposable
{
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(10);
    private static readonly Uri Ping = new("/_ping", UriKind.Relative);

    private readonly HttpClient _http;
    private readonly DockerFaults _faults;
    private readonly ApiNegotiation _api;
    private readonly TimeProvider _time;

    /// <exception cref="InvalidDockerOptionsException">The options are of no use; the message says why.</exception>
    public DockerClient(DockerOptions options, TimeProvider time)
    {
        var endpoint = DockerEndpoint.Parse(options);
        _http = DockerTransport.Create(endpoint, options);
        _faults = new DockerFaults(endpoint);
        _api = new ApiNegotiation(PingAsync);
        _time = time;
    }

    /// <summary>
    /// Sends a request that is harmless to repeat, and has <paramref name="read"/> read the answer; the time
    /// <paramref name="limit"/> is for both.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">The engine cannot be reached, or is too slow.</exception>
    /// <exception cref="ContainerEngineException">The engine is too old.</exception>
    public Task<T> SendAsync<T>(
        HttpMethod method, string path, TimeSpan limit, Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken) =>
        BoundAsync(limit, async token =>
        {
            using var response = await RequestAsync(method, path, token);
            return await read(response, token);
        }, cancellationToken);

    /// <summary>Opens an answer without end; the time <paramref name="limit"/> is for its head only.</summary>
    /// <inheritdoc cref="SendAsync{T}" path="/exception"/>
    public Task<EngineLines> OpenAsync(string path, TimeSpan limit, CancellationToken cancellationToken) =>
        BoundAsync(limit, async token =>
        {
            var response = await RequestAsync(HttpMethod.Get, path, token);
            try
            {
                await EnsureSuccessAsync(response, token);
                return new EngineLines(response, await response.Content.ReadAsStreamAsync(token), _faults);
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }, cancellationToken);

    /// <summary>
    /// The port's <paramref name="view"/> of the document that <paramref name="response"/> carries; a view is null when the document lacks what
    /// the API promises.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">There is none: something else than an engine answered, or the engine cannot now.</exception>
    /// <exception cref="ContainerEngineException">The engine refuses.</exception>
    public async Task<TView> ReadAsync<TDocument, TView>(
        HttpResponseMessage response, JsonTypeInfo<TDocument> type, Func<TDocument, TView?> view, CancellationToken cancellationToken)
        where TDocument : class
        where TView : class
    {
        await EnsureSuccessAsync(response, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        try
        {
            return await JsonSerializer.DeserializeAsync(body, type, cancellationToken) is { } document && view(document) is { } seen
                ? seen
                : throw _faults.Foreign("JSON that is not the engine's");
        }
        catch (JsonException malformed)
        {
            throw _faults.Foreign("something that is not JSON", malformed);
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task EnsureSuccessAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode) throw (await Refusal.ReadAsync(response, cancellationToken)).ToException();
    }

    private async Task<HttpResponseMessage> RequestAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        var api = await _api.AgreeAsync(cancellationToken);
        var response = await RequestAsync(method, path, api, cancellationToken);
        if (!api.IsOutdatedBy(response)) return response;

        _api.Forget(api);
        // 400 is how an engine refuses a version that it does not speak, and it does so before it acts.
        if (response.StatusCode != HttpStatusCode.BadRequest) return response;

        response.Dispose();
        return await RequestAsync(method, path, await _api.AgreeAsync(cancellationToken), cancellationToken);
    }

    private async Task<HttpResponseMessage> RequestAsync(HttpMethod method, string path, ApiVersion api, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, $"/v{api.Spoken}{path}");
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private Task<ApiVersion> PingAsync() =>
        BoundAsync(PingTimeout, async token =>
        {
            using var response = await _http.GetAsync(Ping, HttpCompletionOption.ResponseHeadersRead, token);
            await EnsureSuccessAsync(response, token);
            return ApiVersion.Agree(ApiVersion.SaidBy(response)) ?? throw _faults.Foreign("without an API version");
        }, CancellationToken.None);

    private async Task<T> BoundAsync<T>(TimeSpan limit, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await call(either.Token);
        }
        catch (OperationCanceledException cancelled) when (!cancellationToken.IsCancellationRequested)
        {
            // Neither the caller nor we gave up: the handler did, on connecting.
            throw late.IsCancellationRequested ? _faults.Late(limit, cancelled) : _faults.NotConnected(cancelled);
        }
        catch (Exception fault) when (DockerFaults.IsTransport(fault))
        {
            throw _faults.Broken(fault);
        }
    }
}
