namespace Workers.Reliability.Tests;

/// <summary>When another actor held a game's lease, as far as it can tell: from within the first pair to within the last.</summary>
/// <param name="Before">Not held before this.</param>
/// <param name="From">Held for sure from here …</param>
/// <param name="Until">… to here.</param>
/// <param name="After">Not held after this.</param>
/// <param name="StolenBy">Who had it when it was to be given back; null for nobody else.</param>
internal sealed record ForeignLease(
    DateTimeOffset Before, DateTimeOffset From, DateTimeOffset Until, DateTimeOffset After, string? StolenBy)
{
    /// <summary>Whether it may have been held at some moment of the span.</summary>
    public bool MayTouch(DateTimeOffset from, DateTimeOffset to) => Before <= to && from <= After;

    /// <summary>Whether it was held through the whole span, for sure.</summary>
    public bool Covers(DateTimeOffset from, DateTimeOffset to) => From <= from && to <= Until;
}
