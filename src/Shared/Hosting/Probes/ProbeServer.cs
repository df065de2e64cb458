using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Workers.Hosting.Probes;

/// <summary>
/// Serves the probes: Kestrel alone, without routing or a web host, since four fixed paths need neither and every
/// worker pays for them at start.
/// </summary>
internal sealed class ProbeServer(ProbeOptions options, ProbeApplication application) : IDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromMilliseconds(500);

    private KestrelServer? _server;

    /// <summary>Where it listens, with the real ports; empty when it does not.</summary>
    public IReadOnlyCollection<string> Addresses =>
        _server?.Features.Get<IServerAddressesFeature>() is { } feature ? [.. feature.Addresses] : [];

    /// <summary>Listens on every address, or on none.</summary>
    /// <exception cref="ProbeAddressException">An address cannot be listened on.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Urls.Count == 0) return;

        // What Kestrel would log concerns those who probe, and a port in use is reported below without a stack trace.
        var loggers = NullLoggerFactory.Instance;
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions { IOQueueCount = 0 }), loggers);
        _server = new KestrelServer(Options.Create(Limited()), transport, loggers);
        foreach (var url in options.Urls)
            _server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Add(url);

        try
        {
            await _server.StartAsync(application, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new ProbeAddressException($"cannot listen on {string.Join(';', options.Urls)}: {e.Message}", e);
        }
    }

    public async Task StopAsync()
    {
        if (_server is null) return;

        // A prober that keeps its connection open must not hold up the goodbye.
        using var timeout = new CancellationTokenSource(StopTimeout);
        await _server.StopAsync(timeout.Token);
    }

    public void Dispose() => _server?.Dispose();

    private static KestrelServerOptions Limited() => new()
    {
        AddServerHeader = false,
        Limits =
        {
            MaxConcurrentConnections = 64,
            MaxRequestBodySize = 0,
            RequestHeadersTimeout = TimeSpan.FromSeconds(5),
        },
    };
}
