using System.Net.Sockets;

namespace Workers.Adapters.Docker;

/// <summary>Where an engine listens.</summary>
/// <param name="Name">As an operator would write it, for messages.</param>
/// <param name="Address">Base address of the requests.</param>
/// <param name="Socket">The unix socket; null over tcp.</param>
internal sealed record DockerEndpoint(string Name, Uri Address, UnixDomainSocketEndPoint? Socket = null)
{
    private const string UnixPrefix = "unix://";
    private const int PlainPort = 2375;
    private const int TlsPort = 2376;

    // Nothing resolves it; HTTP wants a host all the same.
    private static readonly Uri UnixAddress = new("http://docker/");

    /// <summary>Whether TLS is spoken.</summary>
    public bool Secure => Address.Scheme == Uri.UriSchemeHttps;

    /// <summary>Understands the endpoint of <paramref name="options"/>.</summary>
    /// <exception cref="InvalidDockerOptionsException">It is of no use; the message says why.</exception>
    public static DockerEndpoint Parse(DockerOptions options)
    {
        if (options.Endpoint.StartsWith(UnixPrefix, StringComparison.OrdinalIgnoreCase))
            return Unix(options.Endpoint[UnixPrefix.Length..]);

        if (!Uri.TryCreate(options.Endpoint, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            throw new InvalidDockerOptionsException("the endpoint must be unix:///path, tcp://host:port, http://host or https://host");
        if (uri.UserInfo.Length > 0)
            throw new InvalidDockerOptionsException("the endpoint must not hold a user or a password: an engine knows its clients by certificate");
        if (uri.PathAndQuery.Length > 1 || uri.Fragment.Length > 0)
            throw new InvalidDockerOptionsException("the endpoint must end after its host and port");

        var certified = options.CertPath.Length > 0;
        return uri.Scheme switch
        {
            "tcp" when certified => Tcp(Uri.UriSchemeHttps, uri, TlsPort),
            "tcp" => Tcp(Uri.UriSchemeHttp, uri, PlainPort),
            "http" when certified => throw new InvalidDockerOptionsException("http:// is plain text and has no use for certificates: say tcp:// or https://"),
            "http" or "https" => Tcp(uri.Scheme, uri, uri.Port),
            _ => throw new InvalidDockerOptionsException($"{uri.Scheme}:// is not a way to an engine: say unix://, tcp://, http:// or https://"),
        };
    }

    private static DockerEndpoint Unix(string path)
    {
        if (!path.StartsWith('/'))
            throw new InvalidDockerOptionsException("the path of a unix socket must be absolute: unix:///path");

        try
        {
            return new DockerEndpoint(UnixPrefix + path, UnixAddress, new UnixDomainSocketEndPoint(path));
        }
        catch (ArgumentOutOfRangeException tooLong)
        {
            throw new InvalidDockerOptionsException($"the path of the unix socket is longer than the system allows: {path}", tooLong);
        }
    }

    private static DockerEndpoint Tcp(string scheme, Uri uri, int defaultPort)
    {
        var address = new UriBuilder(scheme, uri.Host, uri.Port > 0 ? uri.Port : defaultPort).Uri;
        return new DockerEndpoint($"{uri.Scheme}://{uri.Host}:{address.Port}", address);
    }
}
