using System.Globalization;
using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>
/// StopJobs.Worker as it is deployed, one process against real servers: a Redis and a database of its own, the shared engine.
/// </summary>
internal sealed class StopJobsFleet : IAsyncDisposable
{
    private readonly Dictionary<string, string> _settings;
    private readonly List<WorkerProcess> _workers = [];
    private readonly bool _ownPostgres;

    private StopJobsFleet(PrivateServers servers, bool ownPostgres, PlatformStreams streams, PlatformRecords records)
    {
        Servers = servers;
        _ownPostgres = ownPostgres;
        Streams = streams;
        Records = records;
        _settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Redis"] = servers.Redis,
            ["ConnectionStrings__Postgres"] = records.ConnectionString,
            ["Docker__Endpoint"] = TestEnvironment.Docker,
            ["StopJobs__StopTimeout"] = "00:00:20",
            ["StopJobs__UnavailableRetry"] = "00:00:02",
        };
    }

    public PrivateServers Servers { get; }

    public PlatformStreams Streams { get; }

    public PlatformRecords Records { get; }

    public PlatformContainers Containers { get; } = new(TestEnvironment.Docker);

    /// <summary>The worker that was started last.</summary>
    public WorkerProcess Worker => _workers[^1];

    /// <summary>What all its workers wrote.</summary>
    public string Log => string.Join('\n', _workers.Select(worker => worker.Log));

    /// <summary>What its workers wrote for someone to look into: events above information.</summary>
    public string Complaints => string.Join('\n', Log.Split('\n').Where(line =>
        line.Contains("\"LogLevel\":\"Warning\"", StringComparison.Ordinal)
        || line.Contains("\"LogLevel\":\"Error\"", StringComparison.Ordinal)
        || line.Contains("\"LogLevel\":\"Critical\"", StringComparison.Ordinal)));

    /// <summary>Prepares everything but the worker. PostgreSQL is the shared server unless a test takes it down.</summary>
    public static async Task<StopJobsFleet> CreateAsync(bool ownPostgres = false)
    {
        var servers = await PrivateServers.StartAsync(ownPostgres ? ["redis", "postgres"] : ["redis"]);
        return new StopJobsFleet(
            servers,
            ownPostgres,
            await PlatformStreams.ConnectAsync(servers.Redis),
            await PlatformRecords.CreateAsync(ownPostgres ? servers.Postgres : TestEnvironment.Postgres));
    }

    /// <summary>Gives the workers started from now on another setting.</summary>
    public StopJobsFleet With(string name, string value)
    {
        _settings[name] = value;
        return this;
    }

    /// <inheritdoc cref="With(string, string)"/>
    public StopJobsFleet With(string name, TimeSpan value) => With(name, value.ToString("c", CultureInfo.InvariantCulture));

    /// <summary>Starts a worker, ready or not.</summary>
    public WorkerProcess Start(params string[] arguments)
    {
        _workers.Add(WorkerProcess.Start(_settings, arguments: arguments));
        return Worker;
    }

    /// <summary>Starts a worker and waits until it is ready.</summary>
    public async Task<WorkerProcess> StartReadyAsync(CancellationToken cancellationToken)
    {
        await Start().ReadyAsync(cancellationToken);
        return Worker;
    }

    /// <summary>Reads the worker's metrics.</summary>
    public async Task<PlatformMetrics> ScrapeAsync(CancellationToken cancellationToken) =>
        PlatformMetrics.Parse((await Worker.GetAsync("/metrics", cancellationToken)).Body);

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers) await worker.DisposeAsync();
        await Containers.DisposeAsync();
        // A server of our own takes its databases with it, and may be down.
        if (!_ownPostgres) await Records.DisposeAsync();
        await Streams.DisposeAsync();
        await Servers.DisposeAsync();
    }
}
