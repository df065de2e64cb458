using System.Runtime.InteropServices;
using Workers.Bench;
using Workers.Bench.Stop;

// A new suite is one line here and a folder beside Stop/.
var suites = new Dictionary<string, Func<TestBed, Scale, IReadOnlyList<IMeasurement>>>(StringComparer.Ordinal)
{
    ["stop"] = StopSuite.Create,
};

BenchOptions options;
try
{
    options = BenchOptions.Parse(args, suites.Keys);
}
catch (UsageException wrong)
{
    await Console.Error.WriteLineAsync($"bench: {wrong.Message} (see ./bench.sh --help)");
    return 2;
}

// Servers and workers are ours to stop, however the run ends.
using var interrupted = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
using var onHangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Interrupt);

try
{
    await using var bed = await TestBed.StartAsync(interrupted.Token);
    var measurements = suites[options.Suite](bed, options.Quick ? Scale.Quick : Scale.Full);
    if (options.UnknownOf(measurements.Select(measurement => measurement.Name)) is { } unknown)
    {
        await Console.Error.WriteLineAsync($"bench: {options.Suite} measures nothing called '{unknown}' (see ./bench.sh --help)");
        return 2;
    }

    var report = await Runner.RunAsync(options, bed, measurements, interrupted.Token);
    await Console.Out.WriteLineAsync(report.ToText());
    if (options.JsonFile is { } file) await File.WriteAllTextAsync(file, report.ToJson(), interrupted.Token);
    return report.Broken.Count > 0 || (options.Strict && report.Rows.Any(row => row.Held == false)) ? 1 : 0;
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("bench: interrupted");
    return 130;
}
catch (Exception failure)
{
    await Console.Error.WriteLineAsync($"bench: {failure}");
    return 1;
}

void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = true;
    interrupted.Cancel();
}
