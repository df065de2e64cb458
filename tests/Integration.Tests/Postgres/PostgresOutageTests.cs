using Npgsql;
using Workers.Adapters.Postgres;
using Workers.Messaging;
using Workers.Runtimes;
using Workers.Testing;

namespace Workers.Integration.Tests.Postgres;

/// <summary>What an outage looks like to the domain, and what is true after it.</summary>
public sealed class PostgresOutageTests : PostgresFixture
{
    [Test, CancelAfter(30_000)]
    public async Task AnyMember_NobodyListens_IsUnavailableAndTellsNoSecret(CancellationToken token)
    {
        await using var source = PostgresDataSource.Create("Host=127.0.0.1;Port=1;Username=app;Password=hunter2", "tests");
        var store = new PostgresRuntimeStore(source);

        var load = () => store.LoadAsync("g1", OperationSource.LobbyStream, "1-0", token);
        var move = () => store.MoveAsync(Operations.Move(), Operations.Entry(), Operations.Owner, token);
        var append = () => store.AppendAsync(Operations.Entry(), Operations.Owner, token);

        foreach (var call in new Func<Task>[] { load, move, append })
        {
            var fault = (await call.Should().ThrowAsync<DependencyUnavailableException>()).Which;
            fault.Dependency.Should().Be("postgres");
            fault.Message.Should().Be("Failed to connect to 127.0.0.1:1: Connection refused");
            fault.ToString().Should().NotContain("hunter2");
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task Move_ServerIsReadOnly_IsUnavailable(CancellationToken token)
    {
        await Database.ExecuteAsync(Operations.InsertRunning);
        await using var source = Database.Connect("Options=-c default_transaction_read_only=on");

        var move = () => new PostgresRuntimeStore(source).MoveAsync(Operations.Move(), Operations.Entry(), null, token);

        (await move.Should().ThrowAsync<DependencyUnavailableException>()).WithMessage("*read-only transaction (25006)");
    }

    [Test, CancelAfter(30_000)]
    public async Task Move_SomebodyHoldsTheRecordTooLong_IsUnavailableAndWritesNothing(CancellationToken token)
    {
        await Database.ExecuteAsync(Operations.InsertRunning);
        await using var holder = await HoldRecordAsync(token);
        await using var source = Database.Connect("Command Timeout=1");

        var move = () => new PostgresRuntimeStore(source).MoveAsync(Operations.Move(), Operations.Entry(), Operations.Owner, token);

        await move.Should().ThrowAsync<DependencyUnavailableException>();
        (await Database.ScalarAsync("select count(*) from operation_log")).Should().Be(0L);
    }

    [Test, CancelAfter(30_000)]
    public async Task Move_CancelledWhileItWaits_IsCancelledAndWritesNothing(CancellationToken token)
    {
        await Database.ExecuteAsync(Operations.InsertRunning);
        await using var holder = await HoldRecordAsync(token);
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(token);

        var call = new PostgresRuntimeStore(Database.DataSource).MoveAsync(Operations.Move(), Operations.Entry(), null, cancelled.Token);
        await Eventually.TrueAsync(
            async () => 1L.Equals(await Database.ScalarAsync(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")), token);
        await cancelled.CancelAsync();

        var move = () => call;
        await move.Should().ThrowAsync<OperationCanceledException>();
        (await Database.ScalarAsync("select count(*) from operation_log")).Should().Be(0L);
    }

    [Test, CancelAfter(30_000)]
    public async Task Load_PoolIsExhausted_IsUnavailable(CancellationToken token)
    {
        await using var source = Database.Connect("Maximum Pool Size=1;Timeout=1");
        await using var only = await source.OpenConnectionAsync(token);

        var load = () => new PostgresRuntimeStore(source).LoadAsync("g1", OperationSource.LobbyStream, "1-0", token);

        await load.Should().ThrowAsync<DependencyUnavailableException>();
    }

    [Test, CancelAfter(30_000)]
    public async Task Load_FirstHostOfAListIsDown_UsesTheNext(CancellationToken token)
    {
        await Database.ExecuteAsync(Operations.InsertRunning);
        var settings = new NpgsqlConnectionStringBuilder(Database.ConnectionString);
        settings.Host = $"127.0.0.1:1,{settings.Host}:{settings.Port}";
        await using var source = PostgresDataSource.Create(settings.ConnectionString, "tests");

        var (record, _) = await new PostgresRuntimeStore(source).LoadAsync("g1", OperationSource.LobbyStream, "1-0", token);

        record!.ContainerId.Should().Be("c1");
    }

    [Test, CancelAfter(30_000)]
    public async Task Load_AllHostsOfAListAreDown_IsUnavailable(CancellationToken token)
    {
        await using var source = PostgresDataSource.Create("Host=127.0.0.1:1,127.0.0.1:2", "tests");

        var load = () => new PostgresRuntimeStore(source).LoadAsync("g1", OperationSource.LobbyStream, "1-0", token);

        await load.Should().ThrowAsync<DependencyUnavailableException>();
    }

    private async Task<IAsyncDisposable> HoldRecordAsync(CancellationToken token)
    {
        var connection = await Database.DataSource.OpenConnectionAsync(token);
        await using var hold = new NpgsqlCommand("begin; select from runtime_records for update", connection);
        await hold.ExecuteNonQueryAsync(token);
        return connection;
    }
}
