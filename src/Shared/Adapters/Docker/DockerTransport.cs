using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Workers.Adapters.Docker;

/// <summary>The connection to an engine: a unix socket, or tcp with or without TLS.</summary>
internal static class DockerTransport
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    /// <summary>A client without a time limit of its own: a stop may take its whole grace period.</summary>
    /// <exception cref="FormatException">The endpoint or the certificates are of no use; the message says why.</exception>
    public static HttpClient Create(DockerOptions options)
    {
        if (!Uri.TryCreate(options.Endpoint, UriKind.Absolute, out var endpoint))
            throw new FormatException($"'{options.Endpoint}' is not an engine's endpoint (unix:///path or tcp://host:port)");

        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionIdleTimeout = IdleTimeout,
        };
        var client = endpoint.Scheme switch
        {
            "unix" => Unix(handler, endpoint.AbsolutePath),
            "tcp" or "http" when options.CertPath.Length == 0 => new HttpClient(handler) { BaseAddress = Http("http", endpoint, 2375) },
            "tcp" or "https" => Tls(handler, Http("https", endpoint, 2376), options.CertPath),
            _ => throw new FormatException($"'{endpoint.Scheme}' is not a way to an engine (unix or tcp)"),
        };
        client.Timeout = Timeout.InfiniteTimeSpan;
        return client;
    }

    private static HttpClient Unix(SocketsHttpHandler handler, string path)
    {
        handler.ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        };
        return new HttpClient(handler) { BaseAddress = new Uri("http://docker/") };
    }

    private static Uri Http(string scheme, Uri endpoint, int defaultPort) =>
        new UriBuilder(scheme, endpoint.Host, endpoint.Port > 0 && !endpoint.IsDefaultPort ? endpoint.Port : defaultPort).Uri;

    private static HttpClient Tls(SocketsHttpHandler handler, Uri address, string certificates)
    {
        if (certificates.Length > 0)
        {
            try
            {
                var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(certificates, "ca.pem"));
                // A key read from PEM is ephemeral, which not every TLS stack takes: through PKCS#12 it becomes one that all do.
                using var pem = X509Certificate2.CreateFromPemFile(Path.Combine(certificates, "cert.pem"), Path.Combine(certificates, "key.pem"));
                var own = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
                handler.SslOptions.ClientCertificates = [own];
                handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                    CustomTrustStore = { authority },
                };
            }
            catch (Exception unusable) when (unusable is CryptographicException or IOException or UnauthorizedAccessException)
            {
                throw new FormatException($"the certificates below {certificates} cannot be used: {unusable.Message}", unusable);
            }
        }

        return new HttpClient(handler) { BaseAddress = address };
    }
}
