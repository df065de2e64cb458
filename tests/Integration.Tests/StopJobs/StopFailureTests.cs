using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>The decision table's failures, but for servers that are down.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class StopFailureTests : SharedFleetFixture
{
    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenThereIsNoRecord_IsNotFound(CancellationToken cancellationToken)
    {
        var unknown = PlatformRecord.NewGameId();

        var entry = await Fleet.Streams.StopAsync(unknown);

        var result = await Fleet.ResultAsync(entry, unknown, cancellationToken);
        result.Should().Be(PlatformResult.Failure(unknown, "not_found", $"runtime record for game \"{unknown}\" does not exist"));
        await Fleet.ShouldHaveEndedAsync(entry, result, acted: null, cancellationToken);
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenTheRecordIsDeletedMeanwhile_IsNotFound(CancellationToken cancellationToken)
    {
        var container = await Fleet.Containers.HeldAsync(cancellationToken);
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(container));

        var entry = await Fleet.Streams.StopAsync(game.GameId);
        await Fleet.Containers.StoppingAsync(container, cancellationToken);
        await Fleet.Records.ExecuteAsync("delete from runtime_records where game_id = $1", game.GameId);
        await Fleet.Containers.LetGoAsync(container);

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Failure(game.GameId, "not_found", $"runtime record for game \"{game.GameId}\" vanished mid-stop"));
        await Fleet.ShouldHaveEndedAsync(entry, result, game, cancellationToken);
        (await Fleet.Records.FindAsync(game.GameId)).Should().BeNull();
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenAnotherOperationHoldsTheLease_IsAConflictAndLeavesItsLease(CancellationToken cancellationToken)
    {
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(await Fleet.Containers.ObedientAsync(cancellationToken)));
        var (lease, ttl) = (PlatformStreams.LeaseOf(game.GameId), TimeSpan.FromHours(1));
        await Fleet.Streams.Database.StringSetAsync(lease, "a-restart-in-progress", ttl);

        var entry = await Fleet.Streams.StopAsync(game.GameId);

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Failure(
            game.GameId, "conflict", "another lifecycle operation is in progress for this game"));
        await Fleet.ShouldBeLoggedAsync(entry, result, acted: null);
        await Fleet.ShouldBeAsItWasAsync(game);
        (await Fleet.Containers.IsRunningAsync(game.ContainerId)).Should().BeTrue();
        ((string?)await Fleet.Streams.Database.StringGetAsync(lease)).Should().Be("a-restart-in-progress");
        (await Fleet.Streams.Database.KeyTimeToLiveAsync(lease)).Should().BeCloseTo(ttl, TimeSpan.FromMinutes(1));
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenTheLeaseStoreFails_IsServiceUnavailable(CancellationToken cancellationToken)
    {
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(await Fleet.Containers.ObedientAsync(cancellationToken)));
        await Fleet.Streams.Database.ListRightPushAsync(PlatformStreams.LeaseOf(game.GameId), "not a lease");

        var entry = await Fleet.Streams.StopAsync(game.GameId);

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Failure(game.GameId, "service_unavailable", result.ErrorMessage));
        result.ErrorMessage.Should().StartWith("acquire game lease: ").And.Contain("WRONGTYPE");
        await Fleet.ShouldBeLoggedAsync(entry, result, acted: null);
        await Fleet.ShouldBeAsItWasAsync(game);
        (await Fleet.Containers.IsRunningAsync(game.ContainerId)).Should().BeTrue();
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenARunningRecordHasNoContainer_IsAnInternalError(CancellationToken cancellationToken)
    {
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(containerId: ""));

        var entry = await Fleet.Streams.StopAsync(game.GameId);

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Failure(game.GameId, "internal_error", result.ErrorMessage));
        result.ErrorMessage.Should().Contain("container id");
        await Fleet.Streams.LeaseGoneAsync(game.GameId, cancellationToken);
        await Fleet.ShouldBeAsItWasAsync(game);
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenTheStatusIsUnsupported_IsAnInternalError(CancellationToken cancellationToken)
    {
        await Fleet.Records.ExecuteAsync(
            """
            do $$
            declare name text;
            begin
                for name in select conname from pg_constraint where conrelid = 'runtime_records'::regclass and contype = 'c' loop
                    execute format('alter table runtime_records drop constraint %I', name);
                end loop;
            end $$
            """);
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running("whatever") with { Status = "paused" });

        var entry = await Fleet.Streams.StopAsync(game.GameId);

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Failure(game.GameId, "internal_error", "runtime record has unsupported status \"paused\""));
        await Fleet.ShouldHaveEndedAsync(entry, result, acted: null, cancellationToken);
        await Fleet.ShouldBeAsItWasAsync(game);
    }
}
