using System.Diagnostics;
using Workers.Runtimes;

namespace Workers.Testing;

/// <summary>What every <see cref="IContainerEngine"/> must do: the real engine and the double run the same fixture.</summary>
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public abstract class ContainerEngineContract(IContainerHost host)
{
    private const int Milliseconds = 60_000;
    private const int KilledExitCode = 128 + 9;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static readonly ContainerScript Obedient = new() { ExitCode = 7 };
    private static readonly ContainerScript Stubborn = new() { EndsAfterSigterm = null };

    private IContainerEngine Engine => host.Engine;

    [OneTimeTearDown]
    public async Task RemoveContainers() => await host.DisposeAsync();

    [Test, CancelAfter(Milliseconds)]
    public async Task EngineId_AskedTwice_IsTheSame(CancellationToken cancellationToken)
    {
        var first = await Engine.GetEngineIdAsync(cancellationToken);
        var second = await Engine.GetEngineIdAsync(cancellationToken);

        first.Should().NotBeNullOrWhiteSpace();
        second.Should().Be(first);
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Stop_OfARunningContainer_EndsItWithItsOwnExitCode(CancellationToken cancellationToken)
    {
        var id = await host.RunAsync(Obedient, cancellationToken);

        var reply = await Engine.StopAsync(id, Grace, cancellationToken);

        reply.Should().Be(StopReply.Accepted);
        (await Engine.InspectAsync(id, cancellationToken)).Should().Be(new ContainerState(id, "exited", Running: false, ExitCode: 7));
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Stop_WhenSigtermIsIgnored_KillsAfterTheGracePeriod(CancellationToken cancellationToken)
    {
        var id = await host.RunAsync(Stubborn, cancellationToken);
        var grace = TimeSpan.FromSeconds(1);
        var clock = Stopwatch.StartNew();

        var reply = await Engine.StopAsync(id, grace, cancellationToken);

        reply.Should().Be(StopReply.Accepted);
        clock.Elapsed.Should().BeGreaterThan(grace - TimeSpan.FromMilliseconds(50));
        (await Engine.InspectAsync(id, cancellationToken)).Should().Be(new ContainerState(id, "exited", Running: false, KilledExitCode));
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Stop_WithoutGrace_KillsAtOnce(CancellationToken cancellationToken)
    {
        var id = await host.RunAsync(Stubborn, cancellationToken);

        var reply = await Engine.StopAsync(id, TimeSpan.Zero, cancellationToken);

        reply.Should().Be(StopReply.Accepted);
        (await Engine.InspectAsync(id, cancellationToken)).Should().Be(new ContainerState(id, "exited", Running: false, KilledExitCode));
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Stop_WithAFractionOfASecond_GrantsAWholeSecond(CancellationToken cancellationToken)
    {
        var slow = Obedient with { EndsAfterSigterm = TimeSpan.FromMilliseconds(300) };
        var id = await host.RunAsync(slow, cancellationToken);

        await Engine.StopAsync(id, TimeSpan.FromMilliseconds(1), cancellationToken);

        (await Engine.InspectAsync(id, cancellationToken))!.ExitCode.Should().Be(slow.ExitCode, "it was given the time to end by itself");
    }

    [Test]
    public async Task Stop_WithANegativeGrace_IsAnError()
    {
        var act = () => Engine.StopAsync("any", TimeSpan.FromTicks(-1), CancellationToken.None);

        await act.Should().ThrowAsync<ArgumentOutOfRangeException>();
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Stop_OfAnExitedContainer_SaysSo(CancellationToken cancellationToken)
    {
        var id = await host.RunAsync(new ContainerScript { EndsByItself = true, ExitCode = 3 }, cancellationToken);

        var reply = await Engine.StopAsync(id, Grace, cancellationToken);

        reply.Should().Be(StopReply.AlreadyStopped);
        (await Engine.InspectAsync(id, cancellationToken)).Should().Be(new ContainerState(id, "exited", Running: false, ExitCode: 3));
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Stop_OfAPausedContainer_EndsIt(CancellationToken cancellationToken)
    {
        var id = await host.RunAsync(Stubborn, cancellationToken);
        await host.PauseAsync(id, cancellationToken);

        var reply = await Engine.StopAsync(id, TimeSpan.FromSeconds(1), cancellationToken);

        reply.Should().Be(StopReply.Accepted);
        (await Engine.InspectAsync(id, cancellationToken))!.Running.Should().BeFalse();
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Stop_OfARemovedContainer_SaysThatThereIsNone(CancellationToken cancellationToken)
    {
        var id = await host.RunAsync(Obedient, cancellationToken);
        await host.RemoveAsync(id, cancellationToken);

        var reply = await Engine.StopAsync(id, Grace, cancellationToken);

        reply.Should().Be(StopReply.NoSuchContainer);
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Stop_OfAContainerThatIsRemovedWhenItEnds_LeavesNone(CancellationToken cancellationToken)
    {
        var id = await host.RunAsync(Obedient with { AutoRemove = true }, cancellationToken);

        var reply = await Engine.StopAsync(id, Grace, cancellationToken);

        reply.Should().Be(StopReply.Accepted);
        await Eventually.TrueAsync(
            async () => await Engine.InspectAsync(id, cancellationToken) is null, cancellationToken, () => "the container is removed");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Stop_ManyAtOnce_WaitForTheirGraceTogether(CancellationToken cancellationToken)
    {
        const int count = 4;
        var grace = TimeSpan.FromSeconds(2);
        var ids = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => host.RunAsync(Stubborn, cancellationToken)));
        var clock = Stopwatch.StartNew();

        var replies = await Task.WhenAll(ids.Select(id => Engine.StopAsync(id, grace, cancellationToken)));

        replies.Should().OnlyContain(reply => reply == StopReply.Accepted);
        clock.Elapsed.Should().BeLessThan(count * grace, "no stop may wait for another");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Kill_OfARunningContainer_EndsIt(CancellationToken cancellationToken)
    {
        var id = await host.RunAsync(Stubborn, cancellationToken);

        await Engine.KillAsync(id, cancellationToken);

        await Eventually.TrueAsync(
            async () => await Engine.InspectAsync(id, cancellationToken) is { Running: false, ExitCode: KilledExitCode },
            cancellationToken, () => "the container is dead");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Kill_OfAnExitedContainer_IsFine(CancellationToken cancellationToken)
    {
        var id = await host.RunAsync(new ContainerScript { EndsByItself = true, ExitCode = 3 }, cancellationToken);

        await Engine.KillAsync(id, cancellationToken);

        (await Engine.InspectAsync(id, cancellationToken))!.ExitCode.Should().Be(3);
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Kill_OfAnUnknownContainer_IsFine(CancellationToken cancellationToken)
    {
        var act = () => Engine.KillAsync(Unique("unknown"), cancellationToken);

        await act.Should().NotThrowAsync();
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Inspect_OfARunningContainer_SaysThatItRuns(CancellationToken cancellationToken)
    {
        var id = await host.RunAsync(Stubborn, cancellationToken);

        var state = await Engine.InspectAsync(id, cancellationToken);

        state.Should().Be(new ContainerState(id, "running", Running: true, ExitCode: 0));
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Inspect_OfAPausedContainer_SaysThatItRuns(CancellationToken cancellationToken)
    {
        var id = await host.RunAsync(Stubborn, cancellationToken);
        await host.PauseAsync(id, cancellationToken);

        var state = await Engine.InspectAsync(id, cancellationToken);

        state.Should().Be(new ContainerState(id, "paused", Running: true, ExitCode: 0));
    }

    [TestCase("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [TestCase("no such thing")]
    [TestCase("?all=1#x")]
    [TestCase("%2e%2e%2finfo")]
    [TestCase("ünknown ⚙")]
    [CancelAfter(Milliseconds)]
    public async Task UnknownId_HoweverItIsWritten_IsNoContainer(string id, CancellationToken cancellationToken)
    {
        var reply = await Engine.StopAsync(id, Grace, cancellationToken);
        var state = await Engine.InspectAsync(id, cancellationToken);

        reply.Should().Be(StopReply.NoSuchContainer);
        state.Should().BeNull();
    }

    [TestCase("..")]
    [TestCase(".")]
    [TestCase("../../info")]
    [TestCase("a/b")]
    [TestCase("/a")]
    [TestCase("a\nb")]
    [TestCase("a\0b")]
    [CancelAfter(Milliseconds)]
    public async Task Id_ThatCannotBeOne_IsRefused(string id, CancellationToken cancellationToken)
    {
        Func<Task>[] calls =
        [
            () => Engine.StopAsync(id, Grace, cancellationToken),
            () => Engine.KillAsync(id, cancellationToken),
            () => Engine.InspectAsync(id, cancellationToken),
        ];

        foreach (var call in calls) await call.Should().ThrowAsync<ContainerEngineException>();
    }

    [TestCase("")]
    [TestCase(" ")]
    public async Task BlankId_IsAnError(string id)
    {
        Func<Task>[] calls =
        [
            () => Engine.StopAsync(id, Grace, CancellationToken.None),
            () => Engine.KillAsync(id, CancellationToken.None),
            () => Engine.InspectAsync(id, CancellationToken.None),
        ];

        foreach (var call in calls) await call.Should().ThrowAsync<ArgumentException>();
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task List_ByLabel_HoldsWhatRunsAndCarriesIt(CancellationToken cancellationToken)
    {
        var label = Unique("contract.list");
        var carrier = Stubborn with { Labels = Labels((label, "a"), ("contract.other", "b")) };
        var before = DateTimeOffset.UtcNow;
        var running = await host.RunAsync(carrier, cancellationToken);
        var paused = await host.RunAsync(carrier, cancellationToken);
        await host.PauseAsync(paused, cancellationToken);
        await host.RunAsync(carrier with { EndsByItself = true }, cancellationToken);
        await host.RunAsync(Stubborn with { Labels = Labels((label + "x", "a")) }, cancellationToken);

        var listed = await Engine.ListAsync(label, cancellationToken);

        listed.Select(container => container.Id).Should().BeEquivalentTo(running, paused);
        listed.Should().AllSatisfy(container =>
        {
            container.Labels.Should().Contain(carrier.Labels);
            container.Image.Should().NotBeEmpty();
            container.CreatedAt.Should().BeCloseTo(before, TimeSpan.FromSeconds(30));
        });
    }

    [TestCase("plain")]
    [TestCase("a b&c=d#e?f%20")]
    [TestCase("\"quoted\" \\ {\"x\":[1]}")]
    [TestCase("schön 雪")]
    [CancelAfter(Milliseconds)]
    public async Task List_ByLabelAndValue_TakesTheValueLiterally(string value, CancellationToken cancellationToken)
    {
        var label = Unique("contract.value");
        var id = await host.RunAsync(Stubborn with { Labels = Labels((label, value)) }, cancellationToken);
        await host.RunAsync(Stubborn with { Labels = Labels((label, value + "x")) }, cancellationToken);

        var listed = await Engine.ListAsync($"{label}={value}", cancellationToken);

        listed.Should().ContainSingle().Which.Id.Should().Be(id);
        listed[0].Labels[label].Should().Be(value);
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task List_ByALabelThatNobodyCarries_IsEmpty(CancellationToken cancellationToken)
    {
        var listed = await Engine.ListAsync(Unique("contract.nobody"), cancellationToken);

        listed.Should().BeEmpty();
    }

    [TestCase("")]
    [TestCase(" ")]
    public async Task BlankLabel_IsAnError(string label)
    {
        var list = () => Engine.ListAsync(label, CancellationToken.None);
        var watch = async () =>
        {
            await using var events = Engine.WatchAsync(label, DateTimeOffset.UtcNow, CancellationToken.None).GetAsyncEnumerator();
            await events.MoveNextAsync();
        };

        await list.Should().ThrowAsync<ArgumentException>("it would mean every container there is");
        await watch.Should().ThrowAsync<ArgumentException>();
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Watch_FromAnEarlierTime_TellsWhatHappenedSince(CancellationToken cancellationToken)
    {
        var label = Unique("contract.past");
        var since = DateTimeOffset.UtcNow;
        var id = await host.RunAsync(Obedient with { Labels = Labels((label, "a")) }, cancellationToken);
        await host.RunAsync(Obedient with { Labels = Labels((label + "x", "a")), EndsByItself = true }, cancellationToken);
        await Engine.StopAsync(id, Grace, cancellationToken);
        await host.RemoveAsync(id, cancellationToken);

        var events = await TakeAsync(label, since, count: 3, cancellationToken);

        events.Select(happened => (happened.ContainerId, happened.Action, happened.ExitCode)).Should().Equal(
            (id, ContainerEvent.Started, null), (id, ContainerEvent.Died, Obedient.ExitCode), (id, ContainerEvent.Destroyed, null));
        events.Should().BeInAscendingOrder(happened => happened.At);
        events.Should().OnlyContain(happened => happened.At >= since && happened.Attributes[label] == "a");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Watch_FromTheTimeOfAnEvent_TellsThatEventAgain(CancellationToken cancellationToken)
    {
        var label = Unique("contract.again");
        var since = DateTimeOffset.UtcNow;
        var script = new ContainerScript { EndsByItself = true, ExitCode = 1, Labels = Labels((label, "")) };
        await host.RunAsync(script, cancellationToken);
        var died = (await TakeAsync(label, since, count: 2, cancellationToken))[1];

        var again = (await TakeAsync(label, died.At, count: 1, cancellationToken))[0];

        again.At.Should().Be(died.At);
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Watch_WhileItIsOpen_TellsEachEventAsItHappens(CancellationToken cancellationToken)
    {
        var label = Unique("contract.live");
        var id = await host.RunAsync(Stubborn with { Labels = Labels((label, "a")) }, cancellationToken);
        await using var events = Engine.WatchAsync(label, DateTimeOffset.UnixEpoch, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await events.MoveNextAsync();

        var next = events.MoveNextAsync();
        await Engine.KillAsync(id, cancellationToken);

        (await next).Should().BeTrue();
        (events.Current.Action, events.Current.ExitCode).Should().Be((ContainerEvent.Died, KilledExitCode));
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Watch_WhenItsCallerGivesUp_IsCancelled(CancellationToken cancellationToken)
    {
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var events = Engine.WatchAsync(Unique("contract.quiet"), DateTimeOffset.UtcNow, caller.Token).GetAsyncEnumerator(caller.Token);
        var next = events.MoveNextAsync().AsTask();

        await caller.CancelAsync();

        await FluentActions.Awaiting(() => next).Should().ThrowAsync<OperationCanceledException>();
    }

    [Test]
    public async Task Call_WithACancelledToken_IsCancelled()
    {
        var cancelled = new CancellationToken(canceled: true);

        var act = () => Engine.GetEngineIdAsync(cancelled);

        await act.Should().ThrowAsync<OperationCanceledException>();
    }

    private static string Unique(string name) => $"{name}.{Guid.NewGuid():N}";

    private static Dictionary<string, string> Labels(params (string Name, string Value)[] labels) =>
        labels.ToDictionary(label => label.Name, label => label.Value, StringComparer.Ordinal);

    private async Task<List<ContainerEvent>> TakeAsync(string label, DateTimeOffset since, int count, CancellationToken cancellationToken)
    {
        var events = new List<ContainerEvent>();
        await foreach (var happened in Engine.WatchAsync(label, since, cancellationToken))
        {
            events.Add(happened);
            if (events.Count == count) break;
        }

        return events;
    }
}
