using Npgsql;

namespace Workers.Testing;

/// <summary>
/// An open transaction of another actor. It makes a race exact: the fleet still reads the row as it was, and its own write
/// waits until this one commits.
/// </summary>
public sealed class PlatformTransaction : IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private PlatformTransaction(NpgsqlDataSource database, NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        _database = database;
        _connection = connection;
        _transaction = transaction;
    }

    public static async Task<PlatformTransaction> BeginAsync(NpgsqlDataSource database, string sql, object?[] parameters)
    {
        var connection = await database.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        PlatformRecords.Bind(command, parameters);
        await command.ExecuteNonQueryAsync();
        return new PlatformTransaction(database, connection, transaction);
    }

    /// <summary>Waits until someone waits for this transaction.</summary>
    public Task BlocksSomeoneAsync(CancellationToken cancellationToken) => Eventually.TrueAsync(
        async () =>
        {
            await using var command = _database.CreateCommand(
                "select exists (select from pg_stat_activity where datname = current_database() and $1 = any(pg_blocking_pids(pid)))");
            PlatformRecords.Bind(command, [_connection.ProcessID]);
            return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
        },
        cancellationToken, () => "someone waits for the open transaction");

    public Task CommitAsync() => _transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
