using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>Bad input in bulk: it leaves a trace and stops nothing (invariant 9).</summary>
[Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class GarbageTests : OwnFleetFixture
{
    private const int Entries = 10_000;
    private const int EveryGood = 500;

    [Test, CancelAfter(180_000)]
    public async Task Stop_AmongTenThousandGarbageEntries_HasItsOutcomeAndEachOfThemItsDeadLetter(CancellationToken cancellationToken)
    {
        await Fleet.StartReadyAsync(cancellationToken);

        var sent = await Task.WhenAll(Enumerable.Range(0, Entries).Select(number => IsGood(number)
            ? Fleet.Streams.StopAsync($"good-{number}")
            : Fleet.Streams.AppendAsync(("junk", number), ("game_id", "  "))));
        await Fleet.Streams.CommittedAsync((await Fleet.Streams.ReadAsync(PlatformStreams.Jobs))[^1].Id, cancellationToken);

        var garbage = sent.Where((_, number) => !IsGood(number));
        (await Fleet.Streams.DeadLettersAsync()).Select(letter => letter.EntryId).Order(StringComparer.Ordinal)
            .Should().Equal(garbage.Order(StringComparer.Ordinal));
        var good = Enumerable.Range(0, Entries).Where(IsGood).Select(number => $"good-{number}");
        (await Fleet.Streams.ReadAsync(PlatformStreams.JobResults)).Select(entry => PlatformResult.From(entry).GameId)
            .Should().BeEquivalentTo(good);
        (await Fleet.Streams.DoneAsync()).Should().BeEmpty("everything is at or below the offset");
    }

    private static bool IsGood(int number) => number % EveryGood == 0;
}
