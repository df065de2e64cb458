using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Workers.Bench.Peers;

/// <summary>
/// As much of the Docker Engine API, on a unix socket of this process, as a worker needs to stop containers. Its one
/// talent is to know, on this process' own clock, when a stop call arrived. Containers run until they are stopped, and
/// stop at once.
/// </summary>
internal sealed class FakeEngine : IAsyncDisposable
{
    private const string ApiVersion = "1.41";
    // The engine's names are as written; ASP.NET Core's own default is camel case.
    private static readonly JsonSerializerOptions AsWritten = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<long>> _stops = new(StringComparer.Ordinal);
    private readonly WebApplication _app;

    private FakeEngine(string socket)
    {
        Socket = socket;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socket));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>Path of its socket.</summary>
    public string Socket { get; }

    /// <summary>As <c>Docker__Endpoint</c> wants it.</summary>
    public string Endpoint => $"unix://{Socket}";

    public static async Task<FakeEngine> StartAsync(string socket, CancellationToken cancellationToken)
    {
        var engine = new FakeEngine(socket);
        await engine._app.StartAsync(cancellationToken);
        return engine;
    }

    /// <summary>The <see cref="Stopwatch"/> timestamp of the container's first stop call, once it arrives.</summary>
    public Task<long> StopCallAsync(string containerId) => StopOf(containerId).Task;

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        // First of all: everything below is the engine's time, not the worker's.
        var now = Stopwatch.GetTimestamp();
        var segments = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments is [['v', >= '0' and <= '9', ..], ..]) segments = segments[1..];
        switch (segments)
        {
            case ["_ping"]:
                context.Response.Headers["Api-Version"] = ApiVersion;
                return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync("OK");
            case ["version"]:
                return AnswerAsync(context, new { Version = "bench", ApiVersion, MinAPIVersion = "1.12", Os = "linux" });
            case ["info"]:
                return AnswerAsync(context, new { ID = "bench-engine", Name = "bench", ServerVersion = "bench" });
            case ["events"]:
                return KeepOpenAsync(context);
            case ["containers", "json"]:
                return AnswerAsync(context, Array.Empty<object>());
            case ["containers", var id, "json"]:
                return AnswerAsync(context, new { Id = id, State = StateOf(id), Config = new { Labels = new { } } });
            case ["containers", var id, "stop" or "kill"]:
                StopOf(id).TrySetResult(now);
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return AnswerAsync(context, new { message = "page not found" });
        }
    }

    private static Task AnswerAsync(HttpContext context, object body) =>
        context.Response.WriteAsJsonAsync(body, AsWritten, context.RequestAborted);

    private object StateOf(string id) => StopOf(id).Task.IsCompleted
        ? new { Status = "exited", Running = false, Paused = false, Restarting = false, Dead = false, ExitCode = 0 }
        : new { Status = "running", Running = true, Paused = false, Restarting = false, Dead = false, ExitCode = 0 };

    private static async Task KeepOpenAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await context.Response.Body.FlushAsync(context.RequestAborted);
        var aborted = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(aborted.SetResult);
        await aborted.Task;
    }

    // The answer must not wait for whoever awaits the timestamp.
    private TaskCompletionSource<long> StopOf(string id) =>
        _stops.GetOrAdd(id, _ => new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));
}
