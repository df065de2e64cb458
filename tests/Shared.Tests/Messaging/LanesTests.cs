using System.Collections.Concurrent;
using Workers.Messaging;
using Workers.Testing;

namespace Workers.Shared.Tests.Messaging;

public sealed class LanesTests
{
    [Test, CancelAfter(20_000)]
    public async Task Run_OfManyKeys_KeepsTheOrderOfEachAndTheBound(CancellationToken cancellationToken)
    {
        const int keys = 20;
        const int items = 50;
        const int bound = 4;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var seen = new ConcurrentDictionary<string, ConcurrentQueue<int>>(StringComparer.Ordinal);
        var busy = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        var (running, most, overlaps, left) = (0, 0, 0, keys * items);
        var lanes = new Lanes<(string Key, int Number)>(bound, async item =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            if (!busy.TryAdd(item.Key, true)) Interlocked.Increment(ref overlaps);
            await Task.Yield();
            seen.GetOrAdd(item.Key, _ => []).Enqueue(item.Number);
            busy.TryRemove(item.Key, out _);
            Interlocked.Decrement(ref running);
            Interlocked.Decrement(ref left);
        });

        var run = lanes.RunAsync(stop.Token);
        for (var number = 0; number < items; number++)
            for (var key = 0; key < keys; key++)
                lanes.Post($"key-{key}", ($"key-{key}", number));
        await Eventually.TrueAsync(() => left == 0, cancellationToken);
        await stop.CancelAsync();
        await run;

        overlaps.Should().Be(0, "items of a key run one after the other");
        most.Should().BeLessThanOrEqualTo(bound);
        seen.Should().HaveCount(keys);
        seen.Values.Should().OnlyContain(numbers => numbers.SequenceEqual(Enumerable.Range(0, items)));
    }

    [Test, CancelAfter(20_000)]
    public async Task Run_WithMoreKeysThanPlaces_LetsThemTakeTurns(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var order = new ConcurrentQueue<string>();
        var lanes = new Lanes<string>(1, item =>
        {
            order.Enqueue(item);
            return Task.CompletedTask;
        });
        foreach (var item in new[] { "a1", "a2", "a3", "b1", "c1", "c2" }) lanes.Post(item[..1], item);

        var run = lanes.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => order.Count == 6, cancellationToken);
        await stop.CancelAsync();
        await run;

        order.Should().Equal("a1", "b1", "c1", "a2", "c2", "a3");
    }

    [Test, CancelAfter(20_000)]
    public async Task Run_WithOneLaneStuck_GoesOnWithTheOthers(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stuck = new TaskCompletionSource();
        var order = new ConcurrentQueue<string>();
        var lanes = new Lanes<string>(2, async item =>
        {
            if (item == "stuck") await stuck.Task;
            order.Enqueue(item);
        });
        var run = lanes.RunAsync(stop.Token);

        lanes.Post("a", "stuck");
        lanes.Post("a", "behind");
        for (var number = 0; number < 10; number++) lanes.Post($"{number}", $"{number}");
        await Eventually.TrueAsync(() => order.Count == 10, cancellationToken);

        order.Should().NotContain("stuck").And.NotContain("behind");
        stuck.SetResult();
        await Eventually.TrueAsync(() => order.Count == 12, cancellationToken);
        order.TakeLast(2).Should().Equal("stuck", "behind");
        await stop.CancelAsync();
        await run;
    }

    [Test, CancelAfter(20_000)]
    public async Task Run_Stopped_FinishesWhatRunsAndStartsNothingMore(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (started, finished) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        var running = new TaskCompletionSource();
        var lanes = new Lanes<string>(1, async item =>
        {
            started.Enqueue(item);
            await running.Task;
            finished.Enqueue(item);
        });
        foreach (var item in new[] { "a1", "a2", "b1" }) lanes.Post(item[..1], item);
        var run = lanes.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => !started.IsEmpty, cancellationToken);

        await stop.CancelAsync();
        lanes.Post("c", "c1");
        run.IsCompleted.Should().BeFalse("what runs is waited for");
        running.SetResult();
        await run;

        started.Should().Equal("a1");
        finished.Should().Equal("a1");
    }

    private static void InterlockedMax(ref int location, int value)
    {
        int current;
        while ((current = Volatile.Read(ref location)) < value)
            Interlocked.CompareExchange(ref location, value, current);
    }
}
