using Workers.Hosting.Probes;
using Workers.Hosting.Settings;
using Workers.Messaging;

namespace Workers.StopJobs.Tests;

internal sealed class StreamProbesTests
{
    private readonly HealthRegistry _health = new(TimeProvider.System);

    [TestCase(StreamRole.Owner, true)]
    [TestCase(StreamRole.Standby, true)]
    [TestCase(StreamRole.Refused, false)]
    [TestCase(StreamRole.Unknown, false)]
    public void RoleChanged_ShowsOnTheReadyProbe(StreamRole role, bool ready)
    {
        using var probes = new StreamProbes(_health, new StopJobsOptions(SettingsReader.Defaults(StopJobsOptions.Section)));

        probes.RoleChanged("stopjobs", role, "because");

        var check = _health.Read(ProbeKind.Ready).Single();
        check.Name.Should().Be("stream stopjobs");
        check.Result.Healthy.Should().Be(ready);
        check.Result.Detail.Should().Be("because");
    }

    [Test]
    public void Probes_BeforeAnyRole_AreNotReady()
    {
        using var probes = new StreamProbes(_health, new StopJobsOptions(SettingsReader.Defaults(StopJobsOptions.Section)));

        _health.Read(ProbeKind.Ready).Single().Result.Healthy.Should().BeFalse();
    }

    [Test]
    public void Turned_IsTheSignOfLife()
    {
        using (var probes = new StreamProbes(_health, new StopJobsOptions(SettingsReader.Defaults(StopJobsOptions.Section))))
        {
            probes.Turned("stopjobs");

            _health.Read(ProbeKind.Live).Single().Result.Healthy.Should().BeTrue();
        }

        _health.Read(ProbeKind.Live).Should().BeEmpty();
    }
}
