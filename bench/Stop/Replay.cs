using Workers.Bench.Measuring;
using Workers.Bench.Reporting;

namespace Workers.Bench.Stop;

/// <summary>
/// How fast a backlog of stops is worked off whose games are stopped already: no engine in the way, so this is the
/// worker's own pace. Every envelope still takes its lease, writes its operation log row and publishes its outcome.
/// </summary>
internal sealed class Replay(TestBed bed, Scale scale) : IMeasurement
{
    private const double LimitRatio = 5;
    private const string ErrorCode = "replay_no_op";

    public string Name => "replay";

    public async Task<Findings> RunAsync(CancellationToken cancellationToken)
    {
        var ours = new List<(double Rate, Cost Cost)>();
        var reference = new List<(double Rate, Cost Cost)>();
        for (var round = 0; round < scale.ReplayRounds; round++)
        {
            reference.Add(await ReferenceAsync(cancellationToken));
            ours.Add(await OursAsync(cancellationToken));
        }

        return new Findings(
        [
            new Row(Name, $"envelopes per second, backlog of {scale.ReplayEntries:N0}", "/s", Spread.Of(ours.Select(run => run.Rate)))
            {
                Baseline = Spread.Of(reference.Select(run => run.Rate)), BaselineName = "sequential loop", Limit = Limit.RatioAtLeast(LimitRatio),
            },
        ])
        {
            // The last round's: the servers are as warm as they get.
            Costs = [ours[^1].Cost, reference[^1].Cost],
            Notes =
            [
                $"replay: the sequential loop worked off {scale.ReferenceEntries:N0} entries a round; rates are outcomes over the time"
                + " from the first to the last; every operation log row was counted",
            ],
        };
    }

    private async Task<(double Rate, Cost Cost)> OursAsync(CancellationToken cancellationToken)
    {
        await using var slate = await LoadedSlateAsync(scale.ReplayEntries, cancellationToken);
        await using var worker = slate.StartWorker();
        var meter = await CostMeter.StartAsync(slate.Streams.Redis, slate.Postgres, () => worker.CpuTime);
        await slate.Streams.OutcomesAsync(scale.ReplayEntries, worker.ThrowIfExited, cancellationToken);
        var cost = await meter.PerEnvelopeAsync("worker, its start included", scale.ReplayEntries);

        await slate.ConfirmAsync(scale.ReplayEntries, ErrorCode, cancellationToken);
        await worker.StopAsync(cancellationToken);
        return (await RateAsync(slate, scale.ReplayEntries), cost);
    }

    private async Task<(double Rate, Cost Cost)> ReferenceAsync(CancellationToken cancellationToken)
    {
        await using var slate = await LoadedSlateAsync(scale.ReferenceEntries, cancellationToken);
        await using var loop = await ReferenceLoop.ConnectAsync(bed.Redis, slate.Postgres, engineSocket: null, cancellationToken);
        var meter = await CostMeter.StartAsync(
            slate.Streams.Redis, slate.Postgres, () => ProcessFacts.CpuTime(Environment.ProcessId));
        await loop.RunAsync(scale.ReferenceEntries, cancellationToken);
        var cost = await meter.PerEnvelopeAsync("sequential loop", scale.ReferenceEntries);

        await slate.ConfirmAsync(scale.ReferenceEntries, ErrorCode, cancellationToken);
        return (await RateAsync(slate, scale.ReferenceEntries), cost);
    }

    private async Task<StopSlate> LoadedSlateAsync(int entries, CancellationToken cancellationToken)
    {
        var slate = await bed.CleanSlateAsync(cancellationToken);
        await slate.Tables.AddStoppedAsync(scale.ReplayGames, cancellationToken);
        await slate.Streams.RequestAsync(entries, scale.ReplayGames, cancellationToken);
        await slate.CheckpointAsync(cancellationToken);
        return slate;
    }

    private static async Task<double> RateAsync(StopSlate slate, int entries) =>
        (entries - 1) / (await slate.Streams.OutcomesTookAsync()).TotalSeconds;
}
