using System.Diagnostics;

namespace Workers.Bench.Peers;

/// <summary>Runs a command to its end.</summary>
internal static class Shell
{
    /// <summary>
    /// Standard output of the command, trimmed; throws <see cref="ShellException"/> with its output when it exits
    /// non-zero. A cancel kills it, with its children.
    /// </summary>
    public static async Task<string> RunAsync(string file, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(file, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new ShellException($"{file} did not start.");
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return process.ExitCode == 0
            ? (await output).Trim()
            : throw new ShellException($"{file} {string.Join(' ', start.ArgumentList)} exited {process.ExitCode}:\n{await output}{await errors}");
    }
}
