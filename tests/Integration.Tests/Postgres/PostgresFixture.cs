using Npgsql;

namespace Workers.Integration.Tests.Postgres;

/// <summary>Gives a fixture a database, and each of its tests a fresh schema in it.</summary>
public abstract class PostgresFixture
{
    private protected TestDatabase Database { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task CreateDatabase() => Database = await TestDatabase.CreateAsync();

    [OneTimeTearDown]
    public async Task DropDatabase()
    {
        if (Database is not null) await Database.DisposeAsync();
    }

    [SetUp]
    public async Task ResetDatabase()
    {
        await Database.ResetAsync();
        await Database.MigrateAsync();
    }

    /// <summary>The server's code for its refusal of <paramref name="sql"/>; null when it accepts it.</summary>
    private protected async Task<string?> RefusalAsync(string sql)
    {
        try
        {
            await Database.ExecuteAsync(sql);
            return null;
        }
        catch (PostgresException refused)
        {
            return refused.SqlState;
        }
    }
}
