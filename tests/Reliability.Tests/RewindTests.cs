using Workers.Reliability.Tests.Checking;
using Workers.Testing;

namespace Workers.Reliability.Tests;

/// <summary>
/// Redis loses its last moments. What the stream still holds has one outcome each again, what was done is reported as it was
/// and not done twice, and a worker notices by itself.
/// </summary>
internal sealed class RewindTests : ReliabilityFixture
{
    private static readonly (string, string) Ttl = ("StopJobs__OwnershipTtl", "00:00:05");

    /// <summary>A third of the lease until it notices, or the lease itself if an older owner's must lapse first, and the work.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Test, CancelAfter(300_000)]
    public async Task Redis_RewoundWhileEnvelopesFlow_HoldsEveryOutcomeOnce(CancellationToken cancellationToken)
    {
        var workload = await Workload.PrepareAsync(Site, Random, envelopes: 300, games: 40, containers: 5, cancellationToken);
        var worker = Site.StartWorker(Ttl, Site.ShortLease);
        await worker.ReadyAsync(cancellationToken);

        for (var loop = 0; loop < TestEnvironment.Loops(2, 10); loop++)
        {
            var sending = workload.SendAsync(workload.Left / 2, TimeSpan.FromMilliseconds(10), cancellationToken);
            await Task.Delay(Random.Pause(TimeSpan.FromMilliseconds(400)), cancellationToken);
            var past = RedisPast.Keep(Site.Servers);
            await Task.Delay(Random.Pause(TimeSpan.FromMilliseconds(400)), cancellationToken);
            await ReturnAsync(past);
            await sending;
        }

        await Site.DrainedAsync(Soon, cancellationToken);
        await EndsCleanAsync(worker, cancellationToken);
    }

    [Test, CancelAfter(120_000)]
    public async Task Redis_RewoundUnderAnIdleWorker_IsNoticedAndFilledUp(CancellationToken cancellationToken)
    {
        var (past, worker) = await FinishWhatThePastDoesNotKnowAsync(cancellationToken);

        await ReturnAsync(past);

        await Site.DrainedAsync(Soon, cancellationToken);
        await EndsCleanAsync(worker, cancellationToken);
    }

    [Test, CancelAfter(120_000)]
    public async Task Redis_RewoundToBeforeTheFirstCommit_IsFilledUpFromTheBeginning(CancellationToken cancellationToken)
    {
        var worker = Site.StartWorker(Ttl, Site.ShortLease);
        await worker.OwnsAsync(cancellationToken);
        await worker.SignalAsync("STOP");
        var workload = await Workload.PrepareAsync(Site, Random, envelopes: 60, games: 12, containers: 2, cancellationToken);
        await workload.SendAsync(workload.Left, TimeSpan.Zero, cancellationToken);
        var past = RedisPast.Keep(Site.Servers);
        await worker.SignalAsync("CONT");
        await Site.DrainedAsync(TimeSpan.FromSeconds(20), cancellationToken);

        await ReturnAsync(past);

        await Site.DrainedAsync(Soon, cancellationToken);
        await EndsCleanAsync(worker, cancellationToken);
    }

    [Test, CancelAfter(120_000)]
    public async Task Redis_RewoundToADeadOwnersDays_IsFilledUpByTheLivingOne(CancellationToken cancellationToken)
    {
        var (past, former) = await FinishWhatThePastDoesNotKnowAsync(cancellationToken);
        (await former.StopAsync(cancellationToken)).Should().Be(0);
        var worker = Site.StartWorker(Ttl, Site.ShortLease);
        await worker.OwnsAsync(cancellationToken);

        await ReturnAsync(past);

        await Site.DrainedAsync(Soon, cancellationToken);
        await EndsCleanAsync(worker, cancellationToken);
    }

    [Test, CancelAfter(120_000)]
    public async Task Redis_RewoundToAStandbysDays_IsFilledUpByOneOfThem(CancellationToken cancellationToken)
    {
        var (past, former) = await FinishWhatThePastDoesNotKnowAsync(cancellationToken);
        await former.SignalAsync("STOP");
        var worker = Site.StartWorker(Ttl, Site.ShortLease);
        await worker.OwnsAsync(cancellationToken);
        await former.SignalAsync("CONT");
        await former.StandsByAsync(cancellationToken);

        await ReturnAsync(past);

        await Site.DrainedAsync(Soon, cancellationToken);
        using var deadline = Deadline.In(Soon, cancellationToken);
        await new[] { former, worker }.SettleAsync(deadline.Token);
        (await former.StopAsync(cancellationToken)).Should().Be(0);
        await EndsCleanAsync(worker, cancellationToken);
    }

    /// <summary>
    /// Keeps a past in which one stop is under way, others behind it are committed already and some are not sent yet; then
    /// everything is finished.
    /// </summary>
    private async Task<(RedisPast Past, WorkerProcess Worker)> FinishWhatThePastDoesNotKnowAsync(CancellationToken cancellationToken)
    {
        var worker = Site.StartWorker(Ttl, Site.ShortLease);
        await worker.ReadyAsync(cancellationToken);
        var container = await Site.Containers.HeldAsync(cancellationToken);
        var held = await Site.AddRunningAsync(container);
        ExpectedGame[] others = [await Site.AddStoppedAsync(), await Site.AddVanishedAsync(), Site.AddUnknown()];

        await Site.SendAsync(held);
        foreach (var game in others) await Site.SendAsync(game);
        await Site.SendGarbageAsync(Random.Next(100));
        await Site.Containers.StoppingAsync(container, cancellationToken);
        await Eventually.TrueAsync(
            async () => (await Site.Streams.DoneAsync()).Count == others.Length + 1, cancellationToken, () => "all but the held one are done");
        var past = RedisPast.Keep(Site.Servers);

        await Site.Containers.LetGoAsync(container);
        await Site.SendAsync(held);
        foreach (var game in others) await Site.SendAsync(game);
        await Site.DrainedAsync(Soon, cancellationToken);
        return (past, worker);
    }

    private async Task ReturnAsync(RedisPast past)
    {
        Site.Rewound = true;
        await past.ReturnAsync();
    }

    private async Task EndsCleanAsync(WorkerProcess worker, CancellationToken cancellationToken)
    {
        await Site.LeasesLapseAsync(cancellationToken);
        (await worker.StopAsync(cancellationToken)).Should().Be(0);
        await Site.ShouldHoldAsync();
    }
}
