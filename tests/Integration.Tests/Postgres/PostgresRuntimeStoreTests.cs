using Npgsql;
using Workers.Adapters.Postgres;
using Workers.Messaging;
using Workers.Runtimes;

namespace Workers.Integration.Tests.Postgres;

/// <summary>What the contract cannot say: columns, plans, durability, and what others do to the tables.</summary>
public sealed class PostgresRuntimeStoreTests : PostgresFixture
{
    private PostgresRuntimeStore Store => new(Database.DataSource);

    [Test, CancelAfter(30_000)]
    public async Task Append_Failure_FillsTheColumnsThatOthersRead(CancellationToken token)
    {
        var published = new StopOutcome { GameId = "g1", Outcome = "failure", ErrorCode = "not_found", ErrorMessage = "no such game" };
        var entry = Operations.Entry() with { Receipt = new StopReceipt { Published = published }, FinishedAt = Operations.At.AddSeconds(2) };

        await Store.AppendAsync(entry, Operations.Owner, token);

        (await Database.ScalarAsync(
            """
            select concat_ws('|', game_id, op_kind, op_source, source_ref, image_ref, container_id, outcome, error_code, error_message,
                             started_at at time zone 'utc', finished_at - started_at)
            from operation_log
            """)).Should().Be("g1|stop|lobby_stream|1-0|image:1|c1|failure|not_found|no such game|2026-03-01 12:00:00.123|00:00:02");
    }

    [Test, CancelAfter(30_000)]
    public async Task Move_WithHealthEvent_FillsTheSnapshotsColumns(CancellationToken token)
    {
        await Database.ExecuteAsync(Operations.InsertRunning);
        var health = new HealthEvent("g1", "c1", HealthEvent.ContainerDisappeared, Operations.At, """{"a": 1}""");

        await Store.MoveAsync(Operations.Move(), Operations.Entry().Seeing(health), Operations.Owner, token);

        (await Database.ScalarAsync(
            "select concat_ws('|', game_id, container_id, status, source, details, observed_at at time zone 'utc') from health_snapshots"))
            .Should().Be("""g1|c1|container_disappeared|stop|{"a": 1}|2026-03-01 12:00:00.123""");
    }

    [Test, CancelAfter(30_000)]
    public async Task Move_SnapshotIsRefused_RollsBackRecordAndEntry(CancellationToken token)
    {
        await Database.ExecuteAsync(Operations.InsertRunning);
        var health = new HealthEvent("g1", "c1", HealthEvent.ContainerDisappeared, Operations.At, "not json");

        var move = () => Store.MoveAsync(Operations.Move(), Operations.Entry().Seeing(health), Operations.Owner, token);

        (await move.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be(PostgresErrorCodes.InvalidTextRepresentation);
        (await Database.ScalarAsync("select status from runtime_records")).Should().Be("running");
        (await Database.ScalarAsync("select count(*) from operation_log")).Should().Be(0L);
    }

    [Test, CancelAfter(30_000)]
    public async Task Append_GameIdWithNul_IsLoggedReadably(CancellationToken token)
    {
        var entry = Operations.Entry(gameId: "g\0");
        var message = "runtime record for game \"g\0\" does not exist";
        entry = entry with { Receipt = entry.Receipt with { Published = entry.Receipt.Published with { ErrorMessage = message } } };

        await Store.AppendAsync(entry, Operations.Owner, token);

        (await Database.ScalarAsync("select concat_ws('|', game_id, error_message, details ->> 'game_id') from operation_log"))
            .Should().Be("g␀|runtime record for game \"g␀\" does not exist|g␀");
    }

    [TestCase("null", "has no receipt*something else wrote it*")]
    [TestCase("'{}'", "cannot be read*game_id*")]
    [TestCase("""'{"game_id": 7}'""", "cannot be read*")]
    [CancelAfter(30_000)]
    public async Task Load_ReceiptThatIsNone_SaysWhichEntry(string details, string complaint, CancellationToken token)
    {
        await Database.ExecuteAsync(
            "insert into operation_log (id, game_id, op_kind, op_source, source_ref, outcome, started_at, details) "
            + $"values (42, 'g1', 'stop', 'lobby_stream', '1-0', 'success', now(), {details})");

        var load = () => Store.LoadAsync("g1", OperationSource.LobbyStream, "1-0", token);

        (await load.Should().ThrowAsync<InvalidDataException>()).WithMessage($"*operation_log entry 42 {complaint}");
    }

    [Test, CancelAfter(30_000)]
    public async Task Load_ReceiptOfALaterVersion_IgnoresWhatItDoesNotKnow(CancellationToken token)
    {
        await Store.AppendAsync(Operations.Entry(), Operations.Owner, token);
        await Database.ExecuteAsync("update operation_log set details = jsonb_set(details, '{published,region}', '\"eu\"') || '{\"later\": [1]}'");

        var (_, receipt) = await Store.LoadAsync("g1", OperationSource.LobbyStream, "1-0", token);

        receipt.Should().Be(Operations.Entry().Receipt);
    }

    [Test, CancelAfter(30_000)]
    public async Task Write_DatabaseForgotTheFence_RaisesItAgain(CancellationToken token)
    {
        await Store.AppendAsync(Operations.Entry("1-0"), Operations.Owner, token);
        await Database.ExecuteAsync("update stream_fences set epoch = 3");

        await Store.AppendAsync(Operations.Entry("2-0"), Operations.Owner, token);

        (await Database.ScalarAsync("select epoch from stream_fences where label = 'stopjobs'")).Should().Be(7L);
        (await Database.ScalarAsync("select count(*) from operation_log")).Should().Be(2L);
    }

    [Test, CancelAfter(30_000)]
    public async Task Raise_WhileAWriteOfTheLabelIsUnderWay_WaitsForIt(CancellationToken token)
    {
        await Store.AppendAsync(Operations.Entry("1-0"), Operations.Owner, token);
        await Database.ExecuteAsync(Operations.InsertRunning);
        await using var blocker = await Database.DataSource.OpenConnectionAsync(token);
        await using var row = await blocker.BeginTransactionAsync(token);
        await using var hold = new NpgsqlCommand("select from runtime_records for update", blocker);
        await hold.ExecuteNonQueryAsync(token);

        var write = Store.MoveAsync(Operations.Move(), Operations.Entry("2-0"), Operations.Owner, token);
        await WaitingAsync(1, token);
        var raise = Store.AppendAsync(Operations.Entry("3-0"), Operations.Owner with { Epoch = 8 }, token);
        await WaitingAsync(2, token);
        var late = Store.AppendAsync(Operations.Entry("4-0"), Operations.Owner, token);
        await WaitingAsync(3, token);
        await row.RollbackAsync(token);

        (await write).Should().Be(MoveResult.Moved);
        await raise;
        var lost = () => late;
        await lost.Should().ThrowAsync<FencedException>();
        (await Database.ScalarAsync("select string_agg(source_ref, ',' order by source_ref) from operation_log")).Should().Be("1-0,2-0,3-0");
    }

    [Test, CancelAfter(30_000)]
    public async Task Write_IsolationThatWouldMissARaise_IsRefused(CancellationToken token)
    {
        await using var source = Database.Connect("Options=-c default_transaction_isolation=serializable");

        var append = () => new PostgresRuntimeStore(source).AppendAsync(Operations.Entry(), Operations.Owner, token);

        (await append.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*'serializable'*'read committed'*");
        (await Database.ScalarAsync("select count(*) from operation_log")).Should().Be(0L);
    }

    [Test, CancelAfter(30_000)]
    public async Task Commit_OfAMoveOnly_WaitsForTheDisk(CancellationToken token)
    {
        await Database.ExecuteAsync(
            Operations.InsertRunning + """
            ;
            create table commits (source_ref text, setting text);
            create function note() returns trigger language plpgsql as
                $$ begin insert into commits values (new.source_ref, current_setting('synchronous_commit')); return new; end $$;
            create trigger note before insert on operation_log for each row execute function note();
            """);

        await Store.AppendAsync(Operations.Entry("append"), Operations.Owner, token);
        await Store.MoveAsync(Operations.Move(), Operations.Entry("move"), Operations.Owner, token);

        (await Database.ScalarAsync("select string_agg(source_ref || '=' || setting, ',' order by source_ref) from commits"))
            .Should().Be("append=off,move=on");
    }

    [Test, CancelAfter(30_000)]
    public async Task AnyMember_UsedOften_IsPrepared(CancellationToken token)
    {
        await using var source = Database.Connect("Maximum Pool Size=1");
        var store = new PostgresRuntimeStore(source);
        for (var number = 0; number < 3; number++)
        {
            await store.LoadAsync("g1", OperationSource.LobbyStream, "1-0", token);
            await store.MoveAsync(Operations.Move(), Operations.Entry(), Operations.Owner, token);
            await store.AppendAsync(Operations.Entry($"{number}-0"), Operations.Owner, token);
        }

        await using var command = source.CreateCommand("select count(*) from pg_prepared_statements where not from_sql");

        (await command.ExecuteScalarAsync(token)).Should().Be(5L, "load, move, append and the two ways to share a fence are prepared");
    }

    /// <summary>Waits until this many sessions of the database wait for a lock.</summary>
    private Task WaitingAsync(long sessions, CancellationToken token) => Testing.Eventually.TrueAsync(
        async () => sessions.Equals(await Database.ScalarAsync(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")),
        token, () => $"{sessions} sessions wait for a lock");
}
