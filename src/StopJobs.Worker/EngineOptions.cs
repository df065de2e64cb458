using Workers.Adapters.Docker;
using Workers.Hosting.Settings;

namespace Workers.StopJobs;

/// <summary>Section <c>Docker</c>.</summary>
internal sealed class EngineOptions(SettingsReader settings)
{
    public const string Section = "Docker";

    /// <summary>Which engine, and how to reach it.</summary>
    public DockerOptions Docker { get; } = Read(settings);

    private static DockerOptions Read(SettingsReader settings)
    {
        var options = new DockerOptions
        {
            Endpoint = settings.Text(
                "Endpoint", DockerOptions.DefaultEndpoint, "the Docker engine: unix:///path or tcp://host:port", alias: "DOCKER_HOST"),
            CertPath = settings.Text(
                "CertPath", "", "folder of ca.pem, cert.pem and key.pem, for TLS over tcp", alias: "DOCKER_CERT_PATH"),
        };
        if (DockerEngine.Problem(options) is { } problem) settings.Fail("Endpoint", problem);
        return options;
    }
}
