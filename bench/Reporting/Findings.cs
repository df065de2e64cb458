namespace Workers.Bench.Reporting;

/// <summary>What one measurement has to say.</summary>
internal sealed record Findings(IReadOnlyList<Row> Rows)
{
    public IReadOnlyList<Cost> Costs { get; init; } = [];

    /// <summary>Whatever a reader needs in order not to misread the rows.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
