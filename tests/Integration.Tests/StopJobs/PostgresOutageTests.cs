using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>A PostgreSQL that goes away under a worker.</summary>
[Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class PostgresOutageTests : OwnFleetFixture
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenPostgresStaysDown_IsAnInternalErrorOnceTheRetryTimeIsOver(CancellationToken cancellationToken)
    {
        await Fleet.StartReadyAsync(cancellationToken);
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(await Fleet.Containers.ObedientAsync(cancellationToken)));
        await Fleet.Servers.DownAsync("postgres");

        var entry = await Fleet.Streams.StopAsync(game.GameId);

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Failure(game.GameId, "internal_error", result.ErrorMessage));
        result.ErrorMessage.Should().StartWith("load runtime record: ");
        (await Fleet.WaitedAsync(entry, game.GameId)).Should().BeGreaterThanOrEqualTo(Retry);
        await Fleet.Streams.LeaseGoneAsync(game.GameId, cancellationToken);
        await Fleet.Servers.UpAsync("postgres");
        await Fleet.ShouldBeAsItWasAsync(game);
        (await Fleet.Containers.IsRunningAsync(game.ContainerId)).Should().BeTrue();
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenPostgresComesBackAfterTheContainerStopped_IsAFreshSuccess(CancellationToken cancellationToken)
    {
        await Fleet.With("StopJobs__UnavailableRetry", TimeSpan.FromSeconds(40)).StartReadyAsync(cancellationToken);
        var container = await Fleet.Containers.HeldAsync(cancellationToken);
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(container));

        var entry = await Fleet.Streams.StopAsync(game.GameId);
        await Fleet.Containers.StoppingAsync(container, cancellationToken);
        await Fleet.Servers.DownAsync("postgres");
        await Fleet.Containers.LetGoAsync(container);
        await Fleet.Servers.UpAsync("postgres");

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Success(game));
        await Fleet.ShouldHaveEndedAsync(entry, result, game, cancellationToken);
        await Fleet.ShouldBeStoppedAsync(game);
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenPostgresStaysDownAfterTheContainerStopped_IsAnInternalError(CancellationToken cancellationToken)
    {
        await Fleet.StartReadyAsync(cancellationToken);
        var container = await Fleet.Containers.HeldAsync(cancellationToken);
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(container));

        var entry = await Fleet.Streams.StopAsync(game.GameId);
        await Fleet.Containers.StoppingAsync(container, cancellationToken);
        await Fleet.Servers.DownAsync("postgres");
        await Fleet.Containers.LetGoAsync(container);

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Failure(game.GameId, "internal_error", result.ErrorMessage));
        result.ErrorMessage.Should().StartWith("update runtime status: ");
        await Fleet.Streams.LeaseGoneAsync(game.GameId, cancellationToken);
        await Fleet.Servers.UpAsync("postgres");
        await Fleet.ShouldBeAsItWasAsync(game);
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenPostgresGoesDownAfterTheContainerVanished_IsAnInternalError(CancellationToken cancellationToken)
    {
        await Fleet.StartReadyAsync(cancellationToken);
        var container = await Fleet.Containers.ObedientAsync(cancellationToken);
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(container));
        await Fleet.Containers.RemoveAsync(container);
        // The move waits for this row, and so it is under way when the server goes.
        await using var other = await Fleet.Records.BeginAsync(
            "select from runtime_records where game_id = $1 for update", game.GameId);

        var entry = await Fleet.Streams.StopAsync(game.GameId);
        await other.BlocksSomeoneAsync(cancellationToken);
        await Fleet.Servers.DownAsync("postgres");

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Failure(game.GameId, "internal_error", result.ErrorMessage));
        result.ErrorMessage.Should().StartWith("update runtime status to removed: ");
        (await Fleet.Streams.HealthEventsAsync(game.GameId)).Should().BeEmpty("the record does not say so");
        await Fleet.Streams.LeaseGoneAsync(game.GameId, cancellationToken);
        await Fleet.Servers.UpAsync("postgres");
        await Fleet.ShouldBeAsItWasAsync(game);
    }

    protected override async Task<StopJobsFleet> CreateAsync() =>
        (await StopJobsFleet.CreateAsync(ownPostgres: true)).With("StopJobs__UnavailableRetry", Retry);
}
