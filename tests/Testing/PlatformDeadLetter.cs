using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Workers.Testing;

/// <summary>An entry of <c>runtime:stop_jobs:dead</c>, its fields decoded back to what was sent.</summary>
/// <param name="EntryId">The entry that could not be decoded.</param>
/// <param name="Fields">Its fields, byte for byte (as Latin-1 text, so that they compare and print).</param>
/// <param name="Error">Why.</param>
/// <param name="At">When it was dead-lettered.</param>
public sealed record PlatformDeadLetter(
    string EntryId, IReadOnlyList<KeyValuePair<string, string>> Fields, string Error, DateTimeOffset At)
{
    /// <summary>Reads an entry; fails unless it has exactly the four fields.</summary>
    public static PlatformDeadLetter From(PlatformEntry entry)
    {
        entry.ShouldHaveExactly("entry_id", "fields", "error", "at_ms");

        using var fields = JsonDocument.Parse(entry["fields"]);
        return new PlatformDeadLetter(
            entry["entry_id"],
            [.. fields.RootElement.EnumerateArray().Select(field => KeyValuePair.Create(Sent(field, "name"), Sent(field, "value")))],
            entry["error"],
            DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(entry["at_ms"], CultureInfo.InvariantCulture)));
    }

    /// <summary>Bytes as <see cref="Fields"/> shows them.</summary>
    public static string Show(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private static string Sent(JsonElement field, string property) => Show(
        field.TryGetProperty(property, out var text)
            ? Encoding.UTF8.GetBytes(text.GetString()!)
            : field.GetProperty(property + "_base64").GetBytesFromBase64());
}
