using Workers.Testing;

namespace Workers.Reliability.Tests;

/// <summary>Servers go away and come back under a worker that nobody restarts.</summary>
internal sealed class RestartTests() : ReliabilityFixture("postgres", "docker")
{
    private static readonly string[] Names = ["redis", "postgres", "docker"];

    [Test, CancelAfter(900_000)]
    public async Task Servers_RestartedOneAfterTheOther_LoseAndDoubleNothing(CancellationToken cancellationToken)
    {
        var rounds = TestEnvironment.Loops(1, 10);
        var workload = await Workload.PrepareAsync(
            Site, Random, envelopes: 300 * rounds, games: 40 * rounds, containers: 6 * rounds, cancellationToken);
        // The engine takes its time to come back, and an outage is retried for as long.
        var worker = Site.StartWorker(("StopJobs__UnavailableRetry", "00:02:00"), Site.ShortLease);
        await worker.ReadyAsync(cancellationToken);
        var share = workload.Left / (rounds * Names.Length * 2);

        for (var round = 0; round < rounds; round++)
        {
            foreach (var name in Names)
            {
                foreach (var gracefully in new[] { true, false })
                {
                    var sending = workload.SendAsync(share, TimeSpan.FromMilliseconds(30), cancellationToken);
                    await Task.Delay(Random.Pause(TimeSpan.FromMilliseconds(300)), cancellationToken);
                    await (gracefully ? Site.Servers.DownAsync(name) : Site.Servers.KillAsync(name));
                    await Task.Delay(Random.Pause(TimeSpan.FromMilliseconds(500)), cancellationToken);
                    await Site.Servers.UpAsync(name);
                    await sending;
                }
            }
        }

        await workload.SendAsync(workload.Left, TimeSpan.Zero, cancellationToken);
        await Site.DrainedAsync(TimeSpan.FromSeconds(60), cancellationToken);
        await worker.ReadyAsync(cancellationToken);
        await Site.LeasesLapseAsync(cancellationToken);
        (await worker.StopAsync(cancellationToken)).Should().Be(0);
        await Site.ShouldHoldAsync();
    }
}
