using System.Diagnostics;
using System.Globalization;
using Workers.Bench.Reporting;

namespace Workers.Bench.Stop;

/// <summary>
/// How long many containers that need two seconds each take: from the first <c>XADD</c> to the last outcome, beside one
/// <c>docker stop</c> of as many, and beside the same worker that stops one at a time.
/// </summary>
internal sealed class ParallelStop(TestBed bed, Scale scale) : IMeasurement
{
    private const double LimitRatio = 1.2;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);
    private readonly Peers.DockerCli _docker = new(bed.Docker);

    public string Name => "parallel";

    public async Task<Findings> RunAsync(CancellationToken cancellationToken)
    {
        var ours = new List<double>();
        var command = new List<double>();
        for (var round = 0; round < scale.ContainerRounds; round++)
        {
            command.Add(await CommandAsync(cancellationToken));
            ours.Add(await WorkerAsync(scale.Containers, concurrency: null, cancellationToken));
        }

        var oneByOne = await WorkerAsync(scale.OneByOneContainers, concurrency: 1, cancellationToken);
        var what = $"{scale.Containers} containers of 2 s, first XADD to last outcome";
        return new Findings(
        [
            new Row(Name, what, "s", Spread.Of(ours))
            {
                Baseline = Spread.Of(command), BaselineName = "one docker stop", Limit = Limit.RatioAtMost(LimitRatio),
            },
            new Row(Name, what, "s", Spread.Of(ours))
            {
                Baseline = Spread.Once(oneByOne * scale.Containers / scale.OneByOneContainers), BaselineName = "MaxConcurrency=1",
            },
        ])
        {
            Notes =
            [
                $"parallel: the MaxConcurrency=1 time was measured with {scale.OneByOneContainers} containers and scaled to {scale.Containers}",
            ],
        };
    }

    private async Task<double> CommandAsync(CancellationToken cancellationToken)
    {
        var containers = await _docker.RunSlowContainersAsync(scale.Containers, cancellationToken);
        try
        {
            var start = Stopwatch.GetTimestamp();
            await _docker.StopAsync(containers, Grace, cancellationToken);
            var took = Stopwatch.GetElapsedTime(start).TotalSeconds;
            await ConfirmStoppedAsync(containers, cancellationToken);
            return took;
        }
        finally
        {
            await _docker.RemoveAsync(containers);
        }
    }

    private async Task<double> WorkerAsync(int count, int? concurrency, CancellationToken cancellationToken)
    {
        await using var slate = await bed.CleanSlateAsync(cancellationToken);
        var containers = await _docker.RunSlowContainersAsync(count, cancellationToken);
        try
        {
            await slate.Tables.AddRunningAsync(containers, cancellationToken);
            (string, string)[] settings = concurrency is { } bound
                ? [("StopJobs__MaxConcurrency", bound.ToString(CultureInfo.InvariantCulture))]
                : [];
            await using var worker = slate.StartWorker(settings);
            await worker.ReadyAsync(cancellationToken);

            var start = Stopwatch.GetTimestamp();
            await slate.Streams.RequestAsync(count, games: count, cancellationToken);
            await slate.Streams.OutcomesAsync(count, worker.ThrowIfExited, cancellationToken);
            var took = Stopwatch.GetElapsedTime(start).TotalSeconds;

            await ConfirmStoppedAsync(containers, cancellationToken);
            await slate.ConfirmAsync(count, errorCode: "", cancellationToken);
            await worker.StopAsync(cancellationToken);
            return took;
        }
        finally
        {
            await _docker.RemoveAsync(containers);
        }
    }

    private async Task ConfirmStoppedAsync(IReadOnlyList<string> containers, CancellationToken cancellationToken)
    {
        var running = await _docker.RunningAsync(containers, cancellationToken);
        if (running > 0) throw new InvalidOperationException($"{running} of {containers.Count} containers still run.");
    }
}
