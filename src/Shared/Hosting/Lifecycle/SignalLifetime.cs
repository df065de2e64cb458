using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Workers.Hosting.Lifecycle;

/// <summary>
/// Turns SIGTERM and SIGINT into a request to stop. It listens from the first line of <c>Main</c>, so that a signal
/// during start-up is a clean goodbye too. A second SIGINT is left to the runtime, which ends the process at once.
/// </summary>
internal sealed class SignalLifetime : IHostLifetime, IDisposable
{
    // Never disposed: a signal may be on its way while the process ends, and must find it.
    private readonly CancellationTokenSource _requested = new();
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;
    private CancellationTokenRegistration _stopHost;
    private int _interrupts;

    public SignalLifetime()
    {
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnTerminate);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnInterrupt);
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Requested => _requested.Token;

    /// <summary>Asks to stop, as SIGTERM does.</summary>
    public void Request() => _requested.Cancel();

    /// <summary>Has the host stop on the first signal, or now if it came already.</summary>
    public void Bind(IHostApplicationLifetime application) => _stopHost = _requested.Token.Register(application.StopApplication);

    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _terminate.Dispose();
        _interrupt.Dispose();
        _stopHost.Dispose();
    }

    private void OnTerminate(PosixSignalContext context)
    {
        context.Cancel = true;
        Request();
    }

    private void OnInterrupt(PosixSignalContext context)
    {
        if (Interlocked.Increment(ref _interrupts) > 1) return;

        context.Cancel = true;
        Request();
    }
}
