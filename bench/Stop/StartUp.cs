using Workers.Bench.Reporting;

namespace Workers.Bench.Stop;

/// <summary>
/// How long a process takes to be ready, with its servers up and its schema in place: from its start to the first 200 of
/// <c>/healthz/ready</c>. As shipped (compiled ahead of time), beside the same worker compiled as it runs.
/// </summary>
internal sealed class StartUp(TestBed bed, Scale scale) : IMeasurement
{
    private const double LimitMilliseconds = 300;

    public string Name => "start";

    public async Task<Findings> RunAsync(CancellationToken cancellationToken)
    {
        var shipped = await bed.PublishAsync(readyToRun: true, cancellationToken);
        var jitted = await bed.PublishAsync(readyToRun: false, cancellationToken);
        await using var slate = await bed.CleanSlateAsync(cancellationToken);

        // The first start of each reads its files from the disk: every machine pays that once, and nobody twice.
        await OnceAsync(slate, shipped, cancellationToken);
        await OnceAsync(slate, jitted, cancellationToken);

        var ours = new List<double>();
        var baseline = new List<double>();
        for (var i = 0; i < scale.Starts; i++)
        {
            ours.Add(await OnceAsync(slate, shipped, cancellationToken));
            baseline.Add(await OnceAsync(slate, jitted, cancellationToken));
        }

        return new Findings(
        [
            new Row(Name, "process start to ready", "ms", Spread.Of(ours))
            {
                Baseline = Spread.Of(baseline), BaselineName = "without ReadyToRun", Limit = Limit.Below(LimitMilliseconds),
            },
        ]);
    }

    private static async Task<double> OnceAsync(StopSlate slate, string executable, CancellationToken cancellationToken)
    {
        await using var worker = slate.StartWorker(executable);
        var ready = await worker.ReadyAsync(cancellationToken);
        await worker.StopAsync(cancellationToken);
        return ready.TotalMilliseconds;
    }
}
