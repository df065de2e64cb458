namespace Workers.Bench.Reporting;

/// <summary>How a <see cref="Limit"/> compares.</summary>
internal enum LimitKind
{
    /// <summary>Our own number stays below the limit, in the row's unit.</summary>
    Below,

    /// <summary>Our number divided by the baseline's is at most the limit.</summary>
    RatioAtMost,

    /// <summary>Our number divided by the baseline's is at least the limit.</summary>
    RatioAtLeast,
}
