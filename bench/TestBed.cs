using System.Globalization;
using Workers.Bench.Peers;
using Workers.Bench.Stop;

namespace Workers.Bench;

/// <summary>
/// What a run stands on: private servers in a temporary folder, and the worker as it is shipped. All of it is gone
/// when the run is over.
/// </summary>
internal sealed class TestBed : IAsyncDisposable
{
    private static readonly string[] Servers = ["redis", "postgres", "docker"];
    private static readonly string Root = FindRoot();
    private static readonly string Script = Path.Combine(Root, "scripts", "servers.sh");
    private readonly Dictionary<bool, string> _published = [];
    private int _slates;

    private TestBed(string directory) => Directory = directory;

    /// <summary>Logs, published workers and the servers' state; removed at the end.</summary>
    public string Directory { get; }

    /// <summary>StackExchange.Redis connection string.</summary>
    public string Redis { get; private set; } = "";

    /// <summary>Npgsql connection string of the superuser's own database.</summary>
    public string Postgres { get; private set; } = "";

    /// <summary>Endpoint of the private Docker engine.</summary>
    public string Docker { get; private set; } = "";

    public static async Task<TestBed> StartAsync(CancellationToken cancellationToken)
    {
        var bed = new TestBed(System.IO.Directory.CreateTempSubdirectory("workers-bench-").FullName);
        try
        {
            await Shell.RunAsync(Script, ["install"], cancellationToken);
            await Shell.RunAsync(Script, ["start", bed.Directory, .. Servers], cancellationToken);
            var exports = await Shell.RunAsync(Script, ["env", bed.Directory], cancellationToken);
            bed.Redis = Exported(exports, "WORKERS_REDIS");
            bed.Postgres = Exported(exports, "WORKERS_POSTGRES");
            bed.Docker = Exported(exports, "WORKERS_DOCKER");
            return bed;
        }
        catch
        {
            await bed.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Publishes the worker once a run and returns its executable; with <paramref name="readyToRun"/> as it is shipped.
    /// </summary>
    public async Task<string> PublishAsync(bool readyToRun, CancellationToken cancellationToken)
    {
        if (_published.TryGetValue(readyToRun, out var worker)) return worker;

        var output = Path.Combine(Directory, readyToRun ? "worker-r2r" : "worker-jit");
        await Shell.RunAsync(
            "dotnet",
            [
                "publish", Path.Combine(Root, "src", "StopJobs.Worker"), "-c", "Release", "-r", "linux-x64", "--no-self-contained",
                $"-p:PublishReadyToRun={(readyToRun ? "true" : "false")}", "-p:RunAnalyzers=false", "-o", output, "--nologo", "-v", "q",
                // A restore for one runtime would add it to the lock files of the repository; the pins of
                // Directory.Packages.props hold either way.
                "-p:RestorePackagesWithLockFile=false", $"-p:NuGetLockFilePath={Path.Combine(Directory, "no.lock.json")}",
            ],
            cancellationToken);
        return _published[readyToRun] = Path.Combine(output, "StopJobs.Worker");
    }

    /// <summary>An empty Redis and a new database with the worker's own schema: no round inherits from another.</summary>
    public async Task<StopSlate> CleanSlateAsync(CancellationToken cancellationToken)
    {
        var worker = await PublishAsync(readyToRun: true, cancellationToken);
        var database = string.Create(CultureInfo.InvariantCulture, $"bench_{++_slates}");
        return await StopSlate.CreateAsync(this, worker, database, cancellationToken);
    }

    /// <summary>The commit under test, with <c>+</c> when the work tree differs from it; <c>unknown</c> outside git.</summary>
    public static async Task<string> CommitAsync(CancellationToken cancellationToken)
    {
        try
        {
            var commit = await Shell.RunAsync("git", ["-C", Root, "rev-parse", "--short", "HEAD"], cancellationToken);
            var changes = await Shell.RunAsync("git", ["-C", Root, "status", "--porcelain"], cancellationToken);
            return changes.Length == 0 ? commit : $"{commit}+";
        }
        catch (Exception failure) when (failure is ShellException or System.ComponentModel.Win32Exception)
        {
            return "unknown";
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Stops what runs in the folder, then deletes it; a folder in which nothing was ever started is not its to delete.
        if (File.Exists(Path.Combine(Directory, "servers.lock")))
            await Shell.RunAsync(Script, ["remove", Directory], CancellationToken.None);
        else
            System.IO.Directory.Delete(Directory, recursive: true);
    }

    private static string Exported(string exports, string name)
    {
        var prefix = $"export {name}=";
        return exports.Split('\n').FirstOrDefault(line => line.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..].Trim('\'')
            ?? throw new InvalidOperationException($"scripts/servers.sh env did not print {name}.");
    }

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "Workers.sln")))
                return directory.FullName;

        throw new InvalidOperationException($"Workers.sln is not above {AppContext.BaseDirectory}.");
    }
}
