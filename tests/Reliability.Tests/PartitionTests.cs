using Workers.Testing;

namespace Workers.Reliability.Tests;

/// <summary>
/// The owner is cut off from Redis alone, longer than its lease, and goes on living: it fences itself, and what it sent before
/// the cut and arrives after it changes nothing (invariant 4).
/// </summary>
internal sealed class PartitionTests : ReliabilityFixture
{
    private static readonly (string, string) ShortOwnership = ("StopJobs__OwnershipTtl", "00:00:05");
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Test, CancelAfter(120_000)]
    public async Task Owner_CutOffInAGracePeriod_LeavesTheOutcomeToItsSuccessor(CancellationToken cancellationToken)
    {
        await using var proxy = new ReliabilityProxy(Site.RedisPort);
        var container = await Site.Containers.HeldAsync(cancellationToken);
        var game = await Site.AddRunningAsync(container);
        var (owner, standby) = await StartAsync(proxy, cancellationToken);
        await Site.SendAsync(game);
        await Site.Containers.StoppingAsync(container, cancellationToken);

        proxy.Hold();
        await TakesOverAsync(standby, cancellationToken);
        await Site.Containers.LetGoAsync(container);
        await Site.DrainedAsync(Soon, cancellationToken);

        (await Site.ResultAsync(game, cancellationToken)).Should().Be(PlatformResult.Success(game.Record));
        await HealsWithoutATraceAsync(proxy, owner, standby, cancellationToken);
    }

    [Test, CancelAfter(120_000)]
    public async Task Owner_CutOffBeforeItsCommit_PublishesNothingTwice(CancellationToken cancellationToken)
    {
        await using var proxy = new ReliabilityProxy(Site.RedisPort);
        var game = await Site.AddStoppedAsync();
        var (owner, standby) = await StartAsync(proxy, cancellationToken);
        var held = proxy.HoldAsync(cancellationToken, "EVALSHA", PlatformStreams.JobResults);

        await Site.SendAsync(game);
        await held;
        await TakesOverAsync(standby, cancellationToken);
        await Site.DrainedAsync(Soon, cancellationToken);

        await HealsWithoutATraceAsync(proxy, owner, standby, cancellationToken);
    }

    [Test, CancelAfter(120_000)]
    public async Task Owner_CutOffBeforeItTakesALease_LeavesNoneBehind(CancellationToken cancellationToken)
    {
        await using var proxy = new ReliabilityProxy(Site.RedisPort);
        var game = await Site.AddStoppedAsync();
        var (owner, standby) = await StartAsync(proxy, cancellationToken);
        var held = proxy.HoldAsync(cancellationToken, "EVALSHA", PlatformStreams.LeaseOf(game.Record.GameId));

        await Site.SendAsync(game);
        await held;
        await TakesOverAsync(standby, cancellationToken);
        await Site.DrainedAsync(Soon, cancellationToken);

        await HealsWithoutATraceAsync(proxy, owner, standby, cancellationToken);
    }

    /// <summary>An owner behind the proxy that has worked already, so that Redis knows its scripts, and a standby beside it.</summary>
    private async Task<(WorkerProcess Owner, WorkerProcess Standby)> StartAsync(ReliabilityProxy proxy, CancellationToken cancellationToken)
    {
        var owner = Site.StartWorker(ShortOwnership, ("ConnectionStrings__Redis", proxy.Address));
        await owner.OwnsAsync(cancellationToken);
        await Site.SendAsync(await Site.AddStoppedAsync());
        await Site.DrainedAsync(Soon, cancellationToken);
        var standby = Site.StartWorker(ShortOwnership);
        await standby.StandsByAsync(cancellationToken);
        return (owner, standby);
    }

    private static async Task TakesOverAsync(WorkerProcess standby, CancellationToken cancellationToken)
    {
        using var deadline = Deadline.In(Soon, cancellationToken);
        await standby.OwnsAsync(deadline.Token);
    }

    /// <summary>Heals the cut. Once the former owner stands by, all that it had sent has arrived.</summary>
    private async Task HealsWithoutATraceAsync(
        ReliabilityProxy proxy, WorkerProcess owner, WorkerProcess standby, CancellationToken cancellationToken)
    {
        var before = (await Site.ReadEvidenceAsync()).Traces;

        proxy.Release();
        await owner.StandsByAsync(cancellationToken);

        (await Site.ReadEvidenceAsync()).Traces.Should().Equal(before);
        (await owner.StopAsync(cancellationToken)).Should().Be(0);
        (await standby.StopAsync(cancellationToken)).Should().Be(0);
        await Site.ShouldHoldAsync();
    }
}
