using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;
using Workers.Bench.Peers;

namespace Workers.Bench.Measuring;

/// <summary>What a number from another machine has to be compared with first.</summary>
internal static class MachineFacts
{
    public static async Task<IReadOnlyDictionary<string, string>> CollectAsync(TestBed bed, CancellationToken cancellationToken) =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["date"] = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture),
            ["commit"] = await TestBed.CommitAsync(cancellationToken),
            ["cpu"] = $"{Processor()} × {Environment.ProcessorCount}",
            ["memory"] = $"{Field("/proc/meminfo", "MemTotal:")}",
            ["load"] = (await File.ReadAllTextAsync("/proc/loadavg", cancellationToken)).Trim(),
            ["fsync"] = Fsync(bed.Directory),
            ["kernel"] = RuntimeInformation.OSDescription,
            ["runtime"] = RuntimeInformation.FrameworkDescription,
            ["redis"] = await Shell.RunAsync("redis-server", ["--version"], cancellationToken),
            ["postgres"] = await PostgresAsync(bed.Postgres, cancellationToken),
            ["docker"] = await Shell.RunAsync("docker", ["-H", bed.Docker, "version", "--format", "{{.Server.Version}}"], cancellationToken),
        };

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();

    private static string Field(string file, string name) =>
        File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim();

    // A PostgreSQL commit waits for one of these, so every durable rate below depends on it.
    private static string Fsync(string directory)
    {
        const int count = 100;
        var file = Path.Combine(directory, "fsync");
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var page = new byte[8192];
        var milliseconds = new double[count];
        for (var i = 0; i < count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            stream.Write(page);
            stream.Flush(flushToDisk: true);
            milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Percentile.Of(milliseconds, 0.5):F2} ms median, {Percentile.Of(milliseconds, 0.99):F2} ms p99 (8 kB write and fsync)");
    }

    private static async Task<string> PostgresAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "select version() || ', fsync=' || current_setting('fsync') || ', synchronous_commit=' || current_setting('synchronous_commit')",
            connection);
        return (string?)await command.ExecuteScalarAsync(cancellationToken) ?? "";
    }
}
