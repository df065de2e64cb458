using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Workers.Testing;

/// <summary>
/// An engine that is not the fleet's: healthy, with an id of its own, and without any of the fleet's containers. Whoever
/// believed it would take every game for vanished.
/// </summary>
public sealed class ReliabilityEngine : IAsyncDisposable
{
    private static int _count;
    private readonly WebApplication _server;
    private readonly string _path;
    private int _asked;

    private ReliabilityEngine(WebApplication server, string path)
    {
        _server = server;
        _path = path;
    }

    /// <summary>The id it gives in <c>/info</c>.</summary>
    public string Id { get; } = "OTHER:" + Guid.NewGuid().ToString("N").ToUpperInvariant();

    /// <summary>What to give a worker for its engine.</summary>
    public string Endpoint => "unix://" + _path;

    /// <summary>How often it was asked about a container.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public static async Task<ReliabilityEngine> StartAsync()
    {
        // Names of unix sockets are short, and a test folder may be deep.
        var number = Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture);
        var path = Path.Combine("/tmp", $"workers-engine-{Environment.ProcessId}-{number}.sock");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(path));

        var engine = new ReliabilityEngine(builder.Build(), path);
        engine._server.Run(engine.AnswerAsync);
        await engine._server.StartAsync();
        return engine;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        File.Delete(_path);
    }

    private static Task WriteAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    }

    private static async Task SayNothingAsync(HttpContext context)
    {
        await context.Response.StartAsync();
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The watcher left.
        }
    }

    private Task AnswerAsync(HttpContext context)
    {
        const string version = "1.41";
        var path = context.Request.Path.Value ?? "";
        if (path.StartsWith("/v", StringComparison.Ordinal) && path != "/version") path = path[path.IndexOf('/', 1)..];

        context.Response.Headers["Api-Version"] = version;
        switch (path)
        {
            case "/_ping":
                return context.Response.WriteAsync("OK");
            case "/version":
                return WriteAsync(context, $$"""{"ApiVersion":"{{version}}","MinAPIVersion":"1.12","Version":"20.10.24"}""");
            case "/info":
                return WriteAsync(context, $$"""{"ID":"{{Id}}","Name":"other"}""");
            case "/containers/json":
                return WriteAsync(context, "[]");
            case "/events":
                return SayNothingAsync(context);
            default:
                Interlocked.Increment(ref _asked);
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                var container = path.Split('/', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1);
                return WriteAsync(context, $$"""{"message":"No such container: {{container}}"}""");
        }
    }
}
