using Workers.Messaging;
using Workers.Testing;

namespace Workers.Shared.Tests.Messaging;

public sealed class RetriesTests
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);

    // --- while unavailable ---------------------------------------------------------------

    [Test, CancelAfter(20_000)]
    public async Task WhileUnavailable_WhenTheDependencyComesBack_ReturnsItsAnswer(CancellationToken cancellationToken)
    {
        var time = new ManualTimeProvider();
        var (attempts, told) = (0, new List<int>());
        var pipeline = Retries.WhileUnavailable(Budget, time, (_, attempt) => told.Add(attempt));

        var call = pipeline.ExecuteAsync(_ => ++attempts < 4 ? throw Away() : ValueTask.FromResult("answer"), cancellationToken).AsTask();
        var answer = await time.AdvanceUntilDoneAsync(call, cancellationToken);

        answer.Should().Be("answer");
        attempts.Should().Be(4);
        told.Should().Equal(1, 2, 3);
    }

    [Test, CancelAfter(20_000)]
    public async Task WhileUnavailable_BeyondTheBudget_LetsTheLastFailureThrough(CancellationToken cancellationToken)
    {
        var time = new ManualTimeProvider();
        var (attempts, firstFailure) = (0, TimeSpan.Zero);
        var pipeline = Retries.WhileUnavailable(Budget, time);

        var call = pipeline.ExecuteAsync<string>(
            async token =>
            {
                // The first attempt takes long before it fails: what it took is no part of the budget.
                if (++attempts == 1)
                {
                    await Task.Delay(TimeSpan.FromMinutes(5), time, token);
                    firstFailure = time.Elapsed;
                }

                throw Away($"attempt {attempts}");
            },
            cancellationToken).AsTask();
        await time.AdvanceUntilAsync(() => call.IsCompleted, cancellationToken, TimeSpan.FromMilliseconds(200));

        (await call.Awaiting(task => task).Should().ThrowAsync<DependencyUnavailableException>()).WithMessage($"attempt {attempts}");
        attempts.Should().BeGreaterThan(10);
        (time.Elapsed - firstFailure).Should().BeGreaterThanOrEqualTo(Budget).And.BeLessThanOrEqualTo(Budget + LongestDelay + TimeSpan.FromSeconds(1));
    }

    [Test, CancelAfter(20_000)]
    public async Task WhileUnavailable_WithABudgetShorterThanOnePause_TriesOnceMore(CancellationToken cancellationToken)
    {
        var time = new ManualTimeProvider();
        var attempts = 0;
        var pipeline = Retries.WhileUnavailable(TimeSpan.FromTicks(1), time);

        var call = pipeline.ExecuteAsync<string>(_ => { attempts++; throw Away(); }, cancellationToken).AsTask();
        await time.AdvanceUntilAsync(() => call.IsCompleted, cancellationToken);

        await call.Awaiting(task => task).Should().ThrowAsync<DependencyUnavailableException>();
        attempts.Should().Be(2);
    }

    [Test, CancelAfter(20_000)]
    public async Task WhileUnavailable_WithoutABudget_TriesOnce(CancellationToken cancellationToken)
    {
        var attempts = 0;
        var pipeline = Retries.WhileUnavailable(TimeSpan.Zero, new ManualTimeProvider());

        var calling = async () => await pipeline.ExecuteAsync<string>(_ => { attempts++; throw Away(); }, cancellationToken);

        await calling.Should().ThrowAsync<DependencyUnavailableException>();
        attempts.Should().Be(1);
    }

    [Test, CancelAfter(20_000)]
    public async Task WhileUnavailable_OfAnyOtherFailure_TriesOnce(CancellationToken cancellationToken)
    {
        var attempts = 0;
        var pipeline = Retries.WhileUnavailable(Budget, new ManualTimeProvider());

        var calling = async () => await pipeline.ExecuteAsync<string>(
            _ => { attempts++; throw new InvalidOperationException("no"); }, cancellationToken);

        await calling.Should().ThrowAsync<InvalidOperationException>();
        attempts.Should().Be(1);
    }

    [Test, CancelAfter(20_000)]
    public async Task WhileUnavailable_UsedAgain_StartsANewBudget(CancellationToken cancellationToken)
    {
        var time = new ManualTimeProvider();
        var pipeline = Retries.WhileUnavailable(TimeSpan.FromSeconds(1), time);
        var first = pipeline.ExecuteAsync<string>(_ => throw Away(), cancellationToken).AsTask();
        await time.AdvanceUntilAsync(() => first.IsCompleted, cancellationToken);
        var attempts = 0;

        var second = pipeline.ExecuteAsync(_ => ++attempts < 3 ? throw Away() : ValueTask.FromResult("answer"), cancellationToken).AsTask();
        var answer = await time.AdvanceUntilDoneAsync(second, cancellationToken);

        await first.Awaiting(task => task).Should().ThrowAsync<DependencyUnavailableException>();
        answer.Should().Be("answer");
    }

    [Test, CancelAfter(20_000)]
    public async Task WhileUnavailable_CancelledDuringAPause_EndsAtOnce(CancellationToken cancellationToken)
    {
        var time = new ManualTimeProvider();
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var call = Retries.WhileUnavailable(Budget, time).ExecuteAsync<string>(_ => throw Away(), cancelling.Token).AsTask();

        await cancelling.CancelAsync();

        await call.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        time.ArmedTimers.Should().Be(0);
    }

    // --- until done ----------------------------------------------------------------------

    [Test, CancelAfter(20_000)]
    public async Task UntilDone_WhateverFails_GoesOnWithPausesUpToTheLongest(CancellationToken cancellationToken)
    {
        var time = new ManualTimeProvider();
        var at = new List<TimeSpan>();
        var pipeline = Retries.UntilDone(time);

        var call = pipeline.ExecuteAsync(
            _ =>
            {
                at.Add(time.Elapsed);
                return at.Count switch
                {
                    12 => ValueTask.FromResult("answer"),
                    var count when count % 2 == 0 => throw Away(),
                    _ => throw new InvalidOperationException("a refusal"),
                };
            },
            cancellationToken).AsTask();
        var answer = await time.AdvanceUntilDoneAsync(call, cancellationToken);

        answer.Should().Be("answer");
        var pauses = at.Zip(at.Skip(1), (before, after) => after - before).ToArray();
        pauses.Should().OnlyContain(pause => pause > TimeSpan.Zero && pause <= LongestDelay + ManualTimeProvider.DefaultStep);
        pauses.Max().Should().BeGreaterThan(TimeSpan.FromMilliseconds(500), "they grow");
    }

    [Test, CancelAfter(20_000)]
    public async Task UntilDone_OfALostOwnership_LetsItThrough(CancellationToken cancellationToken)
    {
        var attempts = 0;
        var calling = async () => await Retries.UntilDone(new ManualTimeProvider()).ExecuteAsync<string>(
            _ => { attempts++; throw new FencedException("lost"); }, cancellationToken);

        await calling.Should().ThrowAsync<FencedException>();
        attempts.Should().Be(1);
    }

    [Test, CancelAfter(20_000)]
    public async Task UntilDone_Cancelled_EndsAtOnce(CancellationToken cancellationToken)
    {
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var call = Retries.UntilDone(new ManualTimeProvider()).ExecuteAsync<string>(_ => throw Away(), cancelling.Token).AsTask();

        await cancelling.CancelAsync();

        await call.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    private static DependencyUnavailableException Away(string message = "away") => new("test", message);
}
