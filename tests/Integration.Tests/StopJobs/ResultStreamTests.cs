using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>A results stream that cannot take an outcome, or should not keep all of them.</summary>
[Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ResultStreamTests : OwnFleetFixture
{
    [Test, CancelAfter(120_000)]
    public async Task Outcome_WhileRedisIsFull_WaitsLoudlyAndComesOnceThereIsRoom(CancellationToken cancellationToken)
    {
        await Fleet.StartReadyAsync(cancellationToken);
        var container = await Fleet.Containers.HeldAsync(cancellationToken);
        var game = await Fleet.Records.AddAsync(PlatformRecord.Running(container));

        var entry = await Fleet.Streams.StopAsync(game.GameId);
        await Fleet.Containers.StoppingAsync(container, cancellationToken);
        await ConfigureAsync("maxmemory-policy", "noeviction");
        await ConfigureAsync("maxmemory", "1");
        await Fleet.Containers.LetGoAsync(container);
        await SaysAsync("maxmemory", cancellationToken);
        await ShouldBeUnpublishedAsync(entry);
        await ConfigureAsync("maxmemory", "0");

        var result = await Fleet.ResultAsync(entry, game.GameId, cancellationToken);
        result.Should().Be(PlatformResult.Success(game));
        await Fleet.ShouldHaveEndedAsync(entry, result, game, cancellationToken);
    }

    [TestCase(PlatformStreams.JobResults), TestCase(PlatformStreams.Dead), CancelAfter(120_000)]
    public async Task Outcome_WhileItsStreamIsNoStream_WaitsLoudlyAndComesOnceThatIsRepaired(string stream, CancellationToken cancellationToken)
    {
        await Fleet.StartReadyAsync(cancellationToken);
        await Fleet.Streams.Database.StringSetAsync(stream, "not a stream");

        var entry = stream == PlatformStreams.Dead
            ? await Fleet.Streams.AppendAsync(("junk", "junk"))
            : await Fleet.Streams.StopAsync(PlatformRecord.NewGameId());
        await SaysAsync("WRONGTYPE", cancellationToken);
        await ShouldBeUnpublishedAsync(entry);
        await Fleet.Streams.Database.KeyDeleteAsync(stream);

        await Fleet.Streams.CommittedAsync(entry, cancellationToken);
        (await Fleet.Streams.ReadAsync(stream)).Should().ContainSingle();
    }

    [Test, CancelAfter(120_000)]
    public async Task Streams_WithAMaximumLength_AreTrimmedToAboutThat(CancellationToken cancellationToken)
    {
        const int sent = 1000, maximum = 100, approximately = 300;
        await Fleet.With("StopJobs__ResultsMaxLength", $"{maximum}").With("StopJobs__DeadLettersMaxLength", $"{maximum}")
            .StartReadyAsync(cancellationToken);

        await Task.WhenAll(Enumerable.Range(0, sent).Select(number => Fleet.Streams.StopAsync($"unknown-{number}")));
        await Task.WhenAll(Enumerable.Range(0, sent).Select(number => Fleet.Streams.AppendAsync(("junk", number))));
        await Fleet.Streams.CommittedAsync((await Fleet.Streams.ReadAsync(PlatformStreams.Jobs))[^1].Id, cancellationToken);

        foreach (var stream in new[] { PlatformStreams.JobResults, PlatformStreams.Dead })
        {
            (await Fleet.Streams.CountAsync(stream, "entries-added")).Should().Be(sent);
            (await Fleet.Streams.CountAsync(stream, "length")).Should().BeInRange(maximum, approximately);
        }
    }

    private async Task ConfigureAsync(string name, string value) =>
        await Fleet.Streams.Database.ExecuteAsync("CONFIG", "SET", name, value);

    private Task SaysAsync(string what, CancellationToken cancellationToken) => Eventually.TrueAsync(
        () => Fleet.Complaints.Contains(what, StringComparison.Ordinal), cancellationToken, () => $"the worker says {what}; the log:\n{Fleet.Log}");

    private async Task ShouldBeUnpublishedAsync(string entry)
    {
        PlatformEntry.IsPassed(entry, await Fleet.Streams.OffsetAsync()).Should().BeFalse("it has no outcome yet");
        (await Fleet.Streams.DoneAsync()).Should().BeEmpty();
    }
}
