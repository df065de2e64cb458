namespace Workers.Adapters.Docker;

/// <summary>Which engine, and how to reach it.</summary>
public sealed record DockerOptions
{
    public const string DefaultEndpoint = "unix:///var/run/docker.sock";

    /// <summary>
    /// <c>unix:///path</c>, <c>tcp://host:port</c> (2375 by default; TLS and 2376 once <see cref="CertPath"/> is given),
    /// <c>http://host</c> or <c>https://host</c>.
    /// </summary>
    public string Endpoint { get; init; } = DefaultEndpoint;

    /// <summary>
    /// Folder of <c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c>, for TLS; empty, the default, for none. Of no effect on a
    /// unix socket, as with Docker's own client.
    /// </summary>
    public string CertPath { get; init; } = "";
}
