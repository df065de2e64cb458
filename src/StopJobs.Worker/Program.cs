using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Workers.Adapters.Docker;
using Workers.Adapters.Postgres;
using Workers.Adapters.Postgres.Schema;
using Workers.Adapters.Redis;
using Workers.Hosting;
using Workers.Hosting.Probes;
using Workers.Hosting.Settings;
using Workers.Messaging;
using Workers.Runtimes;
using Workers.StopJobs;

using var builder = WorkerBuilder.Create(
    args, "StopJobs.Worker", "stops runtimes as runtime:stop_jobs says, and publishes one outcome per envelope on runtime:job_results");

var servers = builder.AddOptions(ConnectionStringOptions.Section, settings => new ConnectionStringOptions(settings));
var engine = builder.AddOptions(EngineOptions.Section, settings => new EngineOptions(settings));
var stopJobs = builder.AddOptions(StopJobsOptions.Section, settings => new StopJobsOptions(settings));

builder.Services
    .AddSingleton(services => new RedisLink(servers.Redis, services.GetRequiredService<TimeProvider>()))
    .AddSingleton<IStreamLog, RedisStreamLog>()
    .AddSingleton<IStreamOwnership, RedisStreamOwnership>()
    .AddSingleton<IGameLeases>(services => new RedisGameLeases(services.GetRequiredService<RedisLink>(), stopJobs.LeasePrefix))
    .AddSingleton(services => PostgresDataSource.Create(
        servers.Postgres, "StopJobs.Worker", services.GetRequiredService<ILoggerFactory>()))
    .AddSingleton<SchemaMigrator>()
    .AddSingleton<IRuntimeStore, PostgresRuntimeStore>()
    .AddSingleton<IContainerEngine>(services => new DockerEngine(engine.Docker, services.GetRequiredService<TimeProvider>()))
    .AddSingleton(stopJobs.Stop)
    .AddSingleton<RuntimeMetrics>()
    .AddSingleton<RuntimeStopService>()
    .AddSingleton<IStreamObserver, StreamProbes>()
    .AddSingleton<Startup>();

builder.Services
    .AddSingleton(services => new Dependency("redis", services.GetRequiredService<RedisLink>().PingAsync))
    .AddSingleton(services => new Dependency("postgres", services.GetRequiredService<Startup>().CheckSchemaAsync))
    .AddSingleton(services => new Dependency("docker", services.GetRequiredService<IContainerEngine>().GetEngineIdAsync));
builder.AddPart<DependencyMonitor>();
builder.AddPart<StopJobsPart>();
builder.AddCommand(
    "migrate", "brings the database's schema up to date and exits",
    (services, cancellationToken) => services.GetRequiredService<Startup>().MigrateAsync(cancellationToken),
    uses: [ConnectionStringOptions.PostgresName]);

return await builder.RunAsync();
