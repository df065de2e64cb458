using Microsoft.Extensions.Logging;
using Workers.Adapters.Postgres.Schema;
using Workers.Hosting;
using Workers.Hosting.Probes;
using Workers.Messaging;
using Workers.Runtimes;

namespace Workers.StopJobs;

/// <summary>
/// What must be known before the first message is touched. Servers that are not there yet are waited for, and said so.
/// </summary>
internal sealed class Startup(
    SchemaMigrator migrator, IContainerEngine engine, IStreamObserver observer, HealthRegistry health, TimeProvider time,
    ILogger<Startup> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Brings the schema up to date; waits while PostgreSQL is away, or its schema is one that this build must not touch.</summary>
    public async Task SchemaAsync(CancellationToken cancellationToken)
    {
        health.Report("schema", ProbeKind.Ready, healthy: false, "waiting for postgres");
        var state = await WaitAsync("schema", MigrateToUsableAsync, cancellationToken);
        logger.SchemaReady(state.Current);
        health.Report("schema", ProbeKind.Ready, healthy: true, state.Detail);
    }

    /// <summary>Brings the schema up to date, without waiting; returns an exit code.</summary>
    public async Task<int> MigrateAsync(CancellationToken cancellationToken)
    {
        var state = await MigrateToUsableAsync(cancellationToken);
        logger.SchemaReady(state.Current);
        return WorkerExitCode.Ok;
    }

    /// <summary>Throws when PostgreSQL does not answer, or a newer build has migrated its schema since.</summary>
    public async Task CheckSchemaAsync(CancellationToken cancellationToken)
    {
        var state = await migrator.CheckAsync(cancellationToken);
        if (state.Verdict is SchemaVerdict.Newer or SchemaVerdict.Altered) throw new InvalidOperationException(state.Detail);
    }

    /// <summary>The id of the engine this worker drives.</summary>
    public async Task<string> EngineIdAsync(CancellationToken cancellationToken)
    {
        var id = await WaitAsync("engine", engine.GetEngineIdAsync, cancellationToken);
        logger.EngineFound(id);
        return id;
    }

    private async Task<SchemaState> MigrateToUsableAsync(CancellationToken cancellationToken)
    {
        var state = await migrator.MigrateAsync(cancellationToken);
        return state.IsUsable ? state : throw new InvalidOperationException(state.Detail);
    }

    private async Task<T> WaitAsync<T>(string what, Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        var reported = "";
        while (true)
        {
            try
            {
                return await ask(cancellationToken);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                if (failure.Message != reported) logger.Waiting(what, failure.Message);
                reported = failure.Message;
                if (what == "schema") health.Report(what, ProbeKind.Ready, healthy: false, failure.Message);
                // Waiting for a server is not a loop that is stuck: a restart would not bring the server back.
                observer.Turned(StopEnvelope.Label);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}
