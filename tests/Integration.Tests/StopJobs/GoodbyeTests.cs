using System.Diagnostics;
using System.Net;
using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>On SIGTERM a worker finishes or hands back what it holds within its grace period and exits 0 (invariant 10).</summary>
// Alone, since it measures time.
[NonParallelizable, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class GoodbyeTests : OwnFleetFixture
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    /// <summary>What --help grants for giving leases back once the grace period is over.</summary>
    private static readonly TimeSpan HandingBack = TimeSpan.FromSeconds(4);

    [Test, CancelAfter(120_000)]
    public async Task Sigterm_WhenIdle_ExitsZeroAtOnceAndGivesTheStreamBack(CancellationToken cancellationToken)
    {
        await Fleet.With("StopJobs__BlockTimeout", Long).With("StopJobs__OwnershipTtl", Long).With("Shutdown__GracePeriod", Long)
            .StartReadyAsync(cancellationToken);
        var clock = Stopwatch.StartNew();

        (await Fleet.Worker.StopAsync(cancellationToken)).Should().Be(0);

        clock.Elapsed.Should().BeLessThan(Long / 6, "neither the read that waits nor the grace period is waited for");
        (await Fleet.Streams.Database.KeyExistsAsync(PlatformStreams.Owner)).Should().BeFalse();
    }

    [Test, CancelAfter(120_000)]
    public async Task Sigterm_WhileAStopFitsIntoTheGracePeriod_PublishesItAndExitsZero(CancellationToken cancellationToken)
    {
        await Fleet.With("Shutdown__GracePeriod", Long).StartReadyAsync(cancellationToken);
        var (game, entry) = await StopHeldAsync(cancellationToken);

        await Fleet.Worker.SignalAsync("TERM");
        await Fleet.Streams.UnreadAsync(cancellationToken);
        (await Fleet.Worker.GetAsync("/healthz/ready", cancellationToken)).Status.Should().Be(HttpStatusCode.ServiceUnavailable);
        var late = await Fleet.Streams.StopAsync(PlatformRecord.NewGameId());
        await Fleet.Containers.LetGoAsync(game.ContainerId);

        (await Fleet.Worker.WaitForExitAsync(cancellationToken)).Should().Be(0);
        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Success(game));
        await Fleet.ShouldHaveEndedAsync(entry, result, game, cancellationToken);
        await Fleet.ShouldBeStoppedAsync(game);
        (await Fleet.Streams.OffsetAsync()).Should().Be(entry, "{0} came after the goodbye and is left to the next worker", late);
        (await Fleet.Streams.Database.KeyExistsAsync(PlatformStreams.Owner)).Should().BeFalse();
    }

    [Test, CancelAfter(120_000)]
    public async Task Sigterm_WhileAStopOutlastsTheGracePeriod_PublishesNothingAndTheNextWorkerFinishesIt(CancellationToken cancellationToken)
    {
        var grace = TimeSpan.FromSeconds(2);
        await Fleet.With("Shutdown__GracePeriod", grace).With("StopJobs__OwnershipTtl", Long).With("StopJobs__LeaseTtl", Long)
            .StartReadyAsync(cancellationToken);
        var (game, entry) = await StopHeldAsync(cancellationToken);
        var clock = Stopwatch.StartNew();

        (await Fleet.Worker.StopAsync(cancellationToken)).Should().Be(0);

        clock.Elapsed.Should().BeLessThan(grace + HandingBack);
        (await Fleet.Streams.ReadAsync(PlatformStreams.JobResults)).Should().BeEmpty("a shutdown is not an outcome");
        PlatformEntry.IsPassed(entry, await Fleet.Streams.OffsetAsync()).Should().BeFalse();
        (await Fleet.Records.OperationsAsync(game.GameId)).Should().BeEmpty();
        await Fleet.ShouldBeAsItWasAsync(game);
        (await Fleet.Streams.Database.KeyExistsAsync(PlatformStreams.LeaseOf(game.GameId))).Should().BeFalse("it was handed back");
        (await Fleet.Streams.Database.KeyExistsAsync(PlatformStreams.Owner)).Should().BeFalse("it was handed back");

        await Fleet.StartReadyAsync(cancellationToken);
        await Fleet.Containers.LetGoAsync(game.ContainerId);
        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Success(game));
        await Fleet.ShouldHaveEndedAsync(entry, result, game, cancellationToken);
        await Fleet.ShouldBeStoppedAsync(game);
    }

    private async Task<(PlatformRecord Game, string Entry)> StopHeldAsync(CancellationToken cancellationToken)
    {
        var container = await Fleet.Containers.HeldAsync(cancellationToken);
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(container));
        var entry = await Fleet.Streams.StopAsync(game.GameId);
        await Fleet.Containers.StoppingAsync(container, cancellationToken);
        return (game, entry);
    }
}
