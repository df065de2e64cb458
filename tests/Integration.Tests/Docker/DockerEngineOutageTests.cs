using Workers.Adapters.Docker;
using Workers.Messaging;
using Workers.Runtimes;
using Workers.Testing;

namespace Workers.Integration.Tests.Docker;

/// <summary>A real engine that dies and comes back, under the same adapter.</summary>
[TestFixture]
public sealed class DockerEngineOutageTests
{
    private const int Milliseconds = 180_000;

    [Test, CancelAfter(Milliseconds)]
    public async Task Engine_KilledAndStartedAgain_IsAnOutageAndThenTheSameEngine(CancellationToken cancellationToken)
    {
        await using var servers = await PrivateServers.StartAsync("docker");
        using var engine = new DockerEngine(new DockerOptions { Endpoint = servers.Docker }, TimeProvider.System);
        var before = await engine.GetEngineIdAsync(cancellationToken);
        await using var events = engine.WatchAsync("outage", DateTimeOffset.UtcNow, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var watched = events.MoveNextAsync().AsTask();

        await servers.KillAsync("docker");
        var away = () => engine.StopAsync("any", TimeSpan.FromSeconds(1), cancellationToken);
        await away.Should().ThrowAsync<DependencyUnavailableException>().WithMessage($"cannot connect to {servers.Docker}: *");
        await FluentActions.Awaiting(() => watched).Should().ThrowAsync<DependencyUnavailableException>();
        await servers.UpAsync("docker");
        var after = await engine.GetEngineIdAsync(cancellationToken);

        after.Should().Be(before, "a stream's ownership rests on it");
        (await engine.StopAsync("any", TimeSpan.FromSeconds(1), cancellationToken)).Should().Be(StopReply.NoSuchContainer);
    }
}
