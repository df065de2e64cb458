using System.Diagnostics;
using System.Globalization;
using Workers.Bench.Measuring;
using Workers.Bench.Reporting;

namespace Workers.Bench;

/// <summary>Runs the wanted measurements one after the other: two at once would measure each other.</summary>
internal static class Runner
{
    public static async Task<Report> RunAsync(
        BenchOptions options, TestBed bed, IReadOnlyList<IMeasurement> measurements, CancellationToken cancellationToken)
    {
        var machine = await MachineFacts.CollectAsync(bed, cancellationToken);
        var findings = new List<Findings>();
        var broken = new List<string>();
        foreach (var measurement in measurements.Where(measurement => options.Wants(measurement.Name)))
        {
            var started = Stopwatch.GetTimestamp();
            await Console.Error.WriteLineAsync($"bench: {measurement.Name} …");
            try
            {
                findings.Add(await measurement.RunAsync(cancellationToken));
            }
            // The others are still worth their time; this one is reported as broken and decides the exit code.
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync($"bench: {measurement.Name} broke: {failure}");
                broken.Add($"{measurement.Name}: {failure.Message}");
            }

            var took = Stopwatch.GetElapsedTime(started).TotalSeconds.ToString("F0", CultureInfo.InvariantCulture);
            await Console.Error.WriteLineAsync($"bench: {measurement.Name} took {took} s");
        }

        return new Report(options.Suite, options.Quick, machine)
        {
            Rows = [.. findings.SelectMany(finding => finding.Rows)],
            Costs = [.. findings.SelectMany(finding => finding.Costs)],
            Notes = [.. findings.SelectMany(finding => finding.Notes)],
            Broken = broken,
        };
    }
}
