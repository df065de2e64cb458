using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Workers.Hosting.Probes;
using Workers.Hosting.Telemetry;

namespace Workers.Hosting.Lifecycle;

/// <summary>What starts when, and what ends when, and why in this order.</summary>
internal sealed class WorkerLifecycle(
    ProbeServer probes,
    WorkerTelemetry telemetry,
    PartRunner parts,
    IHostApplicationLifetime application,
    ILogger<WorkerLifecycle> logger) : IHostedService
{
    private bool _cannotListen;

    /// <summary>What the process says in the end: a <see cref="WorkerExitCode"/>.</summary>
    public int ExitCode => _cannotListen ? WorkerExitCode.CannotListen : parts.Failed ? WorkerExitCode.Failed : WorkerExitCode.Ok;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Probes first: while servers are unreachable, someone has to say so.
        parts.ReportStarting();
        var listening = telemetry.StartAsync();
        try
        {
            await probes.StartAsync(cancellationToken);
        }
        catch (ProbeAddressException e)
        {
            logger.CannotListen(e.Message);
            _cannotListen = true;
            application.StopApplication();
            return;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
        finally
        {
            // Instruments record nothing before someone listens to them, so before the parts.
            await listening;
        }

        if (!cancellationToken.IsCancellationRequested) parts.Start();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await parts.StopAsync();

        // After the parts, since their last outcomes are to be seen.
        await telemetry.StopAsync();

        // Last, since until now someone may ask what is being waited for.
        await probes.StopAsync();
    }
}
