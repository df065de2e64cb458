using System.Net;
using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>What an operator's dashboard reads.</summary>
[Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class MetricsTests : OwnFleetFixture
{
    private const string Outcomes = "workers_stop_outcomes_total";
    private const string DeadLettered = "workers_stream_entries_dead_lettered_total";
    private const string Committed = "workers_stream_entries_committed_total";

    [Test, CancelAfter(120_000)]
    public async Task Metrics_AfterOutcomesAndADeadLetter_CountThem(CancellationToken cancellationToken)
    {
        await Fleet.StartReadyAsync(cancellationToken);
        var before = await Fleet.ScrapeAsync(cancellationToken);
        before.Sum(DeadLettered).Should().Be(0, "a counter is there before it is needed");
        var game = await Fleet.Records.AddAsync(PlatformRecord.Stopped("stopped-before"));

        await Fleet.Streams.StopAsync(game.GameId);
        await Fleet.Streams.StopAsync(game.GameId);
        await Fleet.Streams.StopAsync(PlatformRecord.NewGameId());
        var last = await Fleet.Streams.AppendAsync(("junk", "junk"));
        await Fleet.Streams.CommittedAsync(last, cancellationToken);

        await Eventually.TrueAsync(
            async () => (await Fleet.ScrapeAsync(cancellationToken)).Sum(Committed) >= 4, cancellationToken, () => "all four are counted");
        var after = await Fleet.ScrapeAsync(cancellationToken);
        after.Types[Outcomes].Should().Be("counter");
        after.Sum(Outcomes, "outcome=\"success\"", "error_code=\"replay_no_op\"").Should().Be(2);
        after.Sum(Outcomes, "outcome=\"failure\"", "error_code=\"not_found\"").Should().Be(1);
        after.Sum(DeadLettered, "label=\"stopjobs\"").Should().Be(1);
        after.Sum(Committed, "label=\"stopjobs\"").Should().Be(4);
    }

    [Test, CancelAfter(120_000)]
    public async Task Metrics_OfAWorker_AreServedAsPrometheusText(CancellationToken cancellationToken)
    {
        await Fleet.StartReadyAsync(cancellationToken);
        using var client = new HttpClient();

        using var response = await client.GetAsync(new Uri(Fleet.Worker.Probes, "/metrics"), cancellationToken);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.ToString().Should().StartWith("text/plain; version=0.0.4");
        PlatformMetrics.Parse(await response.Content.ReadAsStringAsync(cancellationToken)).Types.Should().NotBeEmpty();
    }
}
