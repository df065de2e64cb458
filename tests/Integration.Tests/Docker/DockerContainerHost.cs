using System.Collections.Concurrent;
using System.Globalization;
using Workers.Adapters.Docker;
using Workers.Runtimes;
using Workers.Testing;

namespace Workers.Integration.Tests.Docker;

/// <summary>A real engine, with Docker's own client to put containers on it.</summary>
internal sealed class DockerContainerHost : IContainerHost
{
    private const string Image = "busybox:local";
    private const string Ready = "ready";
    private readonly ConcurrentBag<string> _created = [];
    private DockerEngine? _engine;

    // Not when the fixture is built: a missing engine must fail tests, each with the reason, not the run.
    public IContainerEngine Engine => _engine ??= new DockerEngine(new DockerOptions { Endpoint = TestEnvironment.Docker }, TimeProvider.System);

    public async Task<string> RunAsync(ContainerScript script, CancellationToken cancellationToken)
    {
        List<string> arguments = ["run", "--detach", "--network", "none"];
        if (script.AutoRemove) arguments.Add("--rm");
        foreach (var (name, value) in script.Labels) arguments.AddRange(["--label", $"{name}={value}"]);
        var id = await DockerAsync([.. arguments, Image, "sh", "-c", Shellcode(script)]);
        _created.Add(id);

        if (script.EndsByItself) await DockerAsync("wait", id);
        // PID 1 ignores a SIGTERM that it has no handler for, so wait until it has.
        else await Eventually.TrueAsync(async () => await DockerAsync("logs", id) == Ready, cancellationToken, () => $"container {id} is ready");
        return id;
    }

    public Task PauseAsync(string id, CancellationToken cancellationToken) => DockerAsync("pause", id);

    public Task RemoveAsync(string id, CancellationToken cancellationToken) => DockerAsync("rm", "--force", id);

    public async ValueTask DisposeAsync()
    {
        _engine?.Dispose();
        if (!_created.IsEmpty) await DockerAsync(["rm", "--force", .. _created]);
    }

    private static string Shellcode(ContainerScript script)
    {
        var exit = $"exit {script.ExitCode}";
        if (script.EndsByItself) return exit;

        var onSigterm = script.EndsAfterSigterm is { } after
            ? $"sleep {after.TotalSeconds.ToString(CultureInfo.InvariantCulture)}; {exit}"
            : ":";
        return $"trap '{onSigterm}' TERM; echo {Ready}; while :; do sleep 0.05; done";
    }

    private static Task<string> DockerAsync(params string[] arguments) => Shell.RunAsync("docker", ["--host", TestEnvironment.Docker, .. arguments]);
}
