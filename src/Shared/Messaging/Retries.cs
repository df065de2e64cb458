using Polly;
using Polly.Retry;

namespace Workers.Messaging;

/// <summary>The retry pipelines of the fleet: exponential with jitter, through the injected clock.</summary>
public static class Retries
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);
    private static readonly ResiliencePropertyKey<long> FailingSince = new("workers.failing_since");

    /// <summary>
    /// Retries while a dependency is unavailable, for at most <paramref name="budget"/> from the first failure; then the last
    /// failure goes through.
    /// </summary>
    public static ResiliencePipeline WhileUnavailable(
        TimeSpan budget, TimeProvider time, Action<Exception, int>? onRetry = null) =>
        Build(time, onRetry, arguments =>
        {
            if (arguments.Outcome.Exception is not DependencyUnavailableException) return false;

            if (arguments.Context.Properties.TryGetValue(FailingSince, out var since)) return time.GetElapsedTime(since) < budget;

            arguments.Context.Properties.Set(FailingSince, time.GetTimestamp());
            return budget > TimeSpan.Zero;
        });

    /// <summary>Retries without end whatever fails, other than a lost ownership and a cancelled token.</summary>
    public static ResiliencePipeline UntilDone(TimeProvider time, Action<Exception, int>? onRetry = null) =>
        Build(time, onRetry, arguments =>
            arguments.Outcome.Exception is { } failure
            && failure is not FencedException
            && !arguments.Context.CancellationToken.IsCancellationRequested);

    private static ResiliencePipeline Build(
        TimeProvider time, Action<Exception, int>? onRetry, Func<RetryPredicateArguments<object>, bool> shouldRetry) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = arguments => ValueTask.FromResult(shouldRetry(arguments)),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = FirstDelay,
                MaxDelay = LongestDelay,
                OnRetry = arguments =>
                {
                    if (arguments.Outcome.Exception is { } failure) onRetry?.Invoke(failure, arguments.AttemptNumber + 1);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
}
