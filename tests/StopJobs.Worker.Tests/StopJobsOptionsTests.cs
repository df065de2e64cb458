using Workers.Hosting.Settings;

namespace Workers.StopJobs.Tests;

internal sealed class StopJobsOptionsTests
{
    [Test]
    public void Options_NotSet_HaveTheDefaultsOfTheContract()
    {
        var options = new StopJobsOptions(SettingsReader.Defaults(StopJobsOptions.Section));

        options.Stop.StopTimeout.Should().Be(TimeSpan.FromSeconds(30));
        options.Stop.LeaseTtl.Should().Be(TimeSpan.FromMinutes(1));
        options.Stop.UnavailableRetry.Should().Be(TimeSpan.FromSeconds(30));
        options.Stream.BlockTimeout.Should().Be(TimeSpan.FromSeconds(5));
        options.Stream.OwnershipTtl.Should().Be(TimeSpan.FromSeconds(15));
        options.Stream.MaxConcurrency.Should().Be(64);
        options.Stream.DeadLettersMaxLength.Should().Be(0);
        options.ResultsMaxLength.Should().Be(0);
        options.LeasePrefix.Should().Be("runtime:game_lease:");
    }

    [Test]
    public void Engine_NotSet_IsTheLocalSocketWithoutTls()
    {
        var options = new EngineOptions(SettingsReader.Defaults(EngineOptions.Section));

        options.Docker.Endpoint.Should().Be("unix:///var/run/docker.sock");
        options.Docker.CertPath.Should().BeEmpty();
    }
}
