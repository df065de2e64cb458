using System.Collections.Concurrent;

namespace Workers.Testing;

/// <summary>
/// The game containers of one fixture on the engine, without network and without names to collide. They are running, with
/// their signal handler in place, before anyone is told their id: PID 1 ignores a SIGTERM that it has no handler for.
/// </summary>
/// <param name="endpoint">The engine, e.g. <c>unix:///…/docker.sock</c>.</param>
public sealed class PlatformContainers(string endpoint) : IAsyncDisposable
{
    private const string Image = "busybox:local";
    private const string Up = "up";
    private const string Terminated = "SIGTERM";
    private readonly ConcurrentBag<string> _created = [];

    /// <summary>Exits as soon as it gets SIGTERM.</summary>
    public Task<string> ObedientAsync(CancellationToken cancellationToken) => RunAsync("exit 0", cancellationToken);

    /// <summary>Exits on SIGTERM, after <paramref name="seconds"/>.</summary>
    public Task<string> SlowAsync(int seconds, CancellationToken cancellationToken) =>
        RunAsync($"sleep {seconds}; exit 0", cancellationToken);

    /// <summary>Ignores SIGTERM: only SIGKILL ends it.</summary>
    public Task<string> StubbornAsync(CancellationToken cancellationToken) => RunAsync("", cancellationToken);

    /// <summary>Exits on SIGTERM once <see cref="LetGoAsync"/> is called.</summary>
    public Task<string> HeldAsync(CancellationToken cancellationToken) =>
        RunAsync($"echo {Terminated}; while [ ! -e /go ]; do sleep 0.05; done; exit 0", cancellationToken);

    /// <summary>Ended by itself, with this exit code, and still there.</summary>
    public async Task<string> ExitedAsync(int exitCode)
    {
        var id = await DockerAsync("create", "--network", "none", Image, "sh", "-c", $"exit {exitCode}");
        _created.Add(id);
        await DockerAsync("start", id);
        await DockerAsync("wait", id);
        return id;
    }

    /// <summary>Waits until a <see cref="HeldAsync">held</see> container got its SIGTERM: a stop is under way.</summary>
    public Task StoppingAsync(string id, CancellationToken cancellationToken) => LoggedAsync(id, Terminated, cancellationToken);

    /// <summary>Lets a <see cref="HeldAsync">held</see> container exit.</summary>
    public Task LetGoAsync(string id) => DockerAsync("exec", id, "sh", "-c", ": > /go");

    /// <summary>Whether its process lives.</summary>
    public async Task<bool> IsRunningAsync(string id) => await DockerAsync("inspect", "-f", "{{.State.Running}}", id) == "true";

    /// <summary>Removes it behind everyone's back, running or not.</summary>
    public Task RemoveAsync(string id) => DockerAsync("rm", "--force", id);

    public async ValueTask DisposeAsync()
    {
        if (!_created.IsEmpty) await DockerAsync(["rm", "--force", .. _created]);
    }

    private async Task<string> RunAsync(string onSigterm, CancellationToken cancellationToken)
    {
        var script = $"trap '{onSigterm}' TERM; echo {Up}; while :; do sleep 0.05; done";
        var id = await DockerAsync("run", "--detach", "--network", "none", Image, "sh", "-c", script);
        _created.Add(id);
        await LoggedAsync(id, Up, cancellationToken);
        return id;
    }

    private Task LoggedAsync(string id, string line, CancellationToken cancellationToken) => Eventually.TrueAsync(
        async () => (await DockerAsync("logs", id)).Split('\n').Contains(line),
        cancellationToken, () => $"container {id} prints {line}");

    private Task<string> DockerAsync(params string[] arguments) => Shell.RunAsync("docker", ["--host", endpoint, .. arguments]);
}
