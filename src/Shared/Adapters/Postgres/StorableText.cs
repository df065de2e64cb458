using System.Text;

namespace Workers.Adapters.Postgres;

/// <summary>
/// What PostgreSQL's text can hold: everything but U+0000 and halves of surrogate pairs. A game id comes from a message,
/// and a message may hold anything; asking the server would fail the same way on every retry.
/// </summary>
internal static class StorableText
{
    private const char NullSymbol = '\u2400';

    /// <summary>Whether the text can be stored as it is. A key for which this is false is in no table.</summary>
    public static bool IsStorable(string text) => ReferenceEquals(Clean(text), text);

    /// <summary>
    /// The text as the log keeps it: U+0000 shown as <c>␀</c> (U+2400), half a surrogate pair as U+FFFD, and anything
    /// else untouched.
    /// </summary>
    public static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\ud800', '\udfff')) return text.Replace('\0', NullSymbol);

        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            clean.Append(rune.Value == 0 ? NullSymbol.ToString() : rune.ToString());

        return clean.Equals(text) ? text : clean.ToString();
    }
}
