using System.Text.Json;
using Workers.Runtimes;

namespace Workers.Adapters.Postgres.Receipts;

/// <summary>A stop's receipt as <c>operation_log.details</c> keeps it.</summary>
internal static class ReceiptJson
{
    public static string Write(StopReceipt receipt) =>
        JsonSerializer.Serialize(ToDocument(receipt), ReceiptJsonContext.Default.ReceiptDocument);

    /// <summary>Reads what <see cref="Write"/> wrote, in this version or another.</summary>
    /// <exception cref="JsonException">It is not a receipt; the message says where.</exception>
    public static StopReceipt Read(string json)
    {
        var document = JsonSerializer.Deserialize(json, ReceiptJsonContext.Default.ReceiptDocument)
            ?? throw new JsonException("The receipt is null.");
        return ToReceipt(document);
    }

    private static ReceiptDocument ToDocument(StopReceipt receipt) => new()
    {
        GameId = receipt.Published.GameId,
        Outcome = receipt.Published.Outcome,
        ContainerId = receipt.Published.ContainerId,
        EngineEndpoint = receipt.Published.EngineEndpoint,
        ErrorCode = receipt.Published.ErrorCode,
        ErrorMessage = receipt.Published.ErrorMessage,
        HealthEvent = receipt.HealthEvent is not { } seen ? null : new HealthEventDocument
        {
            GameId = seen.GameId,
            ContainerId = seen.ContainerId,
            EventType = seen.EventType,
            OccurredAt = seen.OccurredAt,
            Details = seen.Details,
        },
        ExitCode = receipt.ExitCode,
        Killed = receipt.Killed,
        StopMs = receipt.StopMilliseconds,
        Inspected = receipt.Inspected,
        Reason = receipt.Reason,
    };

    private static StopReceipt ToReceipt(ReceiptDocument document) => new()
    {
        Published = new StopOutcome
        {
            GameId = document.GameId,
            Outcome = document.Outcome,
            ContainerId = document.ContainerId,
            EngineEndpoint = document.EngineEndpoint,
            ErrorCode = document.ErrorCode,
            ErrorMessage = document.ErrorMessage,
        },
        HealthEvent = document.HealthEvent is not { } seen
            ? null
            : new HealthEvent(seen.GameId, seen.ContainerId, seen.EventType, seen.OccurredAt, seen.Details),
        ExitCode = document.ExitCode,
        Killed = document.Killed,
        StopMilliseconds = document.StopMs,
        Inspected = document.Inspected,
        Reason = document.Reason,
    };
}
