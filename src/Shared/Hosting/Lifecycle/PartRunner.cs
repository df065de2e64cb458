using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Workers.Hosting.Probes;

namespace Workers.Hosting.Lifecycle;

/// <summary>Runs the parts, and ends them in the order that invariant 10 asks for.</summary>
internal sealed class PartRunner(
    PartList parts,
    IServiceProvider services,
    HealthRegistry health,
    ShutdownOptions options,
    TimeProvider time,
    IHostApplicationLifetime application,
    ILogger<PartRunner> logger) : IDisposable
{
    /// <summary>
    /// What parts have, once the grace period is over, to hand back what they hold; who needs longer is left behind.
    /// </summary>
    public static readonly TimeSpan HandBackPeriod = TimeSpan.FromSeconds(3);

    /// <summary>Name of the check that is red while parts are being started and once they are asked to stop.</summary>
    public const string Check = "worker";

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _work = new();
    private readonly List<(IWorkerPart Part, Task Run)> _running = [];

    /// <summary>Whether something went wrong that the exit code has to tell.</summary>
    public bool Failed { get; private set; }

    /// <summary>Starts every part. A part that cannot be made stops the worker as one that threw would.</summary>
    public void Start()
    {
        ReportStarting();
        foreach (var create in parts.Factories)
        {
            try
            {
                var part = create(services);
                _running.Add((part, WatchAsync(part)));
            }
#pragma warning disable CA1031 // The top of every part: whatever it threw has to end the worker in order.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Fail(() => logger.PartNotCreated(e));
                return;
            }
        }

        health.Report(Check, ProbeKind.Startup, healthy: true);
        health.Report(Check, ProbeKind.Ready, healthy: true);
    }

    /// <summary>Red until the parts run: a worker without checks must not look ready.</summary>
    public void ReportStarting()
    {
        health.Report(Check, ProbeKind.Startup, healthy: false, "starting");
        health.Report(Check, ProbeKind.Ready, healthy: false, "starting");
    }

    /// <summary>Stop accepting, drain, hand back, dispose. Never throws.</summary>
    public async Task StopAsync()
    {
        // First, so that nobody is sent here any more.
        health.Report(Check, ProbeKind.Ready, healthy: false, "stopping");
        logger.Stopping(options.GracePeriod);

        // Then everyone at once: a part may wait for another to drain.
        await CancelAsync(_stop);
        if (!await EndedWithinAsync(options.GracePeriod))
        {
            logger.GracePeriodOver(options.GracePeriod, Unfinished());
            await CancelAsync(_work);
            if (!await EndedWithinAsync(HandBackPeriod))
                Fail(() => logger.LeftBehind(Unfinished(), HandBackPeriod));
        }

        await DisposePartsAsync();
    }

    public void Dispose()
    {
        _stop.Dispose();
        _work.Dispose();
    }

    private async Task WatchAsync(IWorkerPart part)
    {
        try
        {
            await part.RunAsync(new WorkerTokens(_stop.Token, _work.Token));
            if (!_stop.IsCancellationRequested)
                Fail(() => logger.PartEnded(part.Name));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // What the stop interrupted is run again by whoever comes next.
        }
#pragma warning disable CA1031 // The top of every part: whatever it threw has to end the worker in order.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(() => logger.PartFailed(part.Name, e));
        }
    }

    private void Fail(Action log)
    {
        log();
        Failed = true;
        application.StopApplication();
    }

    private async Task CancelAsync(CancellationTokenSource source)
    {
        try
        {
            await source.CancelAsync();
        }
        catch (AggregateException e)
        {
            // A callback of one part threw; the others have run, and the shutdown goes on.
            Fail(() => logger.CancelCallbackFailed(e));
        }
    }

    private async Task<bool> EndedWithinAsync(TimeSpan limit)
    {
        try
        {
            await Task.WhenAll(_running.Select(running => running.Run)).WaitAsync(limit, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private string Unfinished() =>
        string.Join(", ", _running.Where(running => !running.Run.IsCompleted).Select(running => running.Part.Name));

    private async Task DisposePartsAsync()
    {
        // One that was left behind still uses what it holds.
        foreach (var (part, run) in _running.AsEnumerable().Reverse().Where(running => running.Run.IsCompleted))
        {
            try
            {
                if (part is IAsyncDisposable asyncDisposable) await asyncDisposable.DisposeAsync();
                else (part as IDisposable)?.Dispose();
            }
#pragma warning disable CA1031 // One part's clean-up must not keep the others, or the flush of telemetry, from theirs.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Fail(() => logger.DisposeFailed(part.Name, e));
            }
        }
    }
}
