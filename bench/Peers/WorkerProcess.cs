using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Workers.Bench.Peers;

/// <summary>
/// A worker as it is run: a process of its own, configured by its environment. Its log goes to a file, so that
/// reading it costs the measurement nothing.
/// </summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    // Short, since a poll that comes late is measured as a late start.
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(40);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly Process _process;
    private readonly long _started;
    private readonly Uri _ready;
    private readonly string _log;

    private WorkerProcess(Process process, long started, Uri ready, string log) =>
        (_process, _started, _ready, _log) = (process, started, ready, log);

    public int Id => _process.Id;

    public TimeSpan CpuTime => Measuring.ProcessFacts.CpuTime(Id);

    /// <summary>Starts <paramref name="executable"/> with these settings and its log in <paramref name="log"/>.</summary>
    public static WorkerProcess Start(
        string executable, IReadOnlyDictionary<string, string> settings, string log, params string[] arguments)
    {
        var probes = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}");
        // The shell replaces itself: the process id is the worker's.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$0\" \"$@\" >>\"$log\" 2>&1", executable, log, .. arguments])
        {
            UseShellExecute = false,
        };
        start.Environment["Probes__Url"] = probes;
        foreach (var (name, value) in settings) start.Environment[name] = value;

        var started = Stopwatch.GetTimestamp();
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{executable} did not start.");
        return new WorkerProcess(process, started, new Uri($"{probes}/healthz/ready"), log);
    }

    /// <summary>Waits for the first 200 of <c>/healthz/ready</c> and returns the time since the process was started.</summary>
    public async Task<TimeSpan> ReadyAsync(CancellationToken cancellationToken)
    {
        while (!await IsReadyAsync(cancellationToken))
        {
            ThrowIfExited();
            await Task.Delay(ProbeInterval, cancellationToken);
        }

        return Stopwatch.GetElapsedTime(_started);
    }

    /// <summary>Throws, with the end of its log, when the process is gone.</summary>
    public void ThrowIfExited()
    {
        if (_process.HasExited)
            throw new InvalidOperationException($"The worker exited {_process.ExitCode}:\n{string.Join('\n', File.ReadLines(_log).TakeLast(20))}");
    }

    /// <summary>SIGTERM, and the end of it: exit code 0 is part of what is measured.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        ThrowIfExited();
        await Shell.RunAsync("/bin/kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)], cancellationToken);
        await EndAsync(cancellationToken);
    }

    /// <summary>Waits for its end; throws, with the end of its log, unless it exits 0 within 40 s.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(EndLimit, cancellationToken);
        if (_process.ExitCode != 0) ThrowIfExited();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await Http.GetAsync(_ready, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            // Nothing listens yet.
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
