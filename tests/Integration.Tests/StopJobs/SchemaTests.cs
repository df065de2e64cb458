using System.Net;
using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>The worker and the version of its schema.</summary>
[Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SchemaTests : OwnFleetFixture
{
    private const string Tables = "select count(*) from information_schema.tables where table_name in ('runtime_records', 'operation_log', 'health_snapshots')";

    [Test, CancelAfter(120_000)]
    public async Task Migrate_OnAnEmptyDatabase_BringsTheSchemaAndExitsZero(CancellationToken cancellationToken)
    {
        (await Fleet.Start("--migrate").WaitForExitAsync(cancellationToken)).Should().Be(0);

        (await Fleet.Records.ScalarAsync<long>(Tables)).Should().Be(3);
        (await Fleet.Streams.Database.KeyExistsAsync(PlatformStreams.Owner)).Should().BeFalse("it migrates and does nothing else");
    }

    [Test, CancelAfter(120_000)]
    public async Task Migrate_Repeated_ExitsZeroAndChangesNothing(CancellationToken cancellationToken)
    {
        await Fleet.Start("--migrate").WaitForExitAsync(cancellationToken);
        var versions = await Fleet.Records.ScalarAsync<long>("select count(*) from schema_migrations");

        (await Fleet.Start("--migrate").WaitForExitAsync(cancellationToken)).Should().Be(0);

        (await Fleet.Records.ScalarAsync<long>("select count(*) from schema_migrations")).Should().Be(versions);
    }

    [Test, CancelAfter(120_000)]
    public async Task Start_OnANewerSchema_SaysSoAndStaysRed(CancellationToken cancellationToken)
    {
        await Fleet.Start("--migrate").WaitForExitAsync(cancellationToken);
        await Fleet.Records.ExecuteAsync(
            "insert into schema_migrations select (jsonb_populate_record(m, '{\"version\": 999999}')).* from schema_migrations m limit 1");
        var entry = await Fleet.Streams.StopAsync(PlatformRecord.NewGameId());

        Fleet.Start();

        await Eventually.TrueAsync(
            async () => (await Fleet.Worker.GetAsync("/healthz/ready", cancellationToken)).Body.Contains("999999", StringComparison.Ordinal),
            cancellationToken, () => $"readiness names the schema's version; the log:\n{Fleet.Log}");
        (await Fleet.Worker.GetAsync("/healthz/ready", cancellationToken)).Status.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await Fleet.Worker.GetAsync("/healthz/live", cancellationToken)).Status.Should().Be(HttpStatusCode.OK);
        Fleet.Complaints.Should().Contain("999999").And.Contain("newer");
        PlatformEntry.IsPassed(entry, await Fleet.Streams.OffsetAsync()).Should().BeFalse("it must not write to what it does not understand");
        (await Fleet.Worker.StopAsync(cancellationToken)).Should().Be(0);
    }
}
