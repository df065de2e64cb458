using System.Globalization;
using Workers.Adapters.Postgres;
using Workers.Messaging;
using Workers.Runtimes;
using Workers.Testing;

namespace Workers.Integration.Tests.Postgres;

/// <summary>A server that goes away under load and comes back.</summary>
public sealed class PostgresRestartTests
{
    private const int Games = 200;

    [TestCase(false)]
    [TestCase(true)]
    [CancelAfter(120_000)]
    public async Task Move_ServerRestartsUnderLoad_MovesEveryRecordOnce(bool crash, CancellationToken token)
    {
        await using var servers = await PrivateServers.StartAsync("postgres");
        await using var database = await TestDatabase.CreateMigratedAsync(servers.Postgres);
        await database.ExecuteAsync(
            $"insert into runtime_records (game_id, status, current_container_id) select 'g' || n, 'running', 'c1' from generate_series(1, {Games}) n");
        var store = new PostgresRuntimeStore(database.DataSource);
        var outages = 0;
        var moved = 0;

        async Task StopAsync(int number)
        {
            var game = string.Create(CultureInfo.InvariantCulture, $"g{number}");
            while (true)
            {
                try
                {
                    var result = await store.MoveAsync(Operations.Move(game), Operations.Entry("1-0", game), Operations.Owner, token);

                    // A lost answer leaves the fate unknown: the receipt tells it.
                    if (result == MoveResult.Conflict)
                        (await store.LoadAsync(game, OperationSource.LobbyStream, "1-0", token)).Receipt.Should().NotBeNull();
                    else
                        result.Should().Be(MoveResult.Moved);

                    Interlocked.Increment(ref moved);
                    return;
                }
                catch (DependencyUnavailableException)
                {
                    Interlocked.Increment(ref outages);
                    await Task.Delay(20, token);
                }
            }
        }

        // Half of them before the outage, so that the pool is full of connections that will break.
        var before = Enumerable.Range(1, Games / 2).Select(StopAsync).ToArray();
        await Eventually.TrueAsync(() => Volatile.Read(ref moved) >= Games / 10, token);
        if (crash) await servers.KillAsync("postgres");
        else await servers.DownAsync("postgres");
        var during = Enumerable.Range(Games / 2 + 1, Games / 2).Select(StopAsync).ToArray();
        await Eventually.TrueAsync(() => Volatile.Read(ref outages) > 0, token);
        await servers.UpAsync("postgres");
        await Task.WhenAll([.. before, .. during]);

        (await database.ScalarAsync("select count(*) from runtime_records where status = 'stopped'")).Should().Be((long)Games);
        (await database.ScalarAsync("select count(*) from operation_log")).Should().Be((long)Games);
        (await database.ScalarAsync("select count(distinct game_id) from operation_log")).Should().Be((long)Games);
    }
}
