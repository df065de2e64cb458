namespace Workers.Testing;

/// <summary>What <c>./test.sh</c> tells the tests. A missing server is a failure, never a skip.</summary>
public static class TestEnvironment
{
    /// <summary>StackExchange.Redis connection string of the shared Redis.</summary>
    public static string Redis => Required("WORKERS_REDIS");

    /// <summary>Npgsql connection string of the shared PostgreSQL, a superuser's.</summary>
    public static string Postgres => Required("WORKERS_POSTGRES");

    /// <summary>Endpoint of the shared Docker engine, e.g. <c>unix:///…/docker.sock</c>.</summary>
    public static string Docker => Required("WORKERS_DOCKER");

    /// <summary>Folder below which tests start servers of their own; whatever is left there is stopped at the end.</summary>
    public static string State => Environment.GetEnvironmentVariable("WORKERS_STATE") is { Length: > 0 } state
        ? state
        : Path.Combine(Path.GetTempPath(), $"workers-tests-{Environment.ProcessId}");

    /// <summary>True in the long run (<c>./test.sh --long</c>): full loop counts instead of the short form.</summary>
    public static bool Long => Environment.GetEnvironmentVariable("WORKERS_LONG") == "1";

    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary><paramref name="full"/> in the long run, else <paramref name="brief"/>.</summary>
    public static int Loops(int brief, int full) => Long ? full : brief;

    private static string Required(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"{name} is not set: run the tests with ./test.sh, which starts the servers they need.");

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "Workers.sln")))
                return directory.FullName;

        throw new InvalidOperationException($"Workers.sln is not above {AppContext.BaseDirectory}.");
    }
}
