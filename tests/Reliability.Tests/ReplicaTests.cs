using System.Net;
using Workers.Testing;

namespace Workers.Reliability.Tests;

/// <summary>Invariant 4: of several replicas one works, and one that lost its ownership publishes and records nothing.</summary>
internal sealed class ReplicaTests : ReliabilityFixture
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(5);

    /// <summary>For a replica to notice, take over and work.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    private static readonly (string, string) ShortOwnership = ("StopJobs__OwnershipTtl", "00:00:05");

    /// <summary>Who waited for this lease to lapse would not be done <see cref="AtOnce"/>.</summary>
    private static readonly (string, string) LongOwnership = ("StopJobs__OwnershipTtl", "00:05:00");

    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(10);

    [Test, CancelAfter(60_000)]
    public async Task Replicas_WhenTwoRun_OneWorksAndTheOtherIsReadyToTakeOver(CancellationToken cancellationToken)
    {
        var workload = await Workload.PrepareAsync(Site, Random, envelopes: 40, games: 8, containers: 1, cancellationToken);
        var replicas = StartReplicas(2);

        await replicas.SettleAsync(cancellationToken);
        await workload.SendAsync(workload.Left, TimeSpan.Zero, cancellationToken);

        await Site.DrainedAsync(TimeSpan.FromSeconds(20), cancellationToken);
        await EndsCleanAsync(replicas, cancellationToken);
    }

    [Test, CancelAfter(300_000)]
    public async Task Standby_WhenTheOwnerIsKilled_TakesOverWithinTheLease(CancellationToken cancellationToken)
    {
        var workload = await Workload.PrepareAsync(Site, Random, envelopes: 150, games: 20, containers: 3, cancellationToken);
        var replicas = StartReplicas(2);
        var owner = await replicas.SettleAsync(cancellationToken);
        var sending = workload.SendAsync(workload.Left, TimeSpan.FromMilliseconds(10), cancellationToken);
        await Task.Delay(Random.Pause(TimeSpan.FromMilliseconds(500)), cancellationToken);

        await owner.KillAsync();

        await TakesOverAsync(Other(replicas, owner), cancellationToken);
        await sending;
        await Site.DrainedAsync(TimeSpan.FromSeconds(20), cancellationToken);
        await EndsCleanAsync([Other(replicas, owner)], cancellationToken);
    }

    [Test, CancelAfter(60_000)]
    public async Task Standby_WhenTheOwnerIsAskedToStop_TakesOverWithoutWaitingForTheLease(CancellationToken cancellationToken)
    {
        var replicas = StartReplicas(2, LongOwnership);
        var owner = await replicas.SettleAsync(cancellationToken);
        var game = await Site.AddStoppedAsync();

        var exitCode = await owner.StopAsync(cancellationToken);
        await Site.SendAsync(game);

        exitCode.Should().Be(0);
        using var deadline = Deadline.In(AtOnce, cancellationToken);
        await Site.ResultAsync(game, deadline.Token);
        await EndsCleanAsync([Other(replicas, owner)], cancellationToken);
    }

    [Test, CancelAfter(60_000)]
    public async Task Standby_WhenRedisWentAwayAndCameBack_IsReadyAgain(CancellationToken cancellationToken)
    {
        var replicas = StartReplicas(2);
        var owner = await replicas.SettleAsync(cancellationToken);
        var standby = Other(replicas, owner);
        await Site.Servers.DownAsync("redis");
        await Eventually.TrueAsync(
            async () => (await standby.GetAsync("/healthz/ready", cancellationToken)).Status == HttpStatusCode.ServiceUnavailable
                && standby.Log.Contains("claiming the stream", StringComparison.Ordinal),
            cancellationToken, () => "the standby notices that Redis is away");

        await Site.Servers.UpAsync("redis");

        using var deadline = Deadline.In(Ttl + Margin, cancellationToken);
        await replicas.SettleAsync(deadline.Token);
        await EndsCleanAsync(replicas, cancellationToken);
    }

    [Test, CancelAfter(300_000)]
    public async Task Owner_StalledPastItsLeaseInAGracePeriod_PublishesAndRecordsNothing(CancellationToken cancellationToken)
    {
        var container = await Site.Containers.HeldAsync(cancellationToken);
        var game = await Site.AddRunningAsync(container);
        var replicas = StartReplicas(2);
        var owner = await replicas.SettleAsync(cancellationToken);
        await Site.SendAsync(game);
        await Site.Containers.StoppingAsync(container, cancellationToken);

        await owner.SignalAsync("STOP");
        await TakesOverAsync(Other(replicas, owner), cancellationToken);
        await Site.Containers.LetGoAsync(container);
        await Site.DrainedAsync(TimeSpan.FromSeconds(20), cancellationToken);

        await ResumesWithoutATraceAsync(owner, cancellationToken);
        await EndsCleanAsync(replicas, cancellationToken);
    }

    [Test, CancelAfter(300_000)]
    public async Task Owner_StalledPastItsLeaseWhileContainersDie_PublishesAndRecordsNothing(CancellationToken cancellationToken)
    {
        // The owner wakes up to an answer of the engine that says the container is down, before its successor can act on it.
        var container = await Site.Containers.HeldAsync(cancellationToken);
        var game = await Site.AddRunningAsync(container);
        var replicas = StartReplicas(2);
        var owner = await replicas.SettleAsync(cancellationToken);
        await Site.SendAsync(game);
        await Site.Containers.StoppingAsync(container, cancellationToken);

        await owner.SignalAsync("STOP");
        await TakesOverAsync(Other(replicas, owner), cancellationToken);
        await owner.SignalAsync("CONT");
        await Site.Containers.LetGoAsync(container);

        await owner.StandsByAsync(cancellationToken);
        await Site.DrainedAsync(TimeSpan.FromSeconds(20), cancellationToken);
        (await Site.ResultAsync(game, cancellationToken)).Should().Be(PlatformResult.Success(game.Record));
        await EndsCleanAsync(replicas, cancellationToken);
    }

    [Test, CancelAfter(300_000)]
    public async Task Owner_StalledPastItsLeaseWhileEnvelopesFlow_PublishesAndRecordsNothing(CancellationToken cancellationToken)
    {
        var workload = await Workload.PrepareAsync(Site, Random, envelopes: 200, games: 20, containers: 2, cancellationToken);
        var replicas = StartReplicas(2);
        for (var loop = 0; loop < TestEnvironment.Loops(1, 10); loop++)
        {
            var owner = await replicas.SettleAsync(cancellationToken);
            var sending = workload.SendAsync(workload.Left / 2, TimeSpan.FromMilliseconds(4), cancellationToken);
            await Task.Delay(Random.Pause(TimeSpan.FromMilliseconds(300)), cancellationToken);
            await owner.SignalAsync("STOP");
            await TakesOverAsync(Other(replicas, owner), cancellationToken);
            await sending;
            await Site.DrainedAsync(TimeSpan.FromSeconds(20), cancellationToken);

            await ResumesWithoutATraceAsync(owner, cancellationToken);
        }

        await EndsCleanAsync(replicas, cancellationToken);
    }

    [Test, CancelAfter(300_000)]
    public async Task Owner_StalledWithItsMoveInFlight_LeavesTheOutcomeToItsSuccessor(CancellationToken cancellationToken)
    {
        var game = await Site.AddRunningAsync(await Site.Containers.ObedientAsync(cancellationToken));
        var replicas = StartReplicas(2);
        var owner = await replicas.SettleAsync(cancellationToken);
        await using (var held = await Site.Records.BeginAsync(
            "select from runtime_records where game_id = $1 for update", game.Record.GameId))
        {
            await Site.SendAsync(game);
            await held.BlocksSomeoneAsync(cancellationToken);
            await owner.SignalAsync("STOP");
            await TakesOverAsync(Other(replicas, owner), cancellationToken);
            await held.CommitAsync();
        }

        await Site.DrainedAsync(TimeSpan.FromSeconds(20), cancellationToken);

        (await Site.ResultAsync(game, cancellationToken)).Should().Be(PlatformResult.Success(game.Record));
        await ResumesWithoutATraceAsync(owner, cancellationToken);
        await EndsCleanAsync(replicas, cancellationToken);
    }

    [Test, CancelAfter(900_000)]
    public async Task Replicas_KilledAtRandom_LoseAndDoubleNothing(CancellationToken cancellationToken)
    {
        var kills = TestEnvironment.Loops(6, 60);
        var workload = await Workload.PrepareAsync(Site, Random, envelopes: 300, games: 30, containers: 5, cancellationToken);
        var share = (workload.Left / kills) + 1;
        var replicas = StartReplicas(3);
        await replicas.SettleAsync(cancellationToken);

        for (var kill = 0; kill < kills; kill++)
        {
            var sending = workload.SendAsync(share, TimeSpan.FromMilliseconds(12), cancellationToken);
            await Task.Delay(Random.Pause(TimeSpan.FromMilliseconds(600)), cancellationToken);
            var victim = Random.Next(replicas.Length);
            if (Random.Next(3) == 0) await replicas[victim].StopAsync(cancellationToken);
            else await replicas[victim].KillAsync();

            replicas[victim] = Site.StartWorker(ShortOwnership);
            await sending;
        }

        await Site.DrainedAsync(TimeSpan.FromSeconds(20), cancellationToken);
        await replicas.SettleAsync(cancellationToken);
        await EndsCleanAsync(replicas, cancellationToken);
    }

    private static WorkerProcess Other(WorkerProcess[] replicas, WorkerProcess owner) => replicas.Single(replica => replica != owner);

    private static async Task TakesOverAsync(WorkerProcess standby, CancellationToken cancellationToken)
    {
        using var deadline = Deadline.In(Ttl + Margin, cancellationToken);
        await standby.OwnsAsync(deadline.Token);
    }

    private WorkerProcess[] StartReplicas(int count) => StartReplicas(count, ShortOwnership);

    private WorkerProcess[] StartReplicas(int count, (string, string) ownership) =>
        [.. Enumerable.Range(0, count).Select(_ => Site.StartWorker(ownership))];

    /// <summary>Wakes the stalled worker up. Once it stands by, what it had in hand is over: nothing of it may show.</summary>
    private async Task ResumesWithoutATraceAsync(WorkerProcess stalled, CancellationToken cancellationToken)
    {
        var before = (await Site.ReadEvidenceAsync()).Traces;

        await stalled.SignalAsync("CONT");
        await stalled.StandsByAsync(cancellationToken);

        (await Site.ReadEvidenceAsync()).Traces.Should().Equal(before);
    }

    private async Task EndsCleanAsync(IEnumerable<WorkerProcess> replicas, CancellationToken cancellationToken)
    {
        foreach (var replica in replicas) (await replica.StopAsync(cancellationToken)).Should().Be(0);
        await Site.ShouldHoldAsync();
    }
}
