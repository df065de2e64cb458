namespace Workers.Bench.Reporting;

/// <summary>One line of the table.</summary>
/// <param name="Measurement">Name of the measurement it belongs to.</param>
/// <param name="What">What was measured.</param>
/// <param name="Unit">Unit of both numbers.</param>
/// <param name="Ours">The worker's number.</param>
internal sealed record Row(string Measurement, string What, string Unit, Spread Ours)
{
    /// <summary>The number of what ours is compared with; null when there is nothing to compare with.</summary>
    public Spread? Baseline { get; init; }

    /// <summary>What <see cref="Baseline"/> is.</summary>
    public string BaselineName { get; init; } = "";

    public Limit? Limit { get; init; }

    /// <summary>Median of ours over median of the baseline.</summary>
    public double? Ratio => Baseline is { Median: > 0 } ? Ours.Median / Baseline.Median : null;

    /// <summary>Whether the limit is held; null when there is none.</summary>
    public bool? Held => Limit?.HeldBy(Ours.Median, Ratio);
}
