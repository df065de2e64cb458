using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Workers.Hosting.Telemetry;

namespace Workers.Hosting.Probes;

/// <summary>
/// <c>/healthz/live</c>, <c>/healthz/ready</c>, <c>/healthz/startup</c> (200 or 503, and JSON that says why) and
/// <c>/metrics</c>. No answer waits for the network.
/// </summary>
internal sealed class ProbeApplication(HealthRegistry health, WorkerTelemetry telemetry, ILogger<ProbeApplication> logger)
    : IHttpApplication<HttpContext>
{
    private static readonly JsonEncodedText Status = JsonEncodedText.Encode("status");

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // Nothing was rented for it.
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The prober hung up; there is nobody to answer.
        }
#pragma warning disable CA1031 // The top of a request: a broken answer is logged, and the next one is served.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.ProbeFailed(context.Request.Path.Value ?? "", e);
            if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private Task AnswerAsync(HttpContext context)
    {
        ProbeKind? kind = context.Request.Path.Value switch
        {
            "/healthz/live" => ProbeKind.Live,
            "/healthz/ready" => ProbeKind.Ready,
            "/healthz/startup" => ProbeKind.Startup,
            _ => null,
        };

        var response = context.Response;
        if (kind is null && context.Request.Path.Value is not "/metrics")
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        if (!HttpMethods.IsGet(context.Request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = HttpMethods.Get;
            return Task.CompletedTask;
        }

        response.Headers.CacheControl = "no-store";
        return kind is { } probe ? WriteChecksAsync(context, health.Read(probe)) : WriteMetricsAsync(context);
    }

    private static async Task WriteChecksAsync(HttpContext context, IReadOnlyList<(string Name, CheckResult Result)> checks)
    {
        var healthy = checks.All(check => check.Result.Healthy);
        var buffer = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString(Status, Word(healthy));
            json.WriteStartObject("checks");
            foreach (var (name, result) in checks)
            {
                json.WriteStartObject(name);
                json.WriteString(Status, Word(result.Healthy));
                json.WriteString("detail", result.Detail);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        var status = healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await WriteAsync(context, status, "application/json", buffer.WrittenMemory);

        static string Word(bool healthy) => healthy ? "ok" : "failing";
    }

    private async Task WriteMetricsAsync(HttpContext context)
    {
        if (await telemetry.ScrapeAsync(context.RequestAborted) is { } text)
            await WriteAsync(context, StatusCodes.Status200OK, PrometheusExporter.ContentType, text);
        else
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
    }

    private static Task WriteAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
