using Microsoft.Extensions.Logging;
using Polly;
using Workers.Messaging;

namespace Workers.Runtimes;

/// <summary>
/// Brings one container down and proves it. A positive answer of the engine is not the proof: engines have given it
/// while the process lived on.
/// </summary>
internal sealed class ContainerStop(
    IContainerEngine engine, StopOptions options, RuntimeMetrics metrics, TimeProvider time, ILogger logger)
{
    private const int KilledExitCode = 128 + 9;
    private static readonly TimeSpan ProofInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The evidence, or null when the engine has no such container.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">The engine stayed away for the configured time.</exception>
    /// <exception cref="ContainerEngineException">The engine refuses, or the container survived SIGKILL.</exception>
    /// <exception cref="LeaseLostException">Someone else holds the game's lease by now; nothing was sent.</exception>
    public async Task<Evidence?> RunAsync(string containerId, StopScope scope, CancellationToken cancellationToken)
    {
        var retry = Retries.WhileUnavailable(options.UnavailableRetry, time,
            (failure, attempt) => logger.Retrying("docker stop", scope.Request.GameId, attempt, failure.Message));
        var startedAt = time.GetTimestamp();

        var reply = await retry.ExecuteAsync(
            async token =>
            {
                scope.EnsureOwned();
                if (scope.Lease is { Lost: true }) throw new LeaseLostException();
                var answer = await engine.StopAsync(containerId, options.StopTimeout, token);
                if (answer == StopReply.NoSuchContainer) await EnsureSameEngineAsync(scope, token);
                return answer;
            },
            cancellationToken);
        if (reply == StopReply.NoSuchContainer) return null;

        var (state, sentKill) = await ProveAsync(containerId, scope, retry, cancellationToken);
        var killed = sentKill || (reply == StopReply.Accepted && state?.ExitCode == KilledExitCode);
        if (killed) metrics.Killed();
        return new Evidence(
            state?.ExitCode, killed, (long)time.GetElapsedTime(startedAt).TotalMilliseconds, state?.Status ?? Evidence.Gone);
    }

    private async Task<(ContainerState? State, bool SentKill)> ProveAsync(
        string containerId, StopScope scope, ResiliencePipeline retry, CancellationToken cancellationToken)
    {
        long? deadlineFrom = null;
        while (true)
        {
            // Gone after an accepted stop is a proof as well: it was to be removed when it ends.
            var state = await retry.ExecuteAsync(async token => await engine.InspectAsync(containerId, token), cancellationToken);
            if (state is not { Running: true }) return (state, deadlineFrom is not null);

            if (deadlineFrom is null)
            {
                deadlineFrom = time.GetTimestamp();
                metrics.Survived();
                logger.StillRunning(containerId);
                await retry.ExecuteAsync(
                    async token =>
                    {
                        scope.EnsureOwned();
                        await engine.KillAsync(containerId, token);
                    },
                    cancellationToken);
            }
            else if (time.GetElapsedTime(deadlineFrom.Value) > options.ProofTimeout)
            {
                throw new ContainerEngineException($"container {containerId} is still running after SIGKILL");
            }

            await Task.Delay(ProofInterval, time, cancellationToken);
        }
    }

    /// <summary>An engine that was replaced knows none of the old one's containers; that is no proof of anything.</summary>
    private async Task EnsureSameEngineAsync(StopScope scope, CancellationToken cancellationToken)
    {
        if (scope.Ownership is not { EngineId: { Length: > 0 } expected }) return;

        var actual = await engine.GetEngineIdAsync(cancellationToken);
        if (actual != expected)
            throw new DependencyUnavailableException("docker", $"the engine is another one now ({actual} instead of {expected})");
    }

    /// <summary>What was seen of the container's end.</summary>
    /// <param name="ExitCode">Of its first process; null when it is gone.</param>
    /// <param name="Killed">Whether SIGKILL was needed.</param>
    /// <param name="Milliseconds">From the request to the proof.</param>
    /// <param name="Inspected">The engine's status of it, or <see cref="Gone"/>.</param>
    internal sealed record Evidence(int? ExitCode, bool Killed, long Milliseconds, string Inspected)
    {
        public const string Gone = "gone";
    }
}
