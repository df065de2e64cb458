namespace Workers.Bench.Measuring;

/// <summary>Percentiles by nearest rank: always a value that was really measured.</summary>
internal static class Percentile
{
    /// <summary>The smallest value that at least <paramref name="rank"/> of all do not exceed.</summary>
    /// <param name="values">At least one value, in any order.</param>
    /// <param name="rank">Between 0 (exclusive) and 1, e.g. 0.99.</param>
    public static double Of(IEnumerable<double> values, double rank)
    {
        double[] sorted = [.. values.Order()];
        return sorted[Math.Max(0, (int)Math.Ceiling(rank * sorted.Length) - 1)];
    }
}
