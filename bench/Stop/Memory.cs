using System.Diagnostics;
using Workers.Bench.Measuring;
using Workers.Bench.Reporting;

namespace Workers.Bench.Stop;

/// <summary>What a worker holds while it waits, and at most while it works off a large backlog. MB are 10⁶ bytes.</summary>
internal sealed class Memory(TestBed bed, Scale scale) : IMeasurement
{
    private const double IdleLimitMegabytes = 80;
    private const double PeakLimitMegabytes = 150;
    private const double Megabyte = 1e6;
    // Starting, and compiling what a start needs, is not idling.
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(5);

    public string Name => "memory";

    public async Task<Findings> RunAsync(CancellationToken cancellationToken)
    {
        var (resident, anonymous, proportional, cpu) = await IdleAsync(cancellationToken);
        var (peak, rate) = await BacklogAsync(cancellationToken);
        return new Findings(
        [
            Row($"resident after {scale.Idle.TotalSeconds:F0} s idle", "MB", resident) with { Limit = Limit.Below(IdleLimitMegabytes) },
            Row("of it backed by no file", "MB", anonymous),
            Row($"proportional after {scale.Idle.TotalSeconds:F0} s idle", "MB", proportional),
            Row($"cpu over those {scale.Idle.TotalSeconds:F0} s, of one core", "%", cpu),
            Row($"peak resident, backlog of {scale.MemoryEntries:N0}", "MB", peak) with { Limit = Limit.Below(PeakLimitMegabytes) },
            Row("envelopes per second meanwhile", "/s", rate),
        ])
        {
            Notes = [$"memory: one worker each; idle is counted from {Settle.TotalSeconds:F0} s after ready; the peak is the kernel's (VmHWM)"],
        };

        Row Row(string what, string unit, double value) => new(Name, what, unit, Spread.Once(value));
    }

    private async Task<(double Resident, double Anonymous, double Proportional, double CpuPercent)> IdleAsync(CancellationToken cancellationToken)
    {
        await using var slate = await bed.CleanSlateAsync(cancellationToken);
        await using var worker = slate.StartWorker();
        await worker.ReadyAsync(cancellationToken);
        await Task.Delay(Settle, cancellationToken);

        var (start, cpu) = (Stopwatch.GetTimestamp(), worker.CpuTime);
        await Task.Delay(scale.Idle, cancellationToken);
        var percent = 100 * (worker.CpuTime - cpu) / Stopwatch.GetElapsedTime(start);

        var idle = (
            ProcessFacts.Resident(worker.Id) / Megabyte, ProcessFacts.Anonymous(worker.Id) / Megabyte,
            ProcessFacts.Proportional(worker.Id) / Megabyte, percent);
        await worker.StopAsync(cancellationToken);
        return idle;
    }

    private async Task<(double Peak, double Rate)> BacklogAsync(CancellationToken cancellationToken)
    {
        await using var slate = await bed.CleanSlateAsync(cancellationToken);
        await slate.Tables.AddStoppedAsync(scale.ReplayGames, cancellationToken);
        await slate.Streams.RequestAsync(scale.MemoryEntries, scale.ReplayGames, cancellationToken);
        await slate.CheckpointAsync(cancellationToken);

        await using var worker = slate.StartWorker();
        await slate.Streams.OutcomesAsync(scale.MemoryEntries, worker.ThrowIfExited, cancellationToken);
        var peak = ProcessFacts.PeakResident(worker.Id) / Megabyte;

        await slate.ConfirmAsync(scale.MemoryEntries, "replay_no_op", cancellationToken);
        await worker.StopAsync(cancellationToken);
        return (peak, (scale.MemoryEntries - 1) / (await slate.Streams.OutcomesTookAsync()).TotalSeconds);
    }
}
