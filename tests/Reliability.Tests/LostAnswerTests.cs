using Workers.Testing;

namespace Workers.Reliability.Tests;

/// <summary>A write whose answer was lost may have run: it is tried again, and nothing happens twice.</summary>
internal sealed class LostAnswerTests : ReliabilityFixture
{
    /// <summary>On a busy machine.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(15);

    /// <summary>Far longer than that: who waited for its own lease to lapse would fail.</summary>
    private static readonly (string, string) LongOwnership = ("StopJobs__OwnershipTtl", "00:05:00");

    [Test, CancelAfter(300_000)]
    public async Task Commit_WhenItsAnswerIsLost_PublishesOnce(CancellationToken cancellationToken)
    {
        await using var proxy = ProxyToRedis();
        var worker = Site.StartWorker(("ConnectionStrings__Redis", proxy.Address), LongOwnership, Site.ShortLease);
        var game = await Site.AddStoppedAsync();
        await WarmAsync(worker, cancellationToken);

        for (var loop = 0; loop < TestEnvironment.Loops(5, 50); loop++)
        {
            // Commits come one after the other: once this one is through, none of the loop before is still being repeated.
            await Site.SendAsync(game);
            await Site.DrainedAsync(AtOnce, cancellationToken);
            var before = await CountAsync(PlatformStreams.JobResults);
            var written = 0L;
            var lost = proxy.LoseAnswerAsync(
                async () => written = await CountAsync(PlatformStreams.JobResults), cancellationToken, "EVALSHA", PlatformStreams.JobResults);
            for (var envelope = 0; envelope <= Random.Next(10); envelope++) await Site.SendAsync(game);
            await Site.SendGarbageAsync(loop);

            await lost;
            written.Should().BeGreaterThan(before, "the commit whose answer was lost had been carried out");
            await Site.DrainedAsync(AtOnce, cancellationToken);
        }

        await EndsCleanAsync(worker, cancellationToken);
    }

    [Test, CancelAfter(300_000)]
    public async Task Lease_WhenTheAnswerToItsAcquisitionIsLost_IsNoConflict(CancellationToken cancellationToken)
    {
        await using var proxy = ProxyToRedis();
        var worker = Site.StartWorker(("ConnectionStrings__Redis", proxy.Address), LongOwnership, Site.ShortLease);
        await WarmAsync(worker, cancellationToken);

        for (var loop = 0; loop < TestEnvironment.Loops(3, 30); loop++)
        {
            var game = await Site.AddStoppedAsync();
            var lease = PlatformStreams.LeaseOf(game.Record.GameId);
            var taken = false;
            var lost = proxy.LoseAnswerAsync(
                async () => taken = await Site.Streams.Database.KeyExistsAsync(lease), cancellationToken, "EVALSHA", lease);
            await Site.SendAsync(game);

            await lost;
            taken.Should().BeTrue("the acquisition whose answer was lost had been carried out");
            await Site.DrainedAsync(AtOnce, cancellationToken);
        }

        await EndsCleanAsync(worker, cancellationToken);
    }

    [Test, CancelAfter(60_000)]
    public async Task Claim_WhenItsAnswerIsLost_IsNotStoodByFor(CancellationToken cancellationToken)
    {
        // Redis knows the scripts already, else the answer would only be that it does not.
        var first = Site.StartWorker();
        await WarmAsync(first, cancellationToken);
        await first.StopAsync(cancellationToken);
        await using var proxy = ProxyToRedis();
        var owned = false;
        var lost = proxy.LoseAnswerAsync(
            async () => owned = await Site.Streams.Database.KeyExistsAsync(PlatformStreams.Owner),
            cancellationToken, "EVALSHA", PlatformStreams.Owner);

        var worker = Site.StartWorker(("ConnectionStrings__Redis", proxy.Address), LongOwnership, Site.ShortLease);
        await Site.SendAsync(await Site.AddStoppedAsync());
        await lost;

        owned.Should().BeTrue("the claim whose answer was lost had been carried out");
        await Site.DrainedAsync(AtOnce, cancellationToken);
        await EndsCleanAsync(worker, cancellationToken);
    }

    [Test, CancelAfter(300_000)]
    public async Task Move_WhenItsAnswerIsLost_IsAFreshSuccess(CancellationToken cancellationToken)
    {
        var postgres = new Npgsql.NpgsqlConnectionStringBuilder(Site.Records.ConnectionString);
        await using var proxy = new ReliabilityProxy(postgres.Port);
        postgres.Port = proxy.Port;
        var worker = Site.StartWorker(("ConnectionStrings__Postgres", postgres.ConnectionString), Site.ShortLease);
        await WarmAsync(worker, cancellationToken);

        for (var loop = 0; loop < TestEnvironment.Loops(3, 30); loop++)
        {
            var game = await Site.AddRunningAsync(await Site.Containers.ObedientAsync(cancellationToken));
            var recorded = 0;
            var lost = proxy.LoseAnswerAsync(
                async () => recorded = (await Site.Records.OperationsAsync(game.Record.GameId)).Count,
                cancellationToken, game.Record.GameId, "\"error_message\"");
            await Site.SendAsync(game);

            await lost;
            recorded.Should().Be(1, "the move whose answer was lost had been carried out");
            (await Site.ResultAsync(game, cancellationToken)).Should().Be(PlatformResult.Success(game.Record));
        }

        await EndsCleanAsync(worker, cancellationToken);
    }

    private ReliabilityProxy ProxyToRedis() => new(Site.RedisPort);

    /// <summary>One stop of each kind of write, so that every script and statement is known to its server.</summary>
    private async Task WarmAsync(WorkerProcess worker, CancellationToken cancellationToken)
    {
        await worker.ReadyAsync(cancellationToken);
        await Site.SendAsync(await Site.AddVanishedAsync());
        await Site.DrainedAsync(TimeSpan.FromSeconds(10), cancellationToken);
    }

    private Task<long> CountAsync(string stream) => Site.Streams.CountAsync(stream, "length");

    private async Task EndsCleanAsync(WorkerProcess worker, CancellationToken cancellationToken)
    {
        await Site.LeasesLapseAsync(cancellationToken);
        (await worker.StopAsync(cancellationToken)).Should().Be(0);
        await Site.ShouldHoldAsync();
    }
}
