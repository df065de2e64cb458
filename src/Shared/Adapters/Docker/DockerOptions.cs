namespace Workers.Adapters.Docker;

/// <summary>Which engine, and how to reach it.</summary>
public sealed record DockerOptions
{
    public const string DefaultEndpoint = "unix:///var/run/docker.sock";

    /// <summary><c>unix://</c> and a path, or <c>tcp://host:port</c>.</summary>
    public string Endpoint { get; init; } = DefaultEndpoint;

    /// <summary>Folder of <c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c> for TLS over tcp; empty for none.</summary>
    public string CertPath { get; init; } = "";
}
