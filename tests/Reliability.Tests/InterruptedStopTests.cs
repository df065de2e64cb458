using Workers.Reliability.Tests.Checking;
using Workers.Testing;

namespace Workers.Reliability.Tests;

/// <summary>
/// A worker that dies in the middle of a stop. Its successor neither waits for what the dead one held, nor takes its lease for
/// a conflict, nor its work for someone else's: it reports what really happened, at once.
/// </summary>
internal sealed class InterruptedStopTests : ReliabilityFixture
{
    private const string LockRecord = "select from runtime_records where game_id = $1 for update";

    /// <summary>From when the next worker is up and the container down, on a busy machine.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(20);

    /// <summary>Both far longer than that: who waited for either would fail.</summary>
    private static readonly (string, string)[] LongLeases = [("StopJobs__OwnershipTtl", "00:05:00"), ("StopJobs__LeaseTtl", "00:05:00")];

    /// <summary>When the dead worker's statement, which PostgreSQL still has in hand, gets to run.</summary>
    public enum Orphan
    {
        /// <summary>It never does.</summary>
        Cancelled,

        /// <summary>Before the next worker starts.</summary>
        RunsBeforeRestart,

        /// <summary>While the next worker is about to write the same.</summary>
        RunsAfterRestart,
    }

    [Test, CancelAfter(900_000)]
    public async Task Worker_KilledInAGracePeriod_IsRestartedAndFinishesAtOnce(CancellationToken cancellationToken)
    {
        var worker = Site.StartWorker(LongLeases);
        for (var loop = 0; loop < TestEnvironment.Loops(3, 50); loop++)
        {
            var container = await Site.Containers.HeldAsync(cancellationToken);
            var game = await Site.AddRunningAsync(container);
            await Site.SendAsync(game);
            await Site.Containers.StoppingAsync(container, cancellationToken);
            await Task.Delay(Random.Pause(TimeSpan.FromSeconds(1)), cancellationToken);
            await worker.KillAsync();

            // The container ends while nobody looks, or under the eyes of the next worker.
            var unseen = loop % 2 == 0;
            if (unseen) await Site.Containers.LetGoAsync(container);
            worker = await RestartAsync(cancellationToken);
            if (!unseen)
            {
                await Task.Delay(Random.Pause(TimeSpan.FromSeconds(1)), cancellationToken);
                await Site.Containers.LetGoAsync(container);
            }

            await FinishesAtOnceAsync(game, cancellationToken);
        }

        await EndsCleanAsync(worker, cancellationToken);
    }

    [Test, CancelAfter(120_000)]
    public async Task Worker_KilledBeforeTheMove_IsRestartedAndReportsAFreshSuccess(
        [Values] Orphan orphan, CancellationToken cancellationToken)
    {
        var game = await Site.AddRunningAsync(await Site.Containers.ObedientAsync(cancellationToken));
        var worker = Site.StartWorker(LongLeases);
        await worker.ReadyAsync(cancellationToken);
        await using var held = await Site.Records.BeginAsync(LockRecord, game.Record.GameId);
        await Site.SendAsync(game);
        await held.BlocksSomeoneAsync(cancellationToken);
        await worker.KillAsync();

        // The dead worker's session does not know yet that nobody listens: its move is still waiting for the row.
        if (orphan == Orphan.Cancelled) await CancelBlockedAsync();
        if (orphan != Orphan.RunsAfterRestart) await held.CommitAsync();
        worker = await RestartAsync(cancellationToken);
        if (orphan == Orphan.RunsAfterRestart) await held.CommitAsync();

        await FinishesAtOnceAsync(game, cancellationToken);
        await EndsCleanAsync(worker, cancellationToken);
    }

    [Test, CancelAfter(120_000)]
    public async Task Worker_KilledBetweenMoveAndCommit_IsRestartedAndReportsAFreshSuccess(CancellationToken cancellationToken)
    {
        var game = await Site.AddRunningAsync(await Site.Containers.ObedientAsync(cancellationToken));
        var worker = Site.StartWorker(LongLeases);
        await worker.ReadyAsync(cancellationToken);
        await using (var held = await Site.Records.BeginAsync(LockRecord, game.Record.GameId))
        {
            await Site.SendAsync(game);
            await held.BlocksSomeoneAsync(cancellationToken);
            // From here on nothing can be committed, and the move goes through.
            await Site.Servers.KillAsync("redis");
            await held.CommitAsync();
        }

        await Eventually.TrueAsync(
            async () => (await Site.Records.OperationsAsync(game.Record.GameId)).Count == 1, cancellationToken, () => "the move is recorded");
        await worker.KillAsync();

        await Site.Servers.UpAsync("redis");
        worker = await RestartAsync(cancellationToken);

        await FinishesAtOnceAsync(game, cancellationToken);
        await EndsCleanAsync(worker, cancellationToken);
    }

    /// <summary>How long a process takes to come up is not the question here.</summary>
    private async Task<WorkerProcess> RestartAsync(CancellationToken cancellationToken)
    {
        var worker = Site.StartWorker(LongLeases);
        await worker.ReadyAsync(cancellationToken);
        return worker;
    }

    private async Task FinishesAtOnceAsync(ExpectedGame game, CancellationToken cancellationToken)
    {
        using var deadline = Deadline.In(AtOnce, cancellationToken);

        var result = await Site.ResultAsync(game, deadline.Token);

        result.Should().Be(PlatformResult.Success(game.Record), "the stop was this envelope's own");
    }

    private async Task EndsCleanAsync(WorkerProcess worker, CancellationToken cancellationToken)
    {
        await Site.DrainedAsync(AtOnce, cancellationToken);
        (await worker.StopAsync(cancellationToken)).Should().Be(0);
        await Site.ShouldHoldAsync();
    }

    private Task CancelBlockedAsync() => Site.Records.ExecuteAsync(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0");
}
