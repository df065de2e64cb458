using System.Text.Json;

namespace Workers.Testing;

/// <summary>What <c>operation_log.details</c> keeps of a stop.</summary>
public sealed record PlatformReceipt(
    PlatformResult Published, int? ExitCode, bool? Killed, long? StopMilliseconds, string? Inspected, string? Reason)
{
    public static PlatformReceipt Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var details = document.RootElement;
        return new PlatformReceipt(
            PlatformResult.From(details),
            Find("exit_code")?.GetInt32(), Find("killed")?.GetBoolean(), Find("stop_ms")?.GetInt64(),
            Find("inspected")?.GetString(), Find("reason")?.GetString());

        JsonElement? Find(string name) =>
            details.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }
}
