using Npgsql;
using Workers.Adapters.Postgres;

namespace Workers.Shared.Tests.Adapters.Postgres;

public sealed class PostgresDataSourceTests
{
    [Test]
    public async Task Create_NothingGiven_AppliesTheDefaults()
    {
        await using var source = PostgresDataSource.Create("Host=db;Username=u", "worker");

        var settings = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        settings.ApplicationName.Should().Be("worker");
        settings.MaxPoolSize.Should().Be(50);
        settings.Timeout.Should().Be(5);
        settings.CommandTimeout.Should().Be(15);
        settings.KeepAlive.Should().Be(30);
        settings.MaxAutoPrepare.Should().Be(32);
        settings.AutoPrepareMinUsages.Should().Be(2);
    }

    [Test]
    public async Task Create_EverythingGiven_KeepsIt()
    {
        const string given = "Host=db;Application Name=mine;MaxPoolSize=7;Timeout=8;CommandTimeout=0;Keepalive=0;"
            + "Max Auto Prepare=0;Auto Prepare Min Usages=5";

        await using var source = PostgresDataSource.Create(given, "worker");

        var settings = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        settings.ApplicationName.Should().Be("mine");
        settings.MaxPoolSize.Should().Be(7);
        settings.Timeout.Should().Be(8);
        settings.CommandTimeout.Should().Be(0);
        settings.KeepAlive.Should().Be(0);
        settings.MaxAutoPrepare.Should().Be(0);
        settings.AutoPrepareMinUsages.Should().Be(5);
    }

    [Test]
    public async Task Create_LargeMinimumPool_RaisesTheMaximum()
    {
        await using var source = PostgresDataSource.Create("Host=db;Minimum Pool Size=80", "worker");

        new NpgsqlConnectionStringBuilder(source.ConnectionString).MaxPoolSize.Should().Be(80);
    }

    [Test]
    public async Task Create_Password_IsNotInTheConnectionStringItShows()
    {
        await using var source = PostgresDataSource.Create("Host=db;Username=u;Password=hunter2", "worker");

        source.ConnectionString.Should().NotContain("hunter2");
    }

    [TestCase("")]
    [TestCase(";Target Session Attributes=primary")]
    [TestCase(";Target Session Attributes=read-write")]
    public async Task Create_SeveralHosts_MakesAPool(string target)
    {
        await using var source = PostgresDataSource.Create($"Host=a,b{target}", "worker");

        new NpgsqlConnectionStringBuilder(source.ConnectionString).Host.Should().Be("a,b");
    }

    [TestCase("Host=a,b;Target Session Attributes=standby")]
    [TestCase("Host=db;No Such Setting=1")]
    public void Create_UnusableSettings_Throws(string connectionString)
    {
        var create = () => PostgresDataSource.Create(connectionString, "worker");

        create.Should().Throw<ArgumentException>();
    }
}
