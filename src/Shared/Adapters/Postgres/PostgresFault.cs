using System.Net.Sockets;
using Npgsql;
using Workers.Messaging;

namespace Workers.Adapters.Postgres;

/// <summary>The one place that tells an outage of PostgreSQL from a refusal.</summary>
internal static class PostgresFault
{
    private const string Dependency = "postgres";

    /// <summary>
    /// Runs <paramref name="action"/>; an outage becomes <see cref="DependencyUnavailableException"/>, or
    /// <see cref="OperationCanceledException"/> when the caller has cancelled; anything else passes as it is.
    /// </summary>
    public static async Task<T> TranslateAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        try
        {
            return await action();
        }
        catch (Exception fault) when (IsOutage(fault))
        {
            // A cancelled command may surface as the broken connection it leaves behind.
            if (cancellationToken.IsCancellationRequested)
                throw new OperationCanceledException("The call to PostgreSQL was cancelled.", fault, cancellationToken);

            throw new DependencyUnavailableException(Dependency, Describe(fault), fault);
        }
    }

    /// <summary>Whether trying again later may succeed.</summary>
    public static bool IsOutage(Exception fault) => fault switch
    {
        PostgresException answer => IsOutage(answer.SqlState),
        // The socket broke, nobody listened, or the command or the wait for a pooled connection timed out.
        NpgsqlException { InnerException: IOException or SocketException or TimeoutException } => true,
        // Npgsql tried every host of a failover list and has one reason for each.
        NpgsqlException { InnerException: AggregateException several } => several.InnerExceptions.Any(IsOutage),
        NpgsqlException { InnerException: NpgsqlException inner } => IsOutage(inner),
        NpgsqlException transient => transient.IsTransient,
        IOException or SocketException or TimeoutException => true,
        _ => false,
    };

    private static bool IsOutage(string sqlState) => sqlState switch
    {
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow => true,
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => true,
        // A failover: this server became, or still is, a standby.
        PostgresErrorCodes.ReadOnlySqlTransaction => true,
        // Somebody holds a lock for longer than the operator's statement_timeout or lock_timeout allows.
        PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable => true,
        _ => sqlState.StartsWith("08", StringComparison.Ordinal) // connection
            || sqlState.StartsWith("53", StringComparison.Ordinal), // out of connections, memory or disk
    };

    // Npgsql names the host and port and gives the server's words: neither is a secret. Nothing here may ever print the
    // connection string.
    private static string Describe(Exception fault) => fault switch
    {
        PostgresException answer => $"{answer.MessageText} ({answer.SqlState})",
        { InnerException: { } inner } => $"{fault.Message}: {inner.Message}",
        _ => fault.Message,
    };
}
