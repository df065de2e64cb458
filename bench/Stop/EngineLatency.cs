using System.Diagnostics;
using Workers.Bench.Measuring;
using Workers.Bench.Peers;
using Workers.Bench.Reporting;

namespace Workers.Bench.Stop;

/// <summary>
/// How long an order takes to reach the engine: from just before <c>XADD</c> is sent to the stop call's arrival at the
/// engine, both on this process' clock. One stop at a time, the worker idle before each.
/// </summary>
internal sealed class EngineLatency(TestBed bed, Scale scale) : IMeasurement
{
    private const double LimitMilliseconds = 5;
    private static readonly TimeSpan OutcomeLimit = TimeSpan.FromSeconds(10);
    // Think time between stops: the next one finds the worker blocked in its read, not still tidying up.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public string Name => "latency";

    public async Task<Findings> RunAsync(CancellationToken cancellationToken)
    {
        var ours = new List<Samples>();
        var reference = new List<Samples>();
        for (var round = 0; round < scale.LatencyRounds; round++)
        {
            ours.Add(await RoundAsync(OursAsync, cancellationToken));
            reference.Add(await RoundAsync(ReferenceAsync, cancellationToken));
        }

        return new Findings(
        [
            Row("XADD to the engine's stop call, p50", samples => samples.ToEngine, 0.50),
            Row("XADD to the engine's stop call, p99", samples => samples.ToEngine, 0.99) with { Limit = Limit.Below(LimitMilliseconds) },
            Row("XADD to the outcome read, p50", samples => samples.ToOutcome, 0.50),
            Row("XADD to the outcome read, p99", samples => samples.ToOutcome, 0.99),
        ])
        {
            Notes = [$"latency: {scale.LatencySamples} stops a round, one at a time, after {scale.LatencyWarmUp} to warm up; spread is over rounds"],
        };

        Row Row(string what, Func<Samples, IEnumerable<double>> values, double rank) =>
            new(Name, what, "ms", Spread.Of(ours.Select(samples => Percentile.Of(values(samples), rank))))
            {
                Baseline = Spread.Of(reference.Select(samples => Percentile.Of(values(samples), rank))),
                BaselineName = "sequential loop",
            };
    }

    private async Task<Samples> RoundAsync(
        Func<StopSlate, FakeEngine, Func<Task<Samples>>, CancellationToken, Task<Samples>> subject, CancellationToken cancellationToken)
    {
        await using var slate = await bed.CleanSlateAsync(cancellationToken);
        await using var engine = await FakeEngine.StartAsync(Path.Combine(bed.Directory, "engine.sock"), cancellationToken);
        var count = scale.LatencyWarmUp + scale.LatencySamples;
        await slate.Tables.AddRunningAsync(Enumerable.Range(0, count).Select(Container), cancellationToken);
        await slate.CheckpointAsync(cancellationToken);

        var samples = await subject(slate, engine, () => SampleAsync(slate.Streams, engine, count, cancellationToken), cancellationToken);

        await slate.ConfirmAsync(count, errorCode: "", cancellationToken);
        return samples;
    }

    private static async Task<Samples> OursAsync(
        StopSlate slate, FakeEngine engine, Func<Task<Samples>> sample, CancellationToken cancellationToken)
    {
        await using var worker = slate.StartWorker(("Docker__Endpoint", engine.Endpoint));
        await worker.ReadyAsync(cancellationToken);
        var samples = await sample();
        await worker.StopAsync(cancellationToken);
        return samples;
    }

    private async Task<Samples> ReferenceAsync(
        StopSlate slate, FakeEngine engine, Func<Task<Samples>> sample, CancellationToken cancellationToken)
    {
        await using var loop = await ReferenceLoop.ConnectAsync(bed.Redis, slate.Postgres, engine.Socket, cancellationToken);
        var running = loop.RunAsync(scale.LatencyWarmUp + scale.LatencySamples, cancellationToken);
        var samples = await sample();
        await running;
        return samples;
    }

    private async Task<Samples> SampleAsync(StopStreams streams, FakeEngine engine, int count, CancellationToken cancellationToken)
    {
        var samples = new Samples([], []);
        var after = "0-0";
        for (var i = 0; i < count; i++)
        {
            var gameId = StopStreams.Game(i);
            var stopCall = engine.StopCallAsync(Container(i));
            var outcome = streams.NextOutcomeAsync(after, OutcomeLimit, cancellationToken);

            var start = Stopwatch.GetTimestamp();
            await streams.RequestAsync(gameId);
            (after, var fields) = await outcome;
            var end = Stopwatch.GetTimestamp();

            if (fields["game_id"] != gameId || fields["outcome"] != "success" || fields["error_code"].Length > 0)
                throw new InvalidOperationException($"The outcome of {gameId} is {string.Join(' ', fields)}.");
            if (i >= scale.LatencyWarmUp)
            {
                samples.ToEngine.Add(Stopwatch.GetElapsedTime(start, await stopCall).TotalMilliseconds);
                samples.ToOutcome.Add(Stopwatch.GetElapsedTime(start, end).TotalMilliseconds);
            }

            await Task.Delay(Pause, cancellationToken);
        }

        return samples;
    }

    // As long as a real one.
    private static string Container(int index) => $"{index:x64}";

    private sealed record Samples(List<double> ToEngine, List<double> ToOutcome);
}
