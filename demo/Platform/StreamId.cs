using System.Globalization;

namespace Workers.Demo.Platform;

/// <summary>Id of a stream entry, in the stream's order.</summary>
/// <param name="Milliseconds">Redis' clock when the entry was added, in Unix milliseconds.</param>
/// <param name="Sequence">Tells entries of one millisecond apart.</param>
internal readonly record struct StreamId(long Milliseconds, long Sequence)
{
    public static StreamId Parse(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return new StreamId(
            long.Parse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture),
            long.Parse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture));
    }

    public bool IsAtOrAfter(StreamId other) =>
        Milliseconds > other.Milliseconds || (Milliseconds == other.Milliseconds && Sequence >= other.Sequence);

    public override string ToString() => $"{Milliseconds}-{Sequence}";
}
