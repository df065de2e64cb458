using System.Globalization;

namespace Workers.Bench.Peers;

/// <summary>The engine's own command line: it makes the containers, and is the baseline for stopping them.</summary>
internal sealed class DockerCli(string endpoint)
{
    // The trap runs at once because the shell waits for a background job; the job's end is the container's only life sign.
    private const string TwoSecondGoodbye = "trap 'sleep 2; exit 0' TERM; sleep 3600 & wait";
    private const int StartsAtOnce = 4;

    /// <summary>Starts containers that take two seconds to shut down; returns their ids.</summary>
    public async Task<IReadOnlyList<string>> RunSlowContainersAsync(int count, CancellationToken cancellationToken)
    {
        var ids = new string[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = StartsAtOnce, CancellationToken = cancellationToken },
            async (i, token) => ids[i] = await RunAsync(["run", "-d", "--network", "none", "busybox:local", "sh", "-c", TwoSecondGoodbye], token));
        return ids;
    }

    /// <summary>One <c>docker stop</c> given all the ids: it asks the engine for all of them at once.</summary>
    public Task StopAsync(IEnumerable<string> ids, TimeSpan grace, CancellationToken cancellationToken) =>
        RunAsync(["stop", "-t", grace.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture), .. ids], cancellationToken);

    /// <summary>How many of the containers run.</summary>
    public async Task<int> RunningAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var running = await RunAsync(["ps", "-q", "--no-trunc"], cancellationToken);
        return running.Split('\n').Intersect(ids, StringComparer.Ordinal).Count();
    }

    public Task RemoveAsync(IEnumerable<string> ids) => RunAsync(["rm", "-f", .. ids], CancellationToken.None);

    private Task<string> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        Shell.RunAsync("docker", ["-H", endpoint, .. arguments], cancellationToken);
}
