using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Workers.Messaging;

/// <summary>
/// Keeps what cannot be decoded, whole: <c>entry_id</c>, <c>fields</c>, <c>error</c>, <c>at_ms</c> on <c>{stream}:dead</c>.
/// </summary>
/// <remarks>
/// <c>fields</c> is a JSON array of <c>{"name","value"}</c> objects in the order of the entry, since a stream allows repeated
/// names. Bytes that are not UTF-8 stand as <c>name_base64</c> or <c>value_base64</c> instead.
/// </remarks>
public static class DeadLetter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The stream that takes dead letters of <paramref name="stream"/>.</summary>
    public static string StreamOf(string stream) => stream + ":dead";

    /// <summary>The dead letter of <paramref name="entry"/>.</summary>
    public static StreamAppend Of(string stream, StreamEntry entry, string error, DateTimeOffset at, long maxLength = 0) =>
        new(StreamOf(stream),
        [
            new("entry_id", entry.Id.ToString()),
            new("fields", Json(entry)),
            new("error", error),
            new("at_ms", at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
        ], maxLength);

    private static string Json(StreamEntry entry)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartArray();
            foreach (var (name, value) in entry.Fields)
            {
                json.WriteStartObject();
                Write(json, "name", name);
                Write(json, "value", value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, string property, byte[] bytes)
    {
        if (Utf8.IsValid(bytes)) json.WriteString(property, bytes);
        else json.WriteBase64String(property + "_base64", bytes);
    }
}
