using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>The decision table's successes that found nothing left to do, and orders that come again.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class StopReplayTests : SharedFleetFixture
{
    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenTheRecordIsStopped_IsAReplayWithItsContainer(CancellationToken cancellationToken)
    {
        var game = await Fleet.Records.AddAsync(PlatformRecord.Stopped("stopped-before"));

        var entry = await Fleet.Streams.StopAsync(game.GameId);

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Success(game, "replay_no_op"));
        await Fleet.ShouldHaveEndedAsync(entry, result, game, cancellationToken);
        await Fleet.ShouldBeAsItWasAsync(game);
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenTheRecordIsRemoved_IsAReplayWithoutContainer(CancellationToken cancellationToken)
    {
        var game = await Fleet.Records.AddAsync(PlatformRecord.Removed());

        var entry = await Fleet.Streams.StopAsync(game.GameId);

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Success(game, "replay_no_op"));
        result.ContainerId.Should().BeEmpty();
        await Fleet.ShouldHaveEndedAsync(entry, result, game, cancellationToken);
        await Fleet.ShouldBeAsItWasAsync(game);
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenAnotherActorMovesTheRecordMeanwhile_IsAReplayWithTheStaleContainer(CancellationToken cancellationToken)
    {
        var container = await Fleet.Containers.HeldAsync(cancellationToken);
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(container));

        var entry = await Fleet.Streams.StopAsync(game.GameId);
        await Fleet.Containers.StoppingAsync(container, cancellationToken);
        var moved = await Fleet.Records.AddAsync(game with { Status = "removed", ContainerId = "", RemovedAt = game.StartedAt });
        await Fleet.Containers.LetGoAsync(container);

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Success(game, "replay_no_op"));
        await Fleet.ShouldHaveEndedAsync(entry, result, game, cancellationToken);
        await Fleet.ShouldBeAsItWasAsync(moved);
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenTheGameIsRestartedMeanwhile_LeavesTheNewRunAlone(CancellationToken cancellationToken)
    {
        var container = await Fleet.Containers.HeldAsync(cancellationToken);
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(container));
        var next = await Fleet.Containers.ObedientAsync(cancellationToken);

        var entry = await Fleet.Streams.StopAsync(game.GameId);
        await Fleet.Containers.StoppingAsync(container, cancellationToken);
        var restarted = await Fleet.Records.AddAsync(game with { ContainerId = next });
        await Fleet.Containers.LetGoAsync(container);

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Success(game, "replay_no_op"));
        await Fleet.ShouldHaveEndedAsync(entry, result, game, cancellationToken);
        await Fleet.ShouldBeAsItWasAsync(restarted);
        (await Fleet.Containers.IsRunningAsync(next)).Should().BeTrue();
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenTheEnvelopeIsRepeated_IsAFreshSuccessAndThenAReplay(CancellationToken cancellationToken)
    {
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(await Fleet.Containers.ObedientAsync(cancellationToken)));

        var first = await Fleet.Streams.StopAsync(game.GameId);
        var second = await Fleet.Streams.StopAsync(game.GameId);
        await Fleet.Streams.CommittedAsync(second, cancellationToken);

        PlatformResult fresh = PlatformResult.Success(game), replay = PlatformResult.Success(game, "replay_no_op");
        (await Fleet.Streams.ResultsAsync(game.GameId)).Should().Equal(fresh, replay);
        await Fleet.ShouldHaveEndedAsync(first, fresh, game, cancellationToken);
        await Fleet.ShouldHaveEndedAsync(second, replay, game, cancellationToken);
        await Fleet.ShouldBeStoppedAsync(game);
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenTheGameRunsAgain_StopsTheNewRun(CancellationToken cancellationToken)
    {
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(await Fleet.Containers.ObedientAsync(cancellationToken)));
        var first = await Fleet.Streams.StopAsync(game.GameId);
        await Fleet.Streams.CommittedAsync(first, cancellationToken);
        var restarted = await Fleet.Records.AddAsync(game with { ContainerId = await Fleet.Containers.ObedientAsync(cancellationToken) });

        // Asked for long before this run started: still an order.
        var second = await Fleet.Streams.AppendAsync(("game_id", game.GameId), ("reason", "cancelled"), ("requested_at_ms", "1"));
        await Fleet.Streams.CommittedAsync(second, cancellationToken);

        (await Fleet.Streams.ResultsAsync(game.GameId))
            .Should().Equal(PlatformResult.Success(game), PlatformResult.Success(restarted));
        await Fleet.ShouldHaveEndedAsync(second, PlatformResult.Success(restarted), restarted, cancellationToken);
        await Fleet.ShouldBeStoppedAsync(restarted);
        (await Fleet.Containers.IsRunningAsync(restarted.ContainerId)).Should().BeFalse();
    }
}
