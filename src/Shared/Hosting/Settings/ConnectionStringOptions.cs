using Npgsql;
using StackExchange.Redis;

namespace Workers.Hosting.Settings;

/// <summary>The two servers of a worker, both required: section <c>ConnectionStrings</c>.</summary>
internal sealed class ConnectionStringOptions(SettingsReader settings)
{
    public const string Section = "ConnectionStrings";

    /// <summary>The name in the environment, for commands that need no more than it.</summary>
    public const string RedisName = Section + "__" + nameof(Redis);

    /// <inheritdoc cref="RedisName"/>
    public const string PostgresName = Section + "__" + nameof(Postgres);

    /// <summary>As StackExchange.Redis reads it, e.g. <c>redis:6379,password=…,ssl=true,sslHost=…</c>.</summary>
    public string Redis { get; init; } = settings.RequiredSecret(
        nameof(Redis), "Redis connection string", "the Redis server, as StackExchange.Redis reads it", "localhost:6379,password=…", IsRedis);

    /// <summary>As Npgsql reads it, e.g. <c>Host=postgres;Username=…;Password=…;Database=…</c>.</summary>
    public string Postgres { get; init; } = settings.RequiredSecret(
        nameof(Postgres), "PostgreSQL connection string", "the PostgreSQL database, as Npgsql reads it", "Host=localhost;Username=…;Password=…", IsPostgres);

    private static bool IsRedis(string value)
    {
        try
        {
            return ConfigurationOptions.Parse(value).EndPoints.Count > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool IsPostgres(string value)
    {
        try
        {
            return !string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(value).Host);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            return false;
        }
    }
}
