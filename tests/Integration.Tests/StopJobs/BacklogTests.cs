using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>Envelopes that waited while no worker was up.</summary>
[Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class BacklogTests : OwnFleetFixture
{
    [Test, CancelAfter(120_000)]
    public async Task Stop_ThatWaitedWhileItsGameWasRestarted_StopsTheNewRun(CancellationToken cancellationToken)
    {
        await Fleet.Start("--migrate").WaitForExitAsync(cancellationToken);
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(await Fleet.Containers.ObedientAsync(cancellationToken)));
        var entry = await Fleet.Streams.StopAsync(game.GameId);
        var restarted = await Fleet.Records.AddAsync(game with { ContainerId = await Fleet.Containers.ObedientAsync(cancellationToken) });

        await Fleet.StartReadyAsync(cancellationToken);

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Success(restarted));
        await Fleet.ShouldHaveEndedAsync(entry, result, restarted, cancellationToken);
        await Fleet.ShouldBeStoppedAsync(restarted);
        (await Fleet.Containers.IsRunningAsync(restarted.ContainerId)).Should().BeFalse();
        (await Fleet.Containers.IsRunningAsync(game.ContainerId)).Should().BeTrue("nobody's record names it any more");
    }

    [Test, CancelAfter(120_000)]
    public async Task Worker_StartedAgain_GoesOnAfterTheOffset(CancellationToken cancellationToken)
    {
        await Fleet.StartReadyAsync(cancellationToken);
        var before = PlatformRecord.NewGameId();
        await Fleet.Streams.CommittedAsync(await Fleet.Streams.StopAsync(before), cancellationToken);
        (await Fleet.Worker.StopAsync(cancellationToken)).Should().Be(0);
        var waiting = PlatformRecord.NewGameId();
        var entry = await Fleet.Streams.StopAsync(waiting);

        await Fleet.StartReadyAsync(cancellationToken);

        (await Fleet.ResultAsync(entry, waiting, cancellationToken)).ErrorCode.Should().Be("not_found");
        (await Fleet.Streams.ResultsAsync(before)).Should().ContainSingle("it was committed before the restart");
        (await Fleet.Streams.OffsetAsync()).Should().Be(entry);
    }
}
