using System.Globalization;

namespace Workers.Demo;

/// <summary>Where the fleet is, as <c>run.sh</c> says it in the environment.</summary>
/// <param name="Redis">StackExchange.Redis connection string.</param>
/// <param name="Postgres">Npgsql connection string.</param>
/// <param name="Docker">Endpoint of the engine, e.g. <c>unix:///…/docker.sock</c>.</param>
/// <param name="Probes">Base address of the worker's probes.</param>
/// <param name="WorkerProcess">Process id of the worker: one that ended is not waited for.</param>
internal sealed record DemoSettings(string Redis, string Postgres, string Docker, Uri Probes, int WorkerProcess)
{
    /// <summary>How long the worker may take to become ready, and then to answer everything.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static DemoSettings FromEnvironment() => new(
        Required("WORKERS_REDIS"),
        Required("WORKERS_POSTGRES"),
        Required("WORKERS_DOCKER"),
        new Uri(Required("DEMO_PROBES")),
        int.Parse(Required("DEMO_WORKER"), CultureInfo.InvariantCulture));

    private static string Required(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
            ? value
            : throw new DemoException($"{name} is not set: play the demo with ./run.sh, which starts what it needs.");
}
