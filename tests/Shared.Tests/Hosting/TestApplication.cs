using Microsoft.Extensions.Hosting;

namespace Workers.Shared.Tests.Hosting;

/// <summary>The host's lifetime, of which parts use only the request to stop.</summary>
internal sealed class TestApplication : IHostApplicationLifetime
{
    public bool StopRequested { get; private set; }

    public CancellationToken ApplicationStarted => CancellationToken.None;

    public CancellationToken ApplicationStopping => CancellationToken.None;

    public CancellationToken ApplicationStopped => CancellationToken.None;

    public void StopApplication() => StopRequested = true;
}
