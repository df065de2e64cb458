using Microsoft.Extensions.Logging;

namespace Workers.Adapters.Postgres;

/// <summary>Log messages of the PostgreSQL adapters: event ids 4100 to 4199.</summary>
internal static partial class PostgresLog
{
    [LoggerMessage(4100, LogLevel.Information, "The database schema was migrated to version {Version} ({Name})")]
    public static partial void Migrated(ILogger logger, int version, string name);
}
