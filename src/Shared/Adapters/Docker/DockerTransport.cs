using System.Net;
using System.Net.Sockets;

namespace Workers.Adapters.Docker;

/// <summary>Connections to an engine: a unix socket, or tcp with or without TLS.</summary>
internal static class DockerTransport
{
    /// <summary>What opening a connection may take, TLS included.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);
    private const int KeepAliveSeconds = 30;
    private const int KeepAliveProbes = 3;

    /// <summary>A client without a time limit of its own: a stop may take its whole grace period.</summary>
    /// <exception cref="InvalidDockerOptionsException">The certificates are of no use; the message says why.</exception>
    public static HttpClient Create(DockerEndpoint endpoint, DockerOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            // Containers are stopped at this address and no other: HTTP_PROXY is for the web, and engines do not redirect.
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            // Each stop holds a connection for its whole grace period; how many there are is the worker's to bound.
            MaxConnectionsPerServer = int.MaxValue,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionIdleTimeout = IdleTimeout,
            ConnectCallback = async (context, cancellationToken) =>
                endpoint.Socket is { } socket ? await ConnectAsync(socket, cancellationToken) : await ConnectAsync(context.DnsEndPoint, cancellationToken),
        };
        if (endpoint.Secure && options.CertPath.Length > 0) handler.SslOptions = DockerCertificates.Load(options.CertPath);

        return new HttpClient(handler) { BaseAddress = endpoint.Address, Timeout = Timeout.InfiniteTimeSpan };
    }

    private static Task<Stream> ConnectAsync(UnixDomainSocketEndPoint endpoint, CancellationToken cancellationToken) =>
        ConnectAsync(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), endpoint, cancellationToken);

    private static Task<Stream> ConnectAsync(DnsEndPoint endpoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        // A stop and a watch are silent for long: without probes nobody would learn that the engine's machine is gone.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveSeconds / KeepAliveProbes);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
        return ConnectAsync(socket, endpoint, cancellationToken);
    }

    private static async Task<Stream> ConnectAsync(Socket socket, EndPoint endpoint, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
