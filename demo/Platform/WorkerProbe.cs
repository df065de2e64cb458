using System.Diagnostics;
using System.Net;

namespace Workers.Demo.Platform;

/// <summary>The worker as an orchestrator sees it: a process with a readiness probe.</summary>
internal sealed class WorkerProbe(DemoSettings settings, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private readonly HttpClient _http = new() { BaseAddress = settings.Probes, Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>Waits until <c>/healthz/ready</c> answers 200.</summary>
    /// <exception cref="DemoException">The worker ended, or said for too long why it is not ready.</exception>
    public async Task AwaitReadyAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (await WhyNotReadyAsync(cancellationToken) is { } reason)
        {
            EnsureAlive();
            if (time.GetElapsedTime(start) > DemoSettings.Patience)
                throw new DemoException($"the worker is not ready after {DemoSettings.Patience.TotalSeconds} s: {reason}");

            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    /// <exception cref="DemoException">The worker's process is gone.</exception>
    public void EnsureAlive()
    {
        try
        {
            using var worker = Process.GetProcessById(settings.WorkerProcess);
            if (!worker.HasExited) return;
        }
        catch (ArgumentException)
        {
            // How the framework says that there is no such process.
        }

        throw new DemoException("the worker ended by itself");
    }

    public void Dispose() => _http.Dispose();

    private async Task<string?> WhyNotReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri("/healthz/ready", UriKind.Relative), cancellationToken);
            return response.StatusCode == HttpStatusCode.OK ? null : await response.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (HttpRequestException failure)
        {
            return failure.Message;
        }
    }
}
