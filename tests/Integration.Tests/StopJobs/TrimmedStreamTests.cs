using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>A stream that someone else trims: only what nobody read is a loss.</summary>
[Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TrimmedStreamTests : OwnFleetFixture
{
    private const string Lost = "workers_stream_entries_lost_total";

    [Test, CancelAfter(120_000)]
    public async Task Trim_OfUnreadEntries_IsSaidLoudlyAndTheRestFlowsOn(CancellationToken cancellationToken)
    {
        await Fleet.StartReadyAsync(cancellationToken);
        await Fleet.Streams.CommittedAsync(await Fleet.Streams.StopAsync(PlatformRecord.NewGameId()), cancellationToken);
        (await Fleet.Worker.StopAsync(cancellationToken)).Should().Be(0);
        string[] games = [.. Enumerable.Range(0, 5).Select(_ => PlatformRecord.NewGameId())];
        foreach (var game in games) await Fleet.Streams.StopAsync(game);
        await TrimAsync(keep: 2);

        await Fleet.StartReadyAsync(cancellationToken);

        await Fleet.Streams.CommittedAsync((await Fleet.Streams.ReadAsync(PlatformStreams.Jobs))[^1].Id, cancellationToken);
        foreach (var game in games[3..]) (await Fleet.Streams.ResultsAsync(game)).Should().ContainSingle();
        await Eventually.TrueAsync(
            async () => (await Fleet.ScrapeAsync(cancellationToken)).Sum(Lost) > 0, cancellationToken, () => $"a loss is counted; the log:\n{Fleet.Log}");
        (await Fleet.ScrapeAsync(cancellationToken)).Sum(Lost).Should().Be(3);
        Fleet.Complaints.Should().Contain("3 entries left runtime:stop_jobs before they were read");
    }

    [Test, CancelAfter(120_000)]
    public async Task Trim_OfReadEntries_RaisesNothing(CancellationToken cancellationToken)
    {
        await Fleet.StartReadyAsync(cancellationToken);
        foreach (var _ in Enumerable.Range(0, 5)) await Fleet.Streams.StopAsync(PlatformRecord.NewGameId());
        await Fleet.Streams.CommittedAsync(await Fleet.Streams.StopAsync(PlatformRecord.NewGameId()), cancellationToken);

        await TrimAsync(keep: 0);
        await Fleet.Streams.CommittedAsync(await Fleet.Streams.StopAsync(PlatformRecord.NewGameId()), cancellationToken);
        (await Fleet.Worker.StopAsync(cancellationToken)).Should().Be(0);
        await Fleet.StartReadyAsync(cancellationToken);
        await Fleet.Streams.CommittedAsync(await Fleet.Streams.StopAsync(PlatformRecord.NewGameId()), cancellationToken);

        (await Fleet.ScrapeAsync(cancellationToken)).Sum(Lost).Should().Be(0);
        Fleet.Log.Should().NotContain("before they were read");
    }

    private async Task TrimAsync(int keep) =>
        await Fleet.Streams.Database.ExecuteAsync("XTRIM", PlatformStreams.Jobs, "MAXLEN", keep);
}
