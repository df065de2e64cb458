namespace Workers.Bench.Reporting;

/// <summary>One number and how far its repetitions lie apart.</summary>
/// <param name="Median">Median of the repetitions.</param>
/// <param name="Low">Smallest.</param>
/// <param name="High">Largest.</param>
/// <param name="Count">How many there were.</param>
internal sealed record Spread(double Median, double Low, double High, int Count)
{
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0) throw new ArgumentException("There is no spread of nothing.", nameof(values));

        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1], sorted.Length);
    }

    public static Spread Once(double value) => new(value, value, value, 1);
}
