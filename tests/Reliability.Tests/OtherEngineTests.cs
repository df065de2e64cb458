using System.Net;
using Workers.Testing;

namespace Workers.Reliability.Tests;

/// <summary>
/// A replica that drives another engine must not take over: none of the fleet's containers is there, and it would report every
/// game as vanished.
/// </summary>
internal sealed class OtherEngineTests : ReliabilityFixture
{
    private static readonly (string, string) Ttl = ("StopJobs__OwnershipTtl", "00:00:03");
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Test, CancelAfter(60_000)]
    public async Task Standby_OnAnotherEngine_SaysThatItCannotTakeOver(CancellationToken cancellationToken)
    {
        await using var engine = await ReliabilityEngine.StartAsync();
        var owner = Site.StartWorker(Ttl);
        await owner.OwnsAsync(cancellationToken);

        var stranger = Site.StartWorker(Ttl, ("Docker__Endpoint", engine.Endpoint));

        await RefusesAsync(stranger, engine, cancellationToken);
    }

    [Test, CancelAfter(120_000)]
    public async Task Standby_OnAnotherEngine_RefusesAlsoOnceTheOwnerIsGone(
        [Values("KILL", "TERM")] string signal, CancellationToken cancellationToken)
    {
        var game = await Site.AddRunningAsync(await Site.Containers.ObedientAsync(cancellationToken));
        await using var engine = await ReliabilityEngine.StartAsync();
        var owner = Site.StartWorker(Ttl);
        await owner.OwnsAsync(cancellationToken);
        var stranger = Site.StartWorker(Ttl, ("Docker__Endpoint", engine.Endpoint));

        await owner.SignalAsync(signal);
        await owner.WaitForExitAsync(cancellationToken);
        await Site.SendAsync(game);

        await LapsedAsync(cancellationToken);
        await RefusesAsync(stranger, engine, cancellationToken);
        (await Site.Streams.ReadAsync(PlatformStreams.JobResults)).Should().BeEmpty();
        engine.Asked.Should().Be(0, "no container of the fleet is this engine's business");

        // One that drives the right engine finds its way past the stranger.
        var successor = Site.StartWorker(Ttl);
        (await Site.ResultAsync(game, cancellationToken)).Should().Be(PlatformResult.Success(game.Record));
        await Site.DrainedAsync(TimeSpan.FromSeconds(5), cancellationToken);
        (await successor.StopAsync(cancellationToken)).Should().Be(0);
        (await stranger.StopAsync(cancellationToken)).Should().Be(0);
        await Site.ShouldHoldAsync();
    }

    private Task LapsedAsync(CancellationToken cancellationToken) => Eventually.TrueAsync(
        async () => !await Site.Streams.Database.KeyExistsAsync(PlatformStreams.Owner), cancellationToken, () => "the ownership lapses");

    private static async Task RefusesAsync(WorkerProcess stranger, ReliabilityEngine engine, CancellationToken cancellationToken)
    {
        using var deadline = Deadline.In(Soon, cancellationToken);
        var (status, body) = (default(HttpStatusCode), "");
        await Eventually.TrueAsync(
            async () =>
            {
                (status, body) = await stranger.GetAsync("/healthz/ready", deadline.Token);
                return status == HttpStatusCode.ServiceUnavailable && body.Contains(engine.Id, StringComparison.Ordinal)
                    && stranger.Log.Contains(engine.Id, StringComparison.Ordinal);
            },
            deadline.Token, () => $"it says on /healthz/ready and in the log that it drives {engine.Id}; it says {status} {body}");
    }
}
