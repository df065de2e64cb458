using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Workers.Messaging;

/// <summary>Id of a stream entry: Unix milliseconds and a sequence number, ordered by both.</summary>
public readonly record struct StreamEntryId(ulong Milliseconds, ulong Sequence) : IComparable<StreamEntryId>
{
    /// <summary><c>0-0</c>: before every entry.</summary>
    public static readonly StreamEntryId Zero;

    /// <summary>Parses <c>ms-seq</c>, or a bare <c>ms</c> as <c>ms-0</c>.</summary>
    /// <exception cref="FormatException">The text is not an entry id.</exception>
    public static StreamEntryId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a stream entry id (milliseconds-sequence).");

    /// <summary>As <see cref="Parse"/>, without the exception.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out StreamEntryId id)
    {
        id = Zero;
        if (text is null) return false;

        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var milliseconds = dash < 0 ? text : text.AsSpan(0, dash);
        var sequence = dash < 0 ? "0" : text.AsSpan(dash + 1);
        if (!TryParsePart(milliseconds, out var first) || !TryParsePart(sequence, out var second)) return false;

        id = new StreamEntryId(first, second);
        return true;
    }

    public int CompareTo(StreamEntryId other)
    {
        var byTime = Milliseconds.CompareTo(other.Milliseconds);
        return byTime != 0 ? byTime : Sequence.CompareTo(other.Sequence);
    }

    public static bool operator <(StreamEntryId left, StreamEntryId right) => left.CompareTo(right) < 0;

    public static bool operator >(StreamEntryId left, StreamEntryId right) => left.CompareTo(right) > 0;

    public static bool operator <=(StreamEntryId left, StreamEntryId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(StreamEntryId left, StreamEntryId right) => left.CompareTo(right) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Milliseconds}-{Sequence}");

    private static bool TryParsePart(ReadOnlySpan<char> text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && !text.Contains('\0');
}
