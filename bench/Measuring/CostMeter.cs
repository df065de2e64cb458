using System.Diagnostics;
using System.Globalization;
using Npgsql;
using StackExchange.Redis;
using Workers.Bench.Reporting;

namespace Workers.Bench.Measuring;

/// <summary>Reads what an interval cost the subject and its servers; one instance per interval.</summary>
internal sealed class CostMeter
{
    private readonly Func<Task<Reading>> _read;
    private readonly Reading _start;

    private CostMeter(Func<Task<Reading>> read, Reading start) => (_read, _start) = (read, start);

    /// <summary>Starts the interval.</summary>
    /// <param name="redis">Redis under test.</param>
    /// <param name="postgres">Connection string of the database under test.</param>
    /// <param name="subjectCpu">The subject's processor time so far.</param>
    public static async Task<CostMeter> StartAsync(IDatabase redis, string postgres, Func<TimeSpan> subjectCpu)
    {
        return new CostMeter(ReadAsync, await ReadAsync());

        Task<Reading> ReadAsync() => CostMeter.ReadAsync(redis, postgres, subjectCpu);
    }

    /// <summary>Ends the interval and divides what it cost by <paramref name="envelopes"/>.</summary>
    public async Task<Cost> PerEnvelopeAsync(string subject, int envelopes)
    {
        var end = await _read();
        return new Cost(
            subject,
            Each(Stopwatch.GetElapsedTime(_start.Timestamp, end.Timestamp).TotalMicroseconds),
            Each((end.SubjectCpu - _start.SubjectCpu).TotalMicroseconds),
            Each((end.RedisCpu - _start.RedisCpu).TotalMicroseconds),
            Each((end.PostgresCpu - _start.PostgresCpu).TotalMicroseconds),
            Each(end.RedisCommands - _start.RedisCommands),
            Each(end.Commits - _start.Commits),
            Each(end.WalBytes - _start.WalBytes));

        double Each(double total) => total / envelopes;
    }

    private static async Task<Reading> ReadAsync(IDatabase redis, string postgres, Func<TimeSpan> subjectCpu)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            select pg_backend_pid(), pg_stat_get_db_xact_commit(oid), pg_current_wal_lsn() - '0/0'::pg_lsn
            from pg_database where datname = current_database()
            """,
            connection);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        var postmaster = ProcessFacts.Parent(row.GetInt32(0));

        var info = (string?)await redis.ExecuteAsync("INFO", "all") ?? "";
        return new Reading(
            Stopwatch.GetTimestamp(),
            subjectCpu(),
            TimeSpan.FromSeconds(Number(info, "used_cpu_user:") + Number(info, "used_cpu_sys:")),
            ProcessFacts.CpuTimeOfTree(postmaster),
            CallsIn(info),
            row.GetInt64(1),
            (double)row.GetDecimal(2));
    }

    private static double Number(string info, string field)
    {
        var line = info.Split('\n').First(line => line.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line[field.Length..], CultureInfo.InvariantCulture);
    }

    // total_commands_processed leaves out what scripts call; the per-command statistics do not.
    private static long CallsIn(string info)
    {
        const string calls = ":calls=";
        return info.Split('\n').Where(line => line.StartsWith("cmdstat_", StringComparison.Ordinal)).Sum(line =>
        {
            var start = line.IndexOf(calls, StringComparison.Ordinal) + calls.Length;
            return long.Parse(line.AsSpan(start, line.IndexOf(',', start) - start), CultureInfo.InvariantCulture);
        });
    }

    private sealed record Reading(
        long Timestamp, TimeSpan SubjectCpu, TimeSpan RedisCpu, TimeSpan PostgresCpu, long RedisCommands, long Commits, double WalBytes);
}
