namespace Workers.Testing;

/// <summary>
/// Servers of one fixture alone, to be killed, restarted and rewound at will. Ports and data survive a restart.
/// </summary>
public sealed class PrivateServers : IAsyncDisposable
{
    private static readonly string Script = Path.Combine(TestEnvironment.Root, "scripts", "servers.sh");
    private static int _count;

    private PrivateServers(string directory) => Directory = directory;

    /// <summary>Holds ports, pid files, logs and (below <c>redis/</c>) Redis' data.</summary>
    public string Directory { get; }

    /// <summary>StackExchange.Redis connection string.</summary>
    public string Redis => $"127.0.0.1:{Port("redis")}";

    /// <summary>Npgsql connection string of the superuser.</summary>
    public string Postgres => $"Host=127.0.0.1;Port={Port("postgres")};Username=postgres;Database=postgres";

    /// <summary>The Docker engine's endpoint; known once it was started.</summary>
    public string Docker { get; private set; } = "";

    /// <summary>Starts the named servers (<c>redis</c>, <c>postgres</c>, <c>docker</c>) in a folder of their own.</summary>
    public static async Task<PrivateServers> StartAsync(params string[] names)
    {
        var number = Interlocked.Increment(ref _count);
        var directory = Path.Combine(TestEnvironment.State, $"{Environment.ProcessId}-{number}");
        System.IO.Directory.CreateDirectory(directory);
        var servers = new PrivateServers(directory);
        await servers.UpAsync(names);
        return servers;
    }

    /// <summary>Starts the named servers again, on their ports and data.</summary>
    public async Task UpAsync(params string[] names)
    {
        await Shell.RunAsync(Script, ["start", Directory, .. names]);
        if (!names.Contains("docker")) return;

        const string variable = "export WORKERS_DOCKER=";
        var exports = await Shell.RunAsync(Script, "env", Directory);
        Docker = exports.Split('\n').First(line => line.StartsWith(variable, StringComparison.Ordinal))[variable.Length..];
    }

    /// <summary>Stops the named servers as an operator would.</summary>
    public Task DownAsync(params string[] names) => Shell.RunAsync(Script, ["stop", Directory, .. names]);

    /// <summary>SIGKILLs the named servers.</summary>
    public Task KillAsync(params string[] names) => Shell.RunAsync(Script, ["kill", Directory, .. names]);

    public async ValueTask DisposeAsync() => await Shell.RunAsync(Script, "remove", Directory);

    private string Port(string name) => File.ReadAllText(Path.Combine(Directory, $"{name}.port")).Trim();
}
