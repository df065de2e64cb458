using System.Diagnostics;

namespace Workers.Demo.Platform;

/// <summary>The Docker engine, through its own command line: a second opinion on what the worker says.</summary>
/// <param name="endpoint">E.g. <c>unix:///…/docker.sock</c>.</param>
/// <param name="run">Labels the containers of this run.</param>
internal sealed class Engine(string endpoint, string run)
{
    /// <summary>Built by <c>scripts/servers.sh</c>; there is no registry.</summary>
    public const string Image = "busybox:local";

    private readonly string _label = $"demo.run={run}";

    /// <summary>Starts a container and returns its id.</summary>
    public Task<string> StartAsync(string name, string script, CancellationToken cancellationToken) =>
        RunAsync(["run", "--detach", "--network", "none", "--label", _label, "--name", name, Image, "sh", "-c", script], cancellationToken);

    /// <summary>Waits until the container has exited by itself.</summary>
    public Task WaitAsync(string id, CancellationToken cancellationToken) => RunAsync(["wait", id], cancellationToken);

    /// <summary>Removes a container, running or not.</summary>
    public Task RemoveAsync(string id, CancellationToken cancellationToken) => RunAsync(["rm", "--force", id], cancellationToken);

    /// <summary>Removes every container of this run.</summary>
    public async Task RemoveAllAsync(CancellationToken cancellationToken)
    {
        var ids = await RunAsync(["ps", "--all", "--quiet", "--filter", $"label={_label}"], cancellationToken);
        if (ids.Length > 0) await RunAsync(["rm", "--force", .. ids.Split('\n')], cancellationToken);
    }

    /// <summary>What is known of the container: <c>running</c>, <c>exited 137</c>, … or <c>gone</c>.</summary>
    public async Task<string> StateAsync(string id, CancellationToken cancellationToken)
    {
        var all = await RunAsync(["ps", "--all", "--no-trunc", "--format", "{{.ID}}"], cancellationToken);
        if (!all.Split('\n').Contains(id, StringComparer.Ordinal)) return "gone";

        return await RunAsync(
            ["inspect", "--format", "{{if .State.Running}}running{{else}}{{.State.Status}} {{.State.ExitCode}}{{end}}", id], cancellationToken);
    }

    private async Task<string> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("docker", ["--host", endpoint, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var docker = Process.Start(start) ?? throw new DemoException("docker did not start.");
        var output = docker.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = docker.StandardError.ReadToEndAsync(cancellationToken);
        await docker.WaitForExitAsync(cancellationToken);

        return docker.ExitCode == 0
            ? (await output).Trim()
            : throw new DemoException($"docker {string.Join(' ', start.ArgumentList.Skip(2))}: {(await errors).Trim()}");
    }
}
