using Microsoft.Extensions.Logging;
using Npgsql;

namespace Workers.Adapters.Postgres;

/// <summary>The pool of connections that a worker's PostgreSQL adapters share.</summary>
internal static class PostgresDataSource
{
    /// <summary>Connections held at most: two thirds of the default concurrency, since a stop mostly waits for its container.</summary>
    public const int MaxPoolSize = 50;

    /// <summary>Seconds to connect, and to wait for a connection of the pool.</summary>
    public const int TimeoutSeconds = 5;

    /// <summary>Seconds for one statement.</summary>
    public const int CommandTimeoutSeconds = 15;

    /// <summary>Seconds of silence after which an idle connection is probed, so that a dead one is found before it is needed.</summary>
    public const int KeepAliveSeconds = 30;

    /// <summary>
    /// Makes a pool. What the connection string says wins over the constants above. With several hosts
    /// (<c>Host=a,b</c>) the one that accepts writes is used, unless <c>Target Session Attributes</c> says otherwise.
    /// Connects to nothing yet.
    /// </summary>
    /// <remarks>
    /// Statements that run often are prepared by hand, and <c>Max Auto Prepare</c> stays off: in Npgsql 10.0.0 a statement that
    /// the server refuses on the very run that would prepare it breaks every later run on that connection (npgsql#6391).
    /// </remarks>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    public static NpgsqlDataSource Create(string connectionString, string applicationName, ILoggerFactory? loggers = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        settings.Default("Application Name", applicationName);
        settings.Default("Maximum Pool Size", Math.Max(MaxPoolSize, settings.MinPoolSize));
        settings.Default("Timeout", TimeoutSeconds);
        settings.Default("Command Timeout", CommandTimeoutSeconds);
        settings.Default("Keepalive", KeepAliveSeconds);
        // Nothing here leaves state in a session (settings and locks are the transaction's), and a reset costs a commit.
        settings.Default("No Reset On Close", true);

        // Npgsql wants the target of a failover list apart from the string.
        var target = settings.TargetSessionAttributes;
        if (target is not null) settings.Remove("Target Session Attributes");

        // The slim builder leaves out what costs start-up time and nobody here uses: arrays, ranges, mapped types.
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
        builder.EnableTransportSecurity();
        if (loggers is not null) builder.UseLoggerFactory(loggers);

        return settings.Host?.Contains(',') is true
            ? builder.BuildMultiHost().WithTargetSession(Parse(target))
            : builder.Build();
    }

    private static TargetSessionAttributes Parse(string? target) => target?.ToUpperInvariant() switch
    {
        null or "PRIMARY" => TargetSessionAttributes.Primary,
        "READ-WRITE" => TargetSessionAttributes.ReadWrite,
        "ANY" => TargetSessionAttributes.Any,
        _ => throw new ArgumentException(
            "Target Session Attributes must be primary, read-write or any: a worker writes.", nameof(target)),
    };

    private static void Default(this NpgsqlConnectionStringBuilder settings, string keyword, object value)
    {
        if (!settings.ShouldSerialize(keyword)) settings[keyword] = value;
    }
}
