using Workers.Hosting.Probes;

namespace Workers.Shared.Tests.Hosting;

public sealed class HealthRegistryTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private ManualTimeProvider _time = null!;
    private HealthRegistry _registry = null!;

    [SetUp]
    public void SetUp()
    {
        _time = new ManualTimeProvider();
        _registry = new HealthRegistry(_time);
    }

    [Test]
    public void Report_WhenRepeated_TheLastOneStands()
    {
        _registry.Report("redis", ProbeKind.Ready, healthy: false, "connection refused");
        _registry.Report("redis", ProbeKind.Ready, healthy: true, "connected");

        _registry.Read(ProbeKind.Ready).Should().Equal(("redis", new CheckResult(true, "connected")));
    }

    [Test]
    public void Report_BelongsToItsProbeOnly()
    {
        _registry.Report("redis", ProbeKind.Ready, healthy: false);

        _registry.Read(ProbeKind.Live).Should().BeEmpty();
        _registry.Read(ProbeKind.Startup).Should().BeEmpty();
    }

    [Test]
    public void Read_OrdersChecksByName()
    {
        _registry.Report("b", ProbeKind.Live, healthy: true);
        _registry.Report("c", ProbeKind.Live, healthy: true);
        using var heartbeat = _registry.StartHeartbeat("a", Limit);

        _registry.Read(ProbeKind.Live).Select(check => check.Name).Should().Equal("a", "b", "c");
    }

    [Test]
    public void Heartbeat_WithinItsLimit_IsHealthy()
    {
        using var heartbeat = _registry.StartHeartbeat("consumer", Limit);

        _time.Advance(Limit);

        Consumer().Healthy.Should().BeTrue();
    }

    [Test]
    public void Heartbeat_PastItsLimit_FailsAndSaysForHowLong()
    {
        using var heartbeat = _registry.StartHeartbeat("consumer", Limit);

        _time.Advance(Limit + TimeSpan.FromSeconds(1.5));

        Consumer().Should().Be(new CheckResult(false, "last turn 31.5 s ago, limit 30.0 s"));
    }

    [Test]
    public void Heartbeat_WhenTheLoopTurnsAgain_Recovers()
    {
        using var heartbeat = _registry.StartHeartbeat("consumer", Limit);
        _time.Advance(Limit * 2);

        heartbeat.Beat();

        Consumer().Healthy.Should().BeTrue();
    }

    [Test]
    public void Heartbeat_WhenDisposed_IsNoLongerAsked()
    {
        var heartbeat = _registry.StartHeartbeat("consumer", Limit);

        heartbeat.Dispose();

        _registry.Read(ProbeKind.Live).Should().BeEmpty();
    }

    [Test]
    public void StartHeartbeat_WhenTheNameIsTaken_Throws()
    {
        using var heartbeat = _registry.StartHeartbeat("consumer", Limit);

        var again = () => _registry.StartHeartbeat("consumer", Limit);

        again.Should().Throw<InvalidOperationException>();
    }

    [Test]
    public void Dispose_OfAnEarlierHeartbeat_LeavesItsSuccessor()
    {
        var earlier = _registry.StartHeartbeat("consumer", Limit);
        earlier.Dispose();
        using var successor = _registry.StartHeartbeat("consumer", Limit);

        earlier.Dispose();

        _registry.Read(ProbeKind.Live).Should().ContainSingle();
    }

    private CheckResult Consumer() => _registry.Read(ProbeKind.Live).Single(check => check.Name == "consumer").Result;
}
