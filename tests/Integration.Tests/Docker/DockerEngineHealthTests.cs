using Workers.Adapters.Docker;
using Workers.Runtimes;
using Workers.Testing;

namespace Workers.Integration.Tests.Docker;

/// <summary>Health verdicts of a real engine: what its filter must let through, and must not.</summary>
[TestFixture]
public sealed class DockerEngineHealthTests
{
    private const int Milliseconds = 60_000;

    [Test, CancelAfter(Milliseconds)]
    public async Task Watch_OfAContainerWithAHealthCheck_TellsTheVerdictAndNotTheChecks(CancellationToken cancellationToken)
    {
        var label = $"health.{Guid.NewGuid():N}";
        var since = DateTimeOffset.UtcNow;
        using var engine = new DockerEngine(new DockerOptions { Endpoint = TestEnvironment.Docker }, TimeProvider.System);
        var id = await DockerAsync(
            "run", "--detach", "--network", "none", "--label", label, "--health-cmd", "true", "--health-interval", "100ms",
            "busybox:local", "sleep", "600");
        try
        {
            await using var events = engine.WatchAsync(label, since, cancellationToken).GetAsyncEnumerator(cancellationToken);

            await events.MoveNextAsync();
            var first = events.Current;
            await events.MoveNextAsync();
            var second = events.Current;

            first.Action.Should().Be(ContainerEvent.Started);
            (second.ContainerId, second.Action).Should().Be((id, ContainerEvent.HealthStatus + ": healthy"));
        }
        finally
        {
            await DockerAsync("rm", "--force", id);
        }
    }

    private static Task<string> DockerAsync(params string[] arguments) => Shell.RunAsync("docker", ["--host", TestEnvironment.Docker, .. arguments]);
}
