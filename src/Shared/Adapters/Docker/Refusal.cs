using System.Net;
using System.Text;
using System.Text.Json;
using Workers.Runtimes;

namespace Workers.Adapters.Docker;

/// <summary>An answer that is not the one hoped for, with the engine's own words for it.</summary>
/// <param name="Status">Of the answer.</param>
/// <param name="EngineMessage">The engine's message; null when the body is not the engine's, but a proxy's page, say.</param>
/// <param name="Description">What to tell an operator.</param>
internal sealed record Refusal(HttpStatusCode Status, string? EngineMessage, string Description)
{
    /// <summary>Bytes of a body that are looked at; an error of the engine is a line of JSON.</summary>
    private const int MaxBody = 64 * 1024;

    private const int MaxMessage = 500;

    /// <summary>Whether the engine itself says so. Some calls put their own words in front: "Cannot kill container: x: No such container: x".</summary>
    public bool IsNoSuchContainer => Status == HttpStatusCode.NotFound && Says("No such container");

    /// <summary>Whether the engine itself says that there is nothing to kill.</summary>
    public bool IsNotRunning => Status == HttpStatusCode.Conflict && Says("is not running");

    /// <summary>Reads what the engine says of its refusal, within bounds.</summary>
    public static async Task<Refusal> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxBody];
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);

        var body = buffer.AsMemory(0, length);
        var message = MessageOf(body.Span);
        var words = message ?? (response.Content.Headers.ContentType?.MediaType == "text/plain" ? FirstLine(Encoding.UTF8.GetString(body.Span)) : null);
        return new Refusal(response.StatusCode, message, words ?? $"unexpected answer {(int)response.StatusCode} that is not the engine's");
    }

    /// <summary>The refusal as the port's exceptions: whether it may pass by itself is the status' to say.</summary>
    public Exception ToException() => IsPassing
        ? DockerFaults.Unavailable(Description)
        : new ContainerEngineException(Description);

    private bool IsPassing => (int)Status >= 500 || Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;

    private bool Says(string words) => EngineMessage?.Contains(words, StringComparison.OrdinalIgnoreCase) == true;

    private static string? MessageOf(ReadOnlySpan<byte> body)
    {
        try
        {
            return FirstLine(JsonSerializer.Deserialize(body, DockerJson.Default.EngineError)?.Message);
        }
        catch (JsonException)
        {
            // Whoever wrote this, it was not the engine.
            return null;
        }
    }

    private static string? FirstLine(string? text)
    {
        var line = text?.Trim().Split('\n', 2)[0].TrimEnd();
        return line switch
        {
            null or "" => null,
            { Length: > MaxMessage } => line[..MaxMessage] + "…",
            _ => line,
        };
    }
}
