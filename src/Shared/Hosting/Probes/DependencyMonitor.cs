using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Workers.Hosting.Probes;

/// <summary>
/// Asks every dependency at an interval and reports the answer to the ready probe, so that a probe request itself never
/// touches the network.
/// </summary>
public sealed class DependencyMonitor(
    IEnumerable<Dependency> dependencies, HealthRegistry health, TimeProvider time, ILogger<DependencyMonitor> logger) : IWorkerPart
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan IntervalWhileDown = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Dependency[] _dependencies = [.. dependencies];

    public string Name => "dependencies";

    public Task RunAsync(WorkerTokens tokens)
    {
        foreach (var dependency in _dependencies)
            health.Report(dependency.Name, ProbeKind.Ready, healthy: false, "not asked yet");

        return Task.WhenAll(_dependencies.Select(dependency => WatchAsync(dependency, tokens.Stop)));
    }

    private async Task WatchAsync(Dependency dependency, CancellationToken stop)
    {
        bool? up = null;
        while (true)
        {
            var failure = await AskAsync(dependency, stop);
            if (failure is null && up != true) logger.DependencyUp(dependency.Name);
            if (failure is not null && up != false) logger.DependencyDown(dependency.Name, failure);

            up = failure is null;
            health.Report(dependency.Name, ProbeKind.Ready, failure is null, failure ?? "");
            await Task.Delay(failure is null ? Interval : IntervalWhileDown, time, stop);
        }
    }

    private async Task<string?> AskAsync(Dependency dependency, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        try
        {
            await dependency.AskAsync(either.Token);
            return null;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"no answer within {Patience.TotalSeconds} s");
        }
#pragma warning disable CA1031 // Whatever a dependency throws is its state, and the loop goes on.
        catch (Exception failure) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return failure.Message;
        }
    }
}
