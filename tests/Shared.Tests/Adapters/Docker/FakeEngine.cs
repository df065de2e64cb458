using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Workers.Shared.Tests.Adapters.Docker;

/// <summary>An HTTP server where an engine should be, to answer what real engines answer only on their worst days.</summary>
internal sealed class FakeEngine : IAsyncDisposable
{
    private static int _count;
    private readonly Action<KestrelServerOptions> _listen;
    private readonly string? _socket;
    private WebApplication? _server;

    private FakeEngine(Action<KestrelServerOptions> listen, string? socket)
    {
        _listen = listen;
        _socket = socket;
    }

    /// <summary>The API version that it says it speaks, in each of its answers; null when it says none.</summary>
    public string? ApiVersion { get; set; } = "1.41";

    /// <summary>Answers everything but the ping.</summary>
    public RequestDelegate Answer { get; set; } = Json(StatusCodes.Status404NotFound, """{"message":"page not found"}""");

    /// <summary>Answers the ping.</summary>
    public RequestDelegate Ping { get; set; } = context => context.Response.WriteAsync("OK");

    /// <summary>What was asked for, as it came over the wire: <c>POST /v1.41/containers/x/stop?t=1</c>.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The port, for one that listens on tcp.</summary>
    public int Port => new Uri(_server!.Urls.Single()).Port;

    /// <summary>The endpoint, for one that listens on a unix socket.</summary>
    public string Endpoint => "unix://" + _socket;

    /// <summary>One that listens on a unix socket, and answers with <paramref name="answer"/>.</summary>
    public static async Task<FakeEngine> StartAsync(RequestDelegate? answer = null)
    {
        var number = Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture);
        var path = Path.Combine(Path.GetTempPath(), $"fake-{Environment.ProcessId}-{number}.sock");
        var engine = new FakeEngine(kestrel => kestrel.ListenUnixSocket(path), path);
        if (answer is not null) engine.Answer = answer;
        await engine.UpAsync();
        return engine;
    }

    /// <summary>One that listens where <paramref name="listen"/> says.</summary>
    public static async Task<FakeEngine> StartAsync(Action<KestrelServerOptions> listen)
    {
        var engine = new FakeEngine(listen, socket: null);
        await engine.UpAsync();
        return engine;
    }

    /// <summary>An answer with a JSON body.</summary>
    public static RequestDelegate Json(int status, string body) => Body(status, "application/json", body);

    /// <summary>An answer with any body.</summary>
    public static RequestDelegate Body(int status, string type, string body) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body);
    };

    /// <summary>An answer without a body.</summary>
    public static RequestDelegate Status(int status) => context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    /// <summary>No answer at all; <paramref name="asked"/> is completed when it was asked.</summary>
    public static RequestDelegate Silence(TaskCompletionSource asked) => context =>
    {
        asked.TrySetResult();
        return Task.Delay(Timeout.Infinite, context.RequestAborted);
    };

    public async Task UpAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        builder.WebHost.UseUrls();
        builder.WebHost.ConfigureKestrel(_listen);
        _server = builder.Build();
        _server.Run(ServeAsync);
        await _server.StartAsync();
    }

    public async Task DownAsync()
    {
        if (_server is { } server) await server.DisposeAsync();
        _server = null;
        if (_socket is not null) File.Delete(_socket);
    }

    public async ValueTask DisposeAsync() => await DownAsync();

    private Task ServeAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        Requests.Enqueue($"{context.Request.Method} {target}");
        if (ApiVersion is not null) context.Response.Headers["Api-Version"] = ApiVersion;
        if (target == "/_ping") return Ping(context);

        var asked = Version.Parse(target[2..target.IndexOf('/', 1)]);
        return ApiVersion is not null && asked > Version.Parse(ApiVersion)
            ? Json(StatusCodes.Status400BadRequest, $$"""{"message":"client version {{asked}} is too new. Maximum supported API version is {{ApiVersion}}"}""")(context)
            : Answer(context);
    }
}
