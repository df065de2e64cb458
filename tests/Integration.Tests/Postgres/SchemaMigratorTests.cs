using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Workers.Adapters.Postgres.Schema;

namespace Workers.Integration.Tests.Postgres;

public sealed class SchemaMigratorTests
{
    private TestDatabase _database = null!;

    [OneTimeSetUp]
    public async Task CreateDatabase() => _database = await TestDatabase.CreateAsync();

    [OneTimeTearDown]
    public async Task DropDatabase()
    {
        if (_database is not null) await _database.DisposeAsync();
    }

    [SetUp]
    public Task EmptyDatabase() => _database.ResetAsync();

    [Test, CancelAfter(30_000)]
    public async Task Check_EmptyDatabase_IsOlderAndStaysEmpty(CancellationToken token)
    {
        var state = await _database.Migrator().CheckAsync(token);

        state.Verdict.Should().Be(SchemaVerdict.Older);
        state.Current.Should().Be(0);
        (await TablesAsync("public")).Should().BeEmpty();
    }

    [Test, CancelAfter(30_000)]
    public async Task Migrate_EmptyDatabase_CreatesTheTablesOfTheContract(CancellationToken token)
    {
        var state = await _database.Migrator().MigrateAsync(token);

        state.Verdict.Should().Be(SchemaVerdict.UpToDate);
        state.Current.Should().Be(Migration.Embedded.Count);
        (await TablesAsync("public")).Should().BeEquivalentTo(
            "health_snapshots", "operation_log", "runtime_records", "schema_migrations", "stream_fences");
        (await _database.Migrator().CheckAsync(token)).Should().Be(state);
    }

    [Test, CancelAfter(30_000)]
    public async Task Migrate_Twice_ChangesNothing(CancellationToken token)
    {
        await _database.Migrator().MigrateAsync(token);
        var before = await _database.ScalarAsync("select jsonb_agg(m) from schema_migrations m");

        var state = await _database.Migrator().MigrateAsync(token);

        state.IsUsable.Should().BeTrue();
        (await _database.ScalarAsync("select jsonb_agg(m) from schema_migrations m")).Should().Be(before);
    }

    [Test, CancelAfter(60_000)]
    public async Task Migrate_TenAtOnce_ApplyEachMigrationOnce(CancellationToken token)
    {
        var migrations = Count(1, 5);

        var states = await Task.WhenAll(Enumerable.Range(0, 10).Select(
            _ => Task.Run(() => Migrator(migrations).MigrateAsync(token), token)));

        states.Should().AllSatisfy(state => state.Verdict.Should().Be(SchemaVerdict.UpToDate));
        (await _database.ScalarAsync("select string_agg(version::text, ',' order by applied_at) from schema_migrations")).Should().Be("1,2,3,4,5");
        (await _database.ScalarAsync("select count(*) from applied")).Should().Be(5L);
    }

    [Test, CancelAfter(30_000)]
    public async Task Migrate_SchemaOfAnOlderBuild_AppliesWhatIsMissing(CancellationToken token)
    {
        await Migrator(Count(1, 2)).MigrateAsync(token);

        var check = await Migrator(Count(1, 4)).CheckAsync(token);
        var state = await Migrator(Count(1, 4)).MigrateAsync(token);

        check.Should().BeEquivalentTo(new { Verdict = SchemaVerdict.Older, Current = 2, Expected = 4 });
        state.Should().BeEquivalentTo(new { Verdict = SchemaVerdict.UpToDate, Current = 4, Expected = 4 });
    }

    [Test, CancelAfter(30_000)]
    public async Task Migrate_SchemaOfANewerBuild_LeavesItAlone(CancellationToken token)
    {
        await Migrator(Count(1, 4)).MigrateAsync(token);

        var check = await Migrator(Count(1, 2)).CheckAsync(token);
        var state = await Migrator(Count(1, 2)).MigrateAsync(token);

        check.Should().BeEquivalentTo(new { Verdict = SchemaVerdict.Newer, Current = 4, Expected = 2 });
        state.Should().Be(check);
    }

    [Test, CancelAfter(30_000)]
    public async Task Migrate_VersionWithAnotherText_LeavesItAlone(CancellationToken token)
    {
        await Migrator(Count(1, 1)).MigrateAsync(token);
        Migration[] edited = [Count(1, 1)[0] with { Sql = "select 'edited'" }, .. Count(2, 2)];

        var state = await Migrator(edited).MigrateAsync(token);

        state.Verdict.Should().Be(SchemaVerdict.Altered);
        state.Detail.Should().Contain("0001_step");
        (await _database.ScalarAsync("select max(version) from schema_migrations")).Should().Be(1);
    }

    [Test, CancelAfter(30_000)]
    public async Task Migrate_AStepIsRefused_KeepsTheEarlierAndNothingOfIt(CancellationToken token)
    {
        Migration[] migrations = [.. Count(1, 1), new(2, "broken", "insert into applied values (2); create table applied (x int);")];

        var migrate = () => Migrator(migrations).MigrateAsync(token);

        (await migrate.Should().ThrowAsync<InvalidOperationException>())
            .WithMessage("Migration 0002_broken was refused: relation \"applied\" already exists (42P07)*")
            .WithInnerException<PostgresException>();
        (await _database.ScalarAsync("select string_agg(version::text, ',') from schema_migrations")).Should().Be("1");
        (await _database.ScalarAsync("select count(*) from applied")).Should().Be(1L);
    }

    [Test, CancelAfter(30_000)]
    public async Task Migrate_TablesThatOthersCreated_KeepsThemAndTheirRows(CancellationToken token)
    {
        await _database.ExecuteAsync(
            """
            create table runtime_records (
                game_id text primary key, status text not null, current_container_id text not null default '',
                current_image_ref text not null default '', engine_endpoint text not null default '',
                created_at timestamptz, started_at timestamptz, stopped_at timestamptz, removed_at timestamptz,
                last_op_at timestamptz, docker_network text);
            create table operation_log (
                id bigserial primary key, game_id text, op_kind text, op_source text, source_ref text, image_ref text,
                container_id text, outcome text, error_code text, error_message text, details jsonb,
                started_at timestamptz, finished_at timestamptz);
            create table health_snapshots (
                game_id text primary key, container_id text, status text, source text, details jsonb, observed_at timestamptz);
            insert into runtime_records (game_id, status, docker_network) values ('g1', 'running', 'bridge');
            """);

        var state = await _database.Migrator().MigrateAsync(token);

        state.IsUsable.Should().BeTrue();
        (await _database.ScalarAsync("select docker_network from runtime_records where game_id = 'g1'")).Should().Be("bridge");
        (await _database.ScalarAsync("select to_regclass('operation_log_stream_source') is not null")).Should().Be(true);
    }

    [Test, CancelAfter(30_000)]
    public async Task Migrate_SearchPath_DecidesTheSchema(CancellationToken token)
    {
        await _database.ExecuteAsync("create schema fleet");
        await using var source = _database.Connect("Search Path=fleet");

        var state = await new SchemaMigrator(source, NullLogger<SchemaMigrator>.Instance).MigrateAsync(token);

        state.IsUsable.Should().BeTrue();
        (await TablesAsync("fleet")).Should().Contain(["runtime_records", "schema_migrations"]);
        (await TablesAsync("public")).Should().BeEmpty();
    }

    [Test, CancelAfter(30_000)]
    public async Task Migrate_RoleWithoutDdlRights_StartsOnAnUpToDateSchema(CancellationToken token)
    {
        await _database.Migrator().MigrateAsync(token);
        var role = await CreateRoleAsync("grant select, insert, update on all tables in schema public to {0}");
        await using var source = _database.Connect($"Username={role}");

        var state = await new SchemaMigrator(source, NullLogger<SchemaMigrator>.Instance).MigrateAsync(token);

        state.IsUsable.Should().BeTrue();
        await DropRoleAsync(role);
    }

    [Test, CancelAfter(30_000)]
    public async Task Migrate_RoleWithoutDdlRightsOnAnOlderSchema_SaysWhatIsRefusedAndWhoCan(CancellationToken token)
    {
        var role = await CreateRoleAsync("grant usage on schema public to {0}");
        await using var source = _database.Connect($"Username={role}");

        var migrate = () => new SchemaMigrator(source, NullLogger<SchemaMigrator>.Instance).MigrateAsync(token);

        (await migrate.Should().ThrowAsync<InvalidOperationException>())
            .WithMessage("Migration 0001_runtime was refused: permission denied for schema public (42501)*--migrate*");
        await DropRoleAsync(role);
    }

    private SchemaMigrator Migrator(IReadOnlyList<Migration> migrations) =>
        new(_database.DataSource, migrations, NullLogger<SchemaMigrator>.Instance);

    // Each leaves a mark, so that one that ran twice is seen.
    private static Migration[] Count(int from, int to) =>
    [
        .. Enumerable.Range(from, to - from + 1).Select(version => new Migration(
            version, "step",
            (version == 1
                ? "create table schema_migrations (version int primary key, name text, applied_at timestamptz, checksum text); create table applied (version int);"
                : "")
            + $"insert into applied values ({version});")),
    ];

    private async Task<string[]> TablesAsync(string schema) =>
        ((string)(await _database.ScalarAsync(
            $"select coalesce(string_agg(tablename, ','), '') from pg_tables where schemaname = '{schema}'"))!)
        .Split(',', StringSplitOptions.RemoveEmptyEntries);

    private async Task<string> CreateRoleAsync(string grant)
    {
        var role = $"role_{Guid.NewGuid():N}";
        await _database.ExecuteAsync($"create role {role} login; {string.Format(null, grant, role)}");
        return role;
    }

    // Roles belong to the server, not to the database that is dropped.
    private Task DropRoleAsync(string role) => _database.ExecuteAsync($"drop owned by {role}; drop role {role}");
}
