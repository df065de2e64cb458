using Microsoft.Extensions.Logging;
using Npgsql;
using Workers.Messaging;

namespace Workers.Adapters.Postgres.Schema;

/// <summary>
/// Brings the schema to this build's version: numbered files, each in a transaction of its own, in whatever schema
/// <c>search_path</c> names first.
/// </summary>
/// <remarks>
/// Any number of processes may start at once. Every member throws <see cref="DependencyUnavailableException"/> when
/// PostgreSQL is away.
/// </remarks>
internal sealed class SchemaMigrator(NpgsqlDataSource dataSource, IReadOnlyList<Migration> migrations, ILogger<SchemaMigrator> logger)
{
    // Seconds. An index on a large log takes what it takes, and so does waiting for the process that builds it.
    private const int NoLimit = 0;

    private static readonly string ExistsSql = EmbeddedSql.Statement("schema_exists");
    private static readonly string AppliedSql = EmbeddedSql.Statement("schema_applied");
    private static readonly string LockSql = EmbeddedSql.Statement("schema_lock");
    private static readonly string RecordSql = EmbeddedSql.Statement("schema_record");

    public SchemaMigrator(NpgsqlDataSource dataSource, ILogger<SchemaMigrator> logger)
        : this(dataSource, Migration.Embedded, logger)
    {
    }

    /// <summary>Compares, and changes nothing. Needs the right to read <c>schema_migrations</c> and no other.</summary>
    public Task<SchemaState> CheckAsync(CancellationToken cancellationToken) => PostgresFault.TranslateAsync(
        async () =>
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            return await CompareAsync(connection, cancellationToken);
        },
        cancellationToken);

    /// <summary>
    /// Applies what is missing and returns how the schema stands then. One that is already up to date, newer or altered is
    /// left alone, so a role without DDL rights can start on a schema that someone else has migrated.
    /// </summary>
    /// <exception cref="InvalidOperationException">The server refused a migration; earlier ones stay applied.</exception>
    public Task<SchemaState> MigrateAsync(CancellationToken cancellationToken) => PostgresFault.TranslateAsync(
        async () =>
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            var state = await CompareAsync(connection, cancellationToken);
            foreach (var migration in migrations)
            {
                if (state.Verdict != SchemaVerdict.Older) break;
                state = await ApplyAsync(connection, migration, cancellationToken);
            }

            return state;
        },
        cancellationToken);

    /// <summary>Applies one migration unless another process has; returns how the schema stands then.</summary>
    private async Task<SchemaState> ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

            // The lock ends with the transaction, so it is safe behind a pooler that hands connections around.
            await using var gate = new NpgsqlCommand(LockSql, connection) { CommandTimeout = NoLimit };
            gate.Parameters.AddNumber("migrations_key", AdvisoryLock.Migrations);
            await gate.ExecuteNonQueryAsync(cancellationToken);

            // Only now can nobody else change it any more.
            var applied = await AppliedAsync(connection, cancellationToken);
            var state = SchemaComparison.Compare(migrations, applied);
            if (state.Verdict != SchemaVerdict.Older || applied.Any(step => step.Version == migration.Version)) return state;

            await using var step = new NpgsqlCommand(migration.Sql, connection) { CommandTimeout = NoLimit };
            await step.ExecuteNonQueryAsync(cancellationToken);
            await using var record = new NpgsqlCommand(RecordSql, connection);
            record.Parameters.AddNumber("version", migration.Version);
            record.Parameters.AddText("name", migration.Name);
            record.Parameters.AddText("checksum", migration.Checksum);
            await record.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (PostgresException refused) when (!PostgresFault.IsOutage(refused))
        {
            throw new InvalidOperationException(
                $"Migration {migration} was refused: {refused.MessageText} ({refused.SqlState}). A role with DDL rights can run --migrate.", refused);
        }

        PostgresLog.Migrated(logger, migration.Version, migration.Name);
        return await CompareAsync(connection, cancellationToken);
    }

    private async Task<SchemaState> CompareAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        SchemaComparison.Compare(migrations, await AppliedAsync(connection, cancellationToken));

    private static async Task<IReadOnlyList<AppliedMigration>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand(ExistsSql, connection);
        if (await exists.ExecuteScalarAsync(cancellationToken) is not true) return [];

        await using var select = new NpgsqlCommand(AppliedSql, connection);
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        var applied = new List<AppliedMigration>();
        while (await reader.ReadAsync(cancellationToken))
            applied.Add(new AppliedMigration(reader.GetInt32(0), reader.GetString(1), reader.GetString(2)));

        return applied;
    }
}
