using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>An engine that goes away under a worker.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class EngineOutageTests : SharedFleetFixture
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);
    private readonly PlatformSocket _engine = new(TestEnvironment.Docker);

    [SetUp]
    public async Task EngineIsUpAsync()
    {
        await _engine.CloseAsync();
        _engine.Open();
    }

    [OneTimeTearDown]
    public async Task CloseEngineAsync() => await _engine.DisposeAsync();

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenTheEngineStaysDown_IsServiceUnavailableOnceTheRetryTimeIsOver(CancellationToken cancellationToken)
    {
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(await Fleet.Containers.ObedientAsync(cancellationToken)));
        await _engine.CloseAsync();

        var entry = await Fleet.Streams.StopAsync(game.GameId);

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Failure(game.GameId, "service_unavailable", result.ErrorMessage));
        result.ErrorMessage.Should().StartWith("docker stop: ").And.Contain(_engine.Endpoint);
        (await Fleet.WaitedAsync(entry, game.GameId)).Should().BeGreaterThanOrEqualTo(Retry);
        await Fleet.ShouldHaveEndedAsync(entry, result, game, cancellationToken);
        await Fleet.ShouldBeAsItWasAsync(game);
        (await Fleet.Containers.IsRunningAsync(game.ContainerId)).Should().BeTrue();
    }

    [Test, CancelAfter(120_000)]
    public async Task Stop_WhenTheEngineComesBackInTime_IsAFreshSuccess(CancellationToken cancellationToken)
    {
        var container = await Fleet.Containers.HeldAsync(cancellationToken);
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(container));

        var entry = await Fleet.Streams.StopAsync(game.GameId);
        await Fleet.Containers.StoppingAsync(container, cancellationToken);
        await _engine.CloseAsync();
        await Fleet.Containers.LetGoAsync(container);
        _engine.Open();

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Success(game));
        (await Fleet.ShouldHaveEndedAsync(entry, result, game, cancellationToken)).ExitCode.Should().Be(0);
        await Fleet.ShouldBeStoppedAsync(game);
    }

    protected override async Task<StopJobsFleet> CreateAsync()
    {
        _engine.Open();
        return (await StopJobsFleet.CreateAsync()).With("Docker__Endpoint", _engine.Endpoint).With("StopJobs__UnavailableRetry", Retry);
    }
}
