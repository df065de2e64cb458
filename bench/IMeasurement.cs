using Workers.Bench.Reporting;

namespace Workers.Bench;

/// <summary>One question with rows for an answer.</summary>
internal interface IMeasurement
{
    /// <summary>What <c>--only</c> calls it.</summary>
    string Name { get; }

    /// <summary>
    /// Measures. Throws when what was measured did not do its work (a row is missing, an outcome is wrong): a number
    /// for work that was not done is worse than none.
    /// </summary>
    Task<Findings> RunAsync(CancellationToken cancellationToken);
}
