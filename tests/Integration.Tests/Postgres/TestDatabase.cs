using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Workers.Adapters.Postgres;
using Workers.Adapters.Postgres.Schema;
using Workers.Testing;

namespace Workers.Integration.Tests.Postgres;

/// <summary>A database of one fixture alone on the shared server, dropped at the end.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _name;
    private readonly string _server;

    private TestDatabase(string name, string server)
    {
        _name = name;
        _server = server;
        ConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
        DataSource = PostgresDataSource.Create(ConnectionString, "tests");
    }

    /// <summary>Connects as the superuser.</summary>
    public string ConnectionString { get; }

    public NpgsqlDataSource DataSource { get; }

    /// <summary>Creates an empty database on the shared server, or on <paramref name="server"/>.</summary>
    public static async Task<TestDatabase> CreateAsync(string? server = null)
    {
        var database = new TestDatabase($"test_{Guid.NewGuid():N}", server ?? TestEnvironment.Postgres);
        await database.OnServerAsync($"create database {database._name}");
        return database;
    }

    public static async Task<TestDatabase> CreateMigratedAsync(string? server = null)
    {
        var database = await CreateAsync(server);
        await database.MigrateAsync();
        return database;
    }

    /// <summary>Empties the database, which is much quicker than making another.</summary>
    public Task ResetAsync() => ExecuteAsync(
        "drop schema if exists fleet cascade; drop schema public cascade; create schema public; grant usage on schema public to public");

    public async Task MigrateAsync() => (await Migrator().MigrateAsync(CancellationToken.None)).IsUsable.Should().BeTrue();

    public SchemaMigrator Migrator() => new(DataSource, NullLogger<SchemaMigrator>.Instance);

    /// <summary>A pool with these settings on top, e.g. <c>Username=reader</c>.</summary>
    public NpgsqlDataSource Connect(string settings) => PostgresDataSource.Create($"{ConnectionString};{settings}", "tests");

    /// <summary>Runs SQL; returns its first column, or null.</summary>
    public async Task<object?> ScalarAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Runs SQL for its effect.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await OnServerAsync($"drop database {_name} with (force)");
    }

    private async Task OnServerAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_server) { Pooling = false }.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
