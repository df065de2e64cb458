using System.Net;
using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>Servers that are not there when the worker starts: it stays up, says what is missing, and goes on by itself.</summary>
[Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class StartTests : OwnFleetFixture
{
    // Nothing is under way, so the grace period is not made use of.
    private static readonly TimeSpan GracePeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Quickly = GracePeriod / 4;

    [TestCase("redis"), TestCase("postgres"), CancelAfter(120_000)]
    public async Task Start_WhileAServerIsDown_WaitsSayingSoAndBecomesReadyByItself(string server, CancellationToken cancellationToken)
    {
        await Fleet.Servers.DownAsync(server);

        Fleet.Start();

        await ShouldBeWaitingForAsync(server, cancellationToken);
        await Fleet.Servers.UpAsync(server);
        await Fleet.Worker.ReadyAsync(cancellationToken);
        await ShouldWorkAsync(cancellationToken);
    }

    [TestCase("redis"), TestCase("postgres"), CancelAfter(120_000)]
    public async Task Sigterm_WhileAServerIsDown_ExitsZeroQuickly(string server, CancellationToken cancellationToken)
    {
        await Fleet.Servers.DownAsync(server);
        Fleet.Start();
        await ShouldBeWaitingForAsync(server, cancellationToken);

        await ShouldExitQuicklyAsync();
    }

    [Test, CancelAfter(120_000)]
    public async Task Start_WithoutDockerSocket_WaitsSayingSoAndBecomesReadyByItself(CancellationToken cancellationToken)
    {
        await using var engine = new PlatformSocket(TestEnvironment.Docker);

        Fleet.With("Docker__Endpoint", engine.Endpoint).Start();

        await ShouldBeWaitingForAsync("docker", cancellationToken);
        Fleet.Log.Should().Contain(engine.Endpoint);
        engine.Open();
        await Fleet.Worker.ReadyAsync(cancellationToken);
        await ShouldWorkAsync(cancellationToken);
        (await Fleet.Worker.StopAsync(cancellationToken)).Should().Be(0);
    }

    [Test, CancelAfter(120_000)]
    public async Task Sigterm_WithoutDockerSocket_ExitsZeroQuickly(CancellationToken cancellationToken)
    {
        await using var engine = new PlatformSocket(TestEnvironment.Docker);
        Fleet.With("Docker__Endpoint", engine.Endpoint).Start();
        await ShouldBeWaitingForAsync("docker", cancellationToken);

        await ShouldExitQuicklyAsync();
    }

    [Test, CancelAfter(120_000)]
    public async Task Start_WhileServersWithPasswordsAreDown_NeverEchoesThem(CancellationToken cancellationToken)
    {
        Fleet.With("ConnectionStrings__Redis", "127.0.0.1:1,password=hunter2")
            .With("ConnectionStrings__Postgres", "Host=127.0.0.1;Port=1;Username=postgres;Password=hunter2")
            .Start();

        await ShouldBeWaitingForAsync("redis", cancellationToken);
        await ShouldBeWaitingForAsync("postgres", cancellationToken);
        Fleet.Log.Should().NotContain("hunter2");
        (await Fleet.Worker.GetAsync("/healthz/ready", cancellationToken)).Body.Should().NotContain("hunter2");
    }

    // A PostgreSQL takes seconds to make: only the tests that take one down have their own.
    protected override async Task<StopJobsFleet> CreateAsync()
    {
        var fleet = await StopJobsFleet.CreateAsync(ownPostgres: TestContext.CurrentContext.Test.Arguments.Contains("postgres"));
        return fleet.With("Shutdown__GracePeriod", GracePeriod);
    }

    private async Task ShouldBeWaitingForAsync(string server, CancellationToken cancellationToken)
    {
        await Eventually.TrueAsync(
            async () => Fleet.Complaints.Contains(server, StringComparison.OrdinalIgnoreCase)
                && (await Fleet.Worker.GetAsync("/healthz/ready", cancellationToken)).Body.Contains(server, StringComparison.OrdinalIgnoreCase),
            cancellationToken, () => $"log and readiness name {server}; the log:\n{Fleet.Log}");

        Fleet.Worker.HasExited.Should().BeFalse();
        (await Fleet.Worker.GetAsync("/healthz/live", cancellationToken)).Status.Should().Be(HttpStatusCode.OK);
        (await Fleet.Worker.GetAsync("/healthz/ready", cancellationToken)).Status.Should().Be(HttpStatusCode.ServiceUnavailable);
    }

    private async Task ShouldWorkAsync(CancellationToken cancellationToken)
    {
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(await Fleet.Containers.ObedientAsync(cancellationToken)));
        var entry = await Fleet.Streams.StopAsync(game.GameId);
        (await Fleet.ResultAsync(entry, game.GameId, cancellationToken)).Should().Be(PlatformResult.Success(game));
    }

    private async Task ShouldExitQuicklyAsync()
    {
        using var deadline = new CancellationTokenSource(Quickly);
        (await Fleet.Worker.StopAsync(deadline.Token)).Should().Be(0);
    }
}
