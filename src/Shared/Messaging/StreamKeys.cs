namespace Workers.Messaging;

/// <summary>Redis keys of a stream label.</summary>
public static class StreamKeys
{
    /// <summary>String: id of the last entry below which everything is committed.</summary>
    public static string Offset(string label) => $"runtime:stream_offsets:{label}";

    /// <summary>Set: ids of entries above the offset that are committed.</summary>
    public static string Done(string label) => $"runtime:stream_done:{label}";

    /// <summary>Hash with an expiry: the present owner's <c>instance</c>, <c>epoch</c> and <c>engine_id</c>.</summary>
    public static string Owner(string label) => $"runtime:stream_owner:{label}";

    /// <summary>Hash without expiry: the last <c>epoch</c> given out, the last owner's <c>instance</c> and <c>engine_id</c>, and how many entries were ever <c>committed</c>.</summary>
    public static string State(string label) => $"runtime:stream_state:{label}";
}
