using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>One game's outcomes are in order, and games do not wait for each other (invariant 3).</summary>
[Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class LaneTests : OwnFleetFixture
{
    [Test, CancelAfter(120_000)]
    public async Task Outcomes_OfEachGame_AreInTheOrderOfItsEnvelopes(CancellationToken cancellationToken)
    {
        await Fleet.StartReadyAsync(cancellationToken);
        await NumberOutcomesAsync();
        var games = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Fleet.Records.AddAsync(PlatformRecord.Stopped("stopped-before"))));

        var sent = await Task.WhenAll(
            from number in Enumerable.Range(0, 20) from game in games select Fleet.Streams.StopAsync(game.GameId));
        await Fleet.Streams.CommittedAsync(await LastEntryAsync(), cancellationToken);

        sent.Should().OnlyHaveUniqueItems();
        foreach (var game in games)
        {
            var endpointOf = (await Fleet.Records.OperationsAsync(game.GameId))
                .ToDictionary(operation => operation.SourceRef, operation => operation.Receipt.Published.EngineEndpoint);
            var envelopes = (await Fleet.Streams.ReadAsync(PlatformStreams.Jobs)).Where(entry => entry["game_id"] == game.GameId);
            (await Fleet.Streams.ResultsAsync(game.GameId)).Select(result => result.EngineEndpoint)
                .Should().Equal(envelopes.Select(envelope => endpointOf[envelope.Id]))
                .And.HaveCount(20).And.OnlyHaveUniqueItems("otherwise an order could not be told");
        }
    }

    [Test, CancelAfter(120_000)]
    public async Task Outcomes_OfOtherGames_DoNotWaitForAContainerThatTakesItsTime(CancellationToken cancellationToken)
    {
        await Fleet.With("StopJobs__StopTimeout", TimeSpan.FromSeconds(5)).StartReadyAsync(cancellationToken);
        var stubborn = await Fleet.Records.AddAsync(PlatformRecord.Running(await Fleet.Containers.StubbornAsync(cancellationToken)));
        var obedient = await Fleet.Records.AddAsync(PlatformRecord.Running(await Fleet.Containers.ObedientAsync(cancellationToken)));
        var stopped = await Fleet.Records.AddAsync(PlatformRecord.Stopped("stopped-before"));

        var first = await Fleet.Streams.StopAsync(stubborn.GameId);
        string[] others =
        [
            await Fleet.Streams.StopAsync(obedient.GameId),
            await Fleet.Streams.StopAsync(stopped.GameId),
            await Fleet.Streams.AppendAsync(("junk", "junk")),
        ];
        await Eventually.TrueAsync(
            async () => others.All((await Fleet.Streams.DoneAsync()).Contains), cancellationToken, () => "the others are done above the offset");

        (await Fleet.Containers.IsRunningAsync(stubborn.ContainerId)).Should().BeTrue("it is within its grace period");
        PlatformEntry.IsPassed(first, await Fleet.Streams.OffsetAsync()).Should().BeFalse("the offset never passes an entry without outcome");
        (await Fleet.Streams.ResultsAsync(stubborn.GameId)).Should().BeEmpty();
        (await Fleet.Streams.ResultsAsync(obedient.GameId)).Should().Equal(PlatformResult.Success(obedient));
        (await Fleet.Streams.ResultsAsync(stopped.GameId)).Should().Equal(PlatformResult.Success(stopped, "replay_no_op"));
        (await Fleet.Streams.DeadLettersAsync()).Should().ContainSingle();

        await Fleet.Streams.CommittedAsync(others[^1], cancellationToken);
        (await Fleet.Streams.ResultsAsync(stubborn.GameId)).Should().Equal(PlatformResult.Success(stubborn));
        (await Fleet.Streams.DoneAsync()).Should().BeEmpty("everything is at or below the offset");
    }

    [Test, CancelAfter(120_000)]
    public async Task Stops_OfMoreGamesThanMaxConcurrency_RunThatManyAtATime(CancellationToken cancellationToken)
    {
        await Fleet.With("StopJobs__MaxConcurrency", "2").StartReadyAsync(cancellationToken);
        var containers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Fleet.Containers.SlowAsync(seconds: 1, cancellationToken)));
        var games = await Task.WhenAll(containers.Select(container => Fleet.Records.AddAsync(PlatformRecord.Running(container))));

        foreach (var game in games) await Fleet.Streams.StopAsync(game.GameId);
        await Fleet.Streams.CommittedAsync(await LastEntryAsync(), cancellationToken);

        var operations = new List<PlatformOperation>();
        foreach (var game in games)
        {
            (await Fleet.Streams.ResultsAsync(game.GameId)).Should().Equal(PlatformResult.Success(game));
            operations.AddRange(await Fleet.Records.OperationsAsync(game.GameId));
        }

        operations.Max(one => operations.Count(other => other.StartedAt <= one.StartedAt && one.StartedAt < other.FinishedAt)).Should().Be(2);
    }

    // A result carries no entry id, so each outcome of a game gets an endpoint of its own: the log entry of one changes
    // what the next one reads from the record.
    private Task NumberOutcomesAsync() => Fleet.Records.ExecuteAsync(
        """
        create function number_outcome() returns trigger language plpgsql as $$
        begin
            update runtime_records set engine_endpoint = 'after-' || new.id where game_id = new.game_id;
            return null;
        end $$;
        create trigger number_outcome after insert on operation_log for each row execute function number_outcome();
        """);

    private async Task<string> LastEntryAsync() => (await Fleet.Streams.ReadAsync(PlatformStreams.Jobs))[^1].Id;
}
