using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>The decision table's fresh successes.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class StopSuccessTests : SharedFleetFixture
{
    private const int GraceSeconds = 3;

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenTheContainerExitsOnSigterm_IsAFreshSuccess(CancellationToken cancellationToken)
    {
        var container = await Fleet.Containers.ObedientAsync(cancellationToken);
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(container));

        var entry = await Fleet.Streams.StopAsync(game.GameId, "admin_request");

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Success(game));
        var receipt = await Fleet.ShouldHaveEndedAsync(entry, result, game, cancellationToken);
        receipt.Should().Be(new PlatformReceipt(result, ExitCode: 0, Killed: false, receipt.StopMilliseconds, "exited", "admin_request"));
        receipt.StopMilliseconds.Should().BeInRange(1, GraceSeconds * 1000);
        await Fleet.ShouldBeStoppedAsync(game);
        (await Fleet.Containers.IsRunningAsync(container)).Should().BeFalse();
        (await Fleet.Streams.HealthEventsAsync(game.GameId)).Should().BeEmpty();
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenTheContainerIgnoresSigterm_IsAFreshSuccessWhoseReceiptSaysKilled(CancellationToken cancellationToken)
    {
        var container = await Fleet.Containers.StubbornAsync(cancellationToken);
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(container));

        var entry = await Fleet.Streams.StopAsync(game.GameId, "timeout");

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Success(game));
        var receipt = await Fleet.ShouldHaveEndedAsync(entry, result, game, cancellationToken);
        receipt.Should().Be(new PlatformReceipt(result, ExitCode: 137, Killed: true, receipt.StopMilliseconds, "exited", "timeout"));
        receipt.StopMilliseconds.Should().BeGreaterThanOrEqualTo(GraceSeconds * 1000, "it had its grace period");
        await Fleet.ShouldBeStoppedAsync(game);
        (await Fleet.Containers.IsRunningAsync(container)).Should().BeFalse();
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenTheContainerHadExitedByItself_IsAFreshSuccess(CancellationToken cancellationToken)
    {
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(await Fleet.Containers.ExitedAsync(exitCode: 3)));

        var entry = await Fleet.Streams.StopAsync(game.GameId);

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Success(game));
        var receipt = await Fleet.ShouldHaveEndedAsync(entry, result, game, cancellationToken);
        receipt.ExitCode.Should().Be(3);
        receipt.Killed.Should().NotBe(true);
        receipt.Inspected.Should().Be("exited");
        await Fleet.ShouldBeStoppedAsync(game);
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenTheContainerVanished_RemovesTheRecordAndReportsTheDisappearance(CancellationToken cancellationToken)
    {
        var container = await Fleet.Containers.ObedientAsync(cancellationToken);
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(container));
        await Fleet.Containers.RemoveAsync(container);

        var entry = await Fleet.Streams.StopAsync(game.GameId);

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Success(game) with { ContainerId = "" });
        (await Fleet.ShouldHaveEndedAsync(entry, result, game, cancellationToken)).Inspected.Should().Be("gone");
        await Fleet.ShouldBeRemovedAsync(game);
        await ShouldHaveDisappearedAsync(game);
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenTheContainerVanishedAndAnotherActorMovedTheRecord_IsAReplayWithTheStaleContainer(
        CancellationToken cancellationToken)
    {
        var container = await Fleet.Containers.ObedientAsync(cancellationToken);
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(container));
        await Fleet.Containers.RemoveAsync(container);
        await using var other = await Fleet.Records.BeginAsync(
            "update runtime_records set status = 'removed', current_container_id = '' where game_id = $1", game.GameId);

        var entry = await Fleet.Streams.StopAsync(game.GameId);
        await other.BlocksSomeoneAsync(cancellationToken);
        await other.CommitAsync();

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Success(game, "replay_no_op"));
        await Fleet.ShouldHaveEndedAsync(entry, result, game, cancellationToken);
        await Fleet.ShouldBeAsItWasAsync(game with { Status = "removed", ContainerId = "" });
        (await Fleet.Streams.HealthEventsAsync(game.GameId)).Should().BeEmpty("whoever moved the record saw it go");
        (await Fleet.Records.SnapshotAsync(game.GameId)).Should().BeNull();
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenTheContainerVanishedAndTheRecordIsDeletedMeanwhile_IsAFreshSuccess(CancellationToken cancellationToken)
    {
        var container = await Fleet.Containers.ObedientAsync(cancellationToken);
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(container));
        await Fleet.Containers.RemoveAsync(container);
        await using var other = await Fleet.Records.BeginAsync("delete from runtime_records where game_id = $1", game.GameId);

        var entry = await Fleet.Streams.StopAsync(game.GameId);
        await other.BlocksSomeoneAsync(cancellationToken);
        await other.CommitAsync();

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Success(game) with { ContainerId = "" });
        await Fleet.ShouldHaveEndedAsync(entry, result, game, cancellationToken);
        (await Fleet.Records.FindAsync(game.GameId)).Should().BeNull();
        await ShouldHaveDisappearedAsync(game);
    }

    protected override async Task<StopJobsFleet> CreateAsync() =>
        (await StopJobsFleet.CreateAsync()).With("StopJobs__StopTimeout", TimeSpan.FromSeconds(GraceSeconds));

    private async Task ShouldHaveDisappearedAsync(PlatformRecord game)
    {
        var health = (await Fleet.Streams.HealthEventsAsync(game.GameId)).Should().ContainSingle().Subject;
        health.ShouldHaveExactly("game_id", "container_id", "event_type", "occurred_at_ms", "details");
        health["container_id"].Should().Be(game.ContainerId);
        health["event_type"].Should().Be("container_disappeared");
        health["details"].Should().Be("{}");

        var occurred = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(health["occurred_at_ms"]));
        var snapshot = await Fleet.Records.SnapshotAsync(game.GameId);
        snapshot.Should().Be(new PlatformSnapshot(game.GameId, game.ContainerId, "container_disappeared", "{}", snapshot!.ObservedAt));
        snapshot.ObservedAt.Should().BeCloseTo(occurred, TimeSpan.FromMilliseconds(1));
        occurred.Should().BeCloseTo(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(2));
    }
}
