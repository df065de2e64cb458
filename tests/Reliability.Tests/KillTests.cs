using Workers.Testing;

namespace Workers.Reliability.Tests;

/// <summary>Invariants 1 to 3 while the only worker dies again and again.</summary>
internal sealed class KillTests : ReliabilityFixture
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(12);

    [Test, CancelAfter(900_000)]
    public async Task Worker_KilledAtRandomMoments_LosesAndDoublesNothing(CancellationToken cancellationToken)
    {
        const int envelopes = 500;
        var kills = TestEnvironment.Loops(8, 100);
        var workload = await Workload.PrepareAsync(
            Site, Random, envelopes, games: 50, containers: TestEnvironment.Loops(8, 20), cancellationToken);

        for (var kill = 1; kill <= kills; kill++)
        {
            var worker = Site.StartWorker();
            var sending = workload.SendAsync((envelopes / kills) + 1, LongestPause, cancellationToken);
            // One in four dies while it starts, the others while they work.
            if (Random.Next(4) != 0) await worker.ReadyAsync(cancellationToken);
            await Task.Delay(Random.Pause(TimeSpan.FromMilliseconds(500)), cancellationToken);
            await worker.KillAsync();
            await sending;
        }

        await workload.SendAsync(workload.Left, TimeSpan.Zero, cancellationToken);
        var last = Site.StartWorker();
        await Site.DrainedAsync(TimeSpan.FromSeconds(30), cancellationToken);

        (await last.StopAsync(cancellationToken)).Should().Be(0);
        (await Site.Streams.ReadAsync(PlatformStreams.Jobs)).Should().HaveCount(envelopes);
        await Site.ShouldHoldAsync();
    }
}
