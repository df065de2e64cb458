using Workers.Adapters.Docker;
using Workers.Messaging;
using Workers.Runtimes;

namespace Workers.Shared.Tests.Adapters.Docker;

/// <summary>The version that is spoken is the newest that both know, also after the engine was replaced.</summary>
[TestFixture]
public sealed class ApiNegotiationTests
{
    private const int Milliseconds = 30_000;

    [TestCase("1.24", "1.24")]
    [TestCase("1.41", "1.41")]
    [TestCase("1.47", "1.47")]
    [TestCase("1.99", "1.47")]
    [TestCase("2.0", "1.47")]
    [CancelAfter(Milliseconds)]
    public async Task Call_ToAnEngineOfAnyVersion_SpeaksTheNewestThatBothKnow(string engines, string spoken, CancellationToken cancellationToken)
    {
        await using var fake = await StartAsync(engines);
        using var engine = Connect(fake);

        await engine.GetEngineIdAsync(cancellationToken);

        fake.Requests.Should().Equal("GET /_ping", $"GET /v{spoken}/info");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Call_ToAnEngineThatIsTooOld_IsRefused(CancellationToken cancellationToken)
    {
        await using var fake = await StartAsync("1.23");
        using var engine = Connect(fake);

        var act = () => engine.GetEngineIdAsync(cancellationToken);

        await act.Should().ThrowAsync<ContainerEngineException>().WithMessage("the engine speaks API 1.23, but 1.24 or newer is needed");
    }

    [TestCase(null)]
    [TestCase("one")]
    [CancelAfter(Milliseconds)]
    public async Task Call_ToWhatIsNoEngine_IsAnOutage(string? version, CancellationToken cancellationToken)
    {
        await using var fake = await StartAsync(version);
        using var engine = Connect(fake);

        var act = () => engine.GetEngineIdAsync(cancellationToken);

        await act.Should().ThrowAsync<DependencyUnavailableException>().WithMessage("*without an API version: is it a Docker engine?");
    }

    [TestCase(403, typeof(ContainerEngineException))]
    [TestCase(503, typeof(DependencyUnavailableException))]
    [CancelAfter(Milliseconds)]
    public async Task Ping_WhenRefused_FailsTheCallAndIsAskedAgain(int status, Type failure, CancellationToken cancellationToken)
    {
        await using var fake = await StartAsync("1.41");
        var healthy = fake.Ping;
        fake.Ping = FakeEngine.Json(status, """{"message":"not now"}""");
        using var engine = Connect(fake);

        var refused = () => engine.GetEngineIdAsync(cancellationToken);
        (await refused.Should().ThrowAsync<Exception>().WithMessage("not now")).Which.Should().BeOfType(failure);
        fake.Ping = healthy;
        var id = await engine.GetEngineIdAsync(cancellationToken);

        id.Should().Be("ENGINE");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Calls_OneAfterTheOther_AskForTheVersionOnce(CancellationToken cancellationToken)
    {
        await using var fake = await StartAsync("1.41");
        using var engine = Connect(fake);

        for (var call = 0; call < 3; call++) await engine.GetEngineIdAsync(cancellationToken);

        fake.Requests.Should().Equal("GET /_ping", "GET /v1.41/info", "GET /v1.41/info", "GET /v1.41/info");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Call_ToAnEngineThatWasReplacedByAnOlderOne_SucceedsInItsVersion(CancellationToken cancellationToken)
    {
        await using var fake = await StartAsync("1.45");
        using var engine = Connect(fake);
        await engine.GetEngineIdAsync(cancellationToken);
        await RestartAsync(fake, "1.41");

        var id = await engine.GetEngineIdAsync(cancellationToken);

        id.Should().Be("ENGINE");
        fake.Requests.Should().Equal("GET /_ping", "GET /v1.45/info", "GET /v1.45/info", "GET /_ping", "GET /v1.41/info");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Call_ToAnEngineThatWasReplacedByANewerOne_SpeaksItsVersionFromTheNextOn(CancellationToken cancellationToken)
    {
        await using var fake = await StartAsync("1.41");
        using var engine = Connect(fake);
        await engine.GetEngineIdAsync(cancellationToken);
        await RestartAsync(fake, "1.45");

        await engine.GetEngineIdAsync(cancellationToken);
        await engine.GetEngineIdAsync(cancellationToken);

        fake.Requests.Should().Equal("GET /_ping", "GET /v1.41/info", "GET /v1.41/info", "GET /_ping", "GET /v1.45/info");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Call_ToAnEngineThatWasReplacedByOneThatIsTooOld_IsRefused(CancellationToken cancellationToken)
    {
        await using var fake = await StartAsync("1.41");
        using var engine = Connect(fake);
        await engine.GetEngineIdAsync(cancellationToken);
        await RestartAsync(fake, "1.20");

        var act = () => engine.GetEngineIdAsync(cancellationToken);

        await act.Should().ThrowAsync<ContainerEngineException>().WithMessage("*1.20*1.24*");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Calls_WhileTheEngineIsAway_FailUntilItIsBack(CancellationToken cancellationToken)
    {
        await using var fake = await StartAsync("1.41");
        using var engine = Connect(fake);
        await engine.GetEngineIdAsync(cancellationToken);
        await fake.DownAsync();

        var away = () => engine.GetEngineIdAsync(cancellationToken);
        await away.Should().ThrowAsync<DependencyUnavailableException>();
        fake.ApiVersion = "1.40";
        await fake.UpAsync();
        var id = await engine.GetEngineIdAsync(cancellationToken);

        id.Should().Be("ENGINE");
        fake.Requests.Should().EndWith("GET /v1.40/info");
    }

    private static DockerEngine Connect(FakeEngine fake) => new(new DockerOptions { Endpoint = fake.Endpoint }, TimeProvider.System);

    private static async Task<FakeEngine> StartAsync(string? version)
    {
        var fake = await FakeEngine.StartAsync(FakeEngine.Json(200, """{"ID":"ENGINE"}"""));
        fake.ApiVersion = version;
        return fake;
    }

    private static async Task RestartAsync(FakeEngine fake, string version)
    {
        await fake.DownAsync();
        fake.ApiVersion = version;
        await fake.UpAsync();
    }
}
