using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Workers.Testing;

/// <summary>A worker as its users run it: a process of its own, with an environment, signals and an exit code.</summary>
public sealed class WorkerProcess : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private WorkerProcess(Process process, Uri probes)
    {
        _process = process;
        Probes = probes;
    }

    /// <summary>Base address of its probes and metrics.</summary>
    public Uri Probes { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Everything it wrote to standard output and standard error so far.</summary>
    public string Log => string.Join('\n', _lines);

    /// <summary>Starts a worker (built beside the tests, same configuration) with these settings and nothing else of ours.</summary>
    public static WorkerProcess Start(
        IReadOnlyDictionary<string, string> settings, string worker = "StopJobs.Worker", params string[] arguments)
    {
        // bin/<configuration>/net10.0 is where the tests run from, and the worker from its own.
        var output = Path.GetRelativePath(Path.Combine(AppContext.BaseDirectory, "..", "..", ".."), AppContext.BaseDirectory);
        var file = Path.Combine(TestEnvironment.Root, "src", worker, output, worker);
        var probes = $"http://127.0.0.1:{FreePort().ToString(CultureInfo.InvariantCulture)}";
        var start = new ProcessStartInfo(file, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["Probes__Url"] = probes;
        foreach (var (name, value) in settings) start.Environment[name] = value;

        var process = new Process { StartInfo = start };
        var started = new WorkerProcess(process, new Uri(start.Environment["Probes__Url"] is { Length: > 0 } url ? url : probes));
        process.OutputDataReceived += (_, line) => started.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => started.Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return started;
    }

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends a signal by name, e.g. <c>TERM</c>, <c>STOP</c>, <c>CONT</c>.</summary>
    public Task SignalAsync(string signal) =>
        Shell.RunAsync("/bin/kill", $"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>Its exit code, once it ended by itself.</summary>
    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>SIGTERM, and its exit code.</summary>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        await SignalAsync("TERM");
        return await WaitForExitAsync(cancellationToken);
    }

    /// <summary>Waits until <c>/healthz/ready</c> answers 200; fails with the log when the process ends first.</summary>
    public Task ReadyAsync(CancellationToken cancellationToken) => Eventually.TrueAsync(
        async () =>
        {
            if (_process.HasExited) throw new InvalidOperationException($"The worker exited {_process.ExitCode}:\n{Log}");
            return (await GetAsync("/healthz/ready", cancellationToken)).Status == HttpStatusCode.OK;
        },
        cancellationToken, () => $"the worker is ready; its log:\n{Log}");

    /// <summary>Status and body of one of its probes; 503 while nothing listens.</summary>
    public async Task<(HttpStatusCode Status, string Body)> GetAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await Http.GetAsync(new Uri(Probes, path), cancellationToken);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (HttpRequestException failure)
        {
            return (HttpStatusCode.ServiceUnavailable, failure.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Keep(string? line)
    {
        if (line is not null) _lines.Enqueue(line);
    }
}
