using System.Text;
using Workers.Messaging;

namespace Workers.Testing;

/// <summary>What every <see cref="IStreamLog"/> promises; above all, that a commit happens once, whole, or not at all.</summary>
public abstract class StreamLogContract : StreamStoreFixture
{
    private const string Newest = "18446744073709551615-18446744073709551615";

    private static readonly TimeSpan ShortBlock = TimeSpan.FromMilliseconds(20);

    // --- the four answers ----------------------------------------------------------------

    [Test, CancelAfter(30_000)]
    public async Task Commit_OfABatch_AppendsInOrderAndMovesTheOffset(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);

        var (answer, progress) = await Log.CommitAsync(
            CommitOf(fence, Id(3), Nothing, Finished(Id(2)), Finished(Id(1)), Finished(Id(3))), cancellationToken);

        answer.Should().Be(CommitAnswer.Ok);
        progress.Should().Be(new StreamProgress(Id(3), 0, 3));
        (await TextsAsync(Results)).Should().Equal("2-0", "1-0", "3-0");
        (await Peer.OffsetAsync(Label)).Should().Be("3-0");
    }

    [Test, CancelAfter(30_000)]
    public async Task Commit_OfAnEntryWithSeveralAppends_WritesEachToItsStreamInOrder(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        var entry = new FinishedEntry(Id(1), [Result("a"), Result("b", OtherResults), Result("c"), Result("d", OtherResults)]);

        await Log.CommitAsync(CommitOf(fence, Id(1), Nothing, entry), cancellationToken);

        (await TextsAsync(Results)).Should().Equal("a", "c");
        (await TextsAsync(OtherResults)).Should().Equal("b", "d");
    }

    [Test, CancelAfter(30_000)]
    public async Task Commit_OfAnEntryWithoutAppends_MovesTheOffset(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);

        var (answer, progress) = await Log.CommitAsync(CommitOf(fence, Id(1), Nothing, new FinishedEntry(Id(1), [])), cancellationToken);

        answer.Should().Be(CommitAnswer.Ok);
        progress.Should().Be(new StreamProgress(Id(1), 0, 1));
    }

    [Test, CancelAfter(30_000)]
    public async Task Commit_AboveTheLowWaterMark_RecordsTheEntryAsDone(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);

        var (_, progress) = await Log.CommitAsync(CommitOf(fence, Id(1), Nothing, Finished(Id(1)), Finished(Id(3))), cancellationToken);

        progress.Should().Be(new StreamProgress(Id(1), 1, 2));
        var (loaded, done) = await Log.LoadAsync(Label, cancellationToken);
        loaded.Should().Be(progress);
        done.Should().Equal(Id(3));
    }

    [Test, CancelAfter(30_000)]
    public async Task Commit_WhoseLowWaterMarkPassesDoneEntries_TakesThemOutOfTheSet(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        var (_, before) = await Log.CommitAsync(
            CommitOf(fence, StreamEntryId.Zero, Nothing, Finished(Id(2)), Finished(Id(3)), Finished(Id(5))), cancellationToken);

        var (answer, after) = await Log.CommitAsync(
            CommitOf(fence, Id(3), before, Finished(Id(1))) with { Passed = [Id(2), Id(3)] }, cancellationToken);

        answer.Should().Be(CommitAnswer.Ok);
        after.Should().Be(new StreamProgress(Id(3), 1, 4));
        (await Log.LoadAsync(Label, cancellationToken)).Done.Should().Equal(Id(5));
    }

    [Test, CancelAfter(30_000)]
    public async Task Commit_WithoutEntries_MovesTheOffsetAlone(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        var commit = CommitOf(fence, Id(5), Nothing);

        var first = await Log.CommitAsync(commit, cancellationToken);
        var repeated = await Log.CommitAsync(commit, cancellationToken);

        first.Should().Be((CommitAnswer.Ok, new StreamProgress(Id(5), 0, 0)));
        repeated.Should().Be(first);
        (await TextsAsync(Results)).Should().BeEmpty();
    }

    [Test, CancelAfter(30_000)]
    public async Task Commit_WhenTheStoredOffsetIsAheadOfTheLowWaterMark_LeavesItThere(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        await Peer.SetOffsetAsync(Label, "7-0");

        var (answer, progress) = await Log.CommitAsync(CommitOf(fence, Id(5), Nothing, Finished(Id(9))), cancellationToken);

        answer.Should().Be(CommitAnswer.Ok);
        progress.Offset.Should().Be(Id(7));
        (await Peer.OffsetAsync(Label)).Should().Be("7-0");
    }

    [Test, CancelAfter(30_000)]
    public async Task Commit_BySomeoneElse_IsFencedAndWritesNothing(
        [Values("same epoch, other instance", "same instance, older epoch", "same instance, newer epoch")] string who,
        CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        var stranger = who switch
        {
            "same epoch, other instance" => fence with { Instance = Rival },
            "same instance, older epoch" => fence with { Epoch = fence.Epoch - 1 },
            _ => fence with { Epoch = fence.Epoch + 1 },
        };

        var (answer, _) = await Log.CommitAsync(CommitOf(stranger, Id(1), Nothing, Finished(Id(1))), cancellationToken);

        answer.Should().Be(CommitAnswer.Fenced);
        await ShouldBeUntouchedAsync(cancellationToken);
    }

    [Test, CancelAfter(30_000)]
    public async Task Commit_AfterTheOwnershipEnded_IsFencedAndWritesNothing(
        [Values("released", "lapsed")] string how, CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken, ShortTtl);
        if (how == "released") await Ownership.ReleaseAsync(fence, cancellationToken);
        else await PassAsync(ShortTtl * 2, cancellationToken);

        var (answer, _) = await Log.CommitAsync(CommitOf(fence, Id(1), Nothing, Finished(Id(1))), cancellationToken);

        answer.Should().Be(CommitAnswer.Fenced);
        await ShouldBeUntouchedAsync(cancellationToken);
    }

    [Test, CancelAfter(30_000)]
    public async Task Commit_Repeated_IsAlreadyAndAppendsNothing(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        var commit = CommitOf(fence, Id(1), Nothing, Finished(Id(1)), Finished(Id(3)));
        var (_, written) = await Log.CommitAsync(commit, cancellationToken);

        var (answer, progress) = await Log.CommitAsync(commit, cancellationToken);

        answer.Should().Be(CommitAnswer.Already);
        progress.Should().Be(written);
        (await TextsAsync(Results)).Should().Equal("1-0", "3-0");
    }

    [TestCase(4UL, TestName = "Commit_BelowTheOffset_IsAlready")]
    [TestCase(5UL, TestName = "Commit_AtTheOffset_IsAlready")]
    [TestCase(7UL, TestName = "Commit_OfADoneEntry_IsAlready")]
    [CancelAfter(30_000)]
    public async Task Commit_OfWhatWasCommitted_IsAlready(ulong id, CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        var (_, known) = await Log.CommitAsync(CommitOf(fence, Id(5), Nothing, Finished(Id(5)), Finished(Id(7))), cancellationToken);

        var (answer, progress) = await Log.CommitAsync(CommitOf(fence, Id(5), known, Finished(Id(id))), cancellationToken);

        answer.Should().Be(CommitAnswer.Already);
        progress.Should().Be(known);
        (await TextsAsync(Results)).Should().Equal("5-0", "7-0");
    }

    [Test, CancelAfter(30_000)]
    public async Task Commit_OfABatchThatIsCommittedInPart_AppendsTheRest(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        var (_, known) = await Log.CommitAsync(CommitOf(fence, Id(1), Nothing, Finished(Id(1)), Finished(Id(3))), cancellationToken);

        var (answer, progress) = await Log.CommitAsync(
            CommitOf(fence, Id(4), known, Finished(Id(1)), Finished(Id(2)), Finished(Id(3)), Finished(Id(4))) with { Passed = [Id(3)] },
            cancellationToken);

        answer.Should().Be(CommitAnswer.Ok);
        progress.Should().Be(new StreamProgress(Id(4), 0, 4));
        (await TextsAsync(Results)).Should().Equal("1-0", "3-0", "2-0", "4-0");
    }

    [Test, CancelAfter(30_000)]
    public async Task Commit_WhenTheOffsetFellBack_IsRewoundAndWritesNothing(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        var (_, known) = await Log.CommitAsync(CommitOf(fence, Id(5), Nothing, Finished(Id(5))), cancellationToken);
        await Peer.SetOffsetAsync(Label, "4-0");

        var (answer, progress) = await Log.CommitAsync(CommitOf(fence, Id(6), known, Finished(Id(6))), cancellationToken);

        answer.Should().Be(CommitAnswer.Rewound);
        progress.Offset.Should().Be(Id(4));
        (await Peer.OffsetAsync(Label)).Should().Be("4-0");
        (await TextsAsync(Results)).Should().Equal("5-0");
    }

    [Test, CancelAfter(30_000)]
    public async Task Commit_WhenTheDoneSetShrank_IsRewoundAndWritesNothing(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        var (_, known) = await Log.CommitAsync(CommitOf(fence, Id(1), Nothing, Finished(Id(3)), Finished(Id(4))), cancellationToken);
        await Peer.ForgetDoneAsync(Label, Id(4));

        var (answer, progress) = await Log.CommitAsync(CommitOf(fence, Id(1), known, Finished(Id(5))), cancellationToken);

        answer.Should().Be(CommitAnswer.Rewound);
        progress.DoneCount.Should().Be(1);
        (await Log.LoadAsync(Label, cancellationToken)).Done.Should().Equal(Id(3));
        (await TextsAsync(Results)).Should().Equal("3-0", "4-0");
    }

    // --- everything or nothing -----------------------------------------------------------

    [Test, CancelAfter(30_000)]
    public async Task Commit_IntoWhatIsNoStream_WritesNothing(
        [Values(Results, OtherResults)] string occupied, CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        await Peer.OccupyAsync(occupied);
        var entries = new[] { new FinishedEntry(Id(1), [Result("1")]), new FinishedEntry(Id(2), [Result("2", OtherResults)]) };

        var committing = () => Log.CommitAsync(CommitOf(fence, Id(2), Nothing, entries), cancellationToken);

        // It may be put right, but not by waiting: no outage.
        (await committing.Should().ThrowAsync<Exception>()).Which.Should().NotBeOfType<DependencyUnavailableException>();
        (await Peer.OffsetAsync(Label)).Should().BeNull();
        (await Log.LoadAsync(Label, cancellationToken)).Should().BeEquivalentTo((Nothing, Array.Empty<StreamEntryId>()));
        var free = occupied == Results ? OtherResults : Results;
        (await TextsAsync(free)).Should().BeEmpty();
    }

    // --- values --------------------------------------------------------------------------

    [TestCase("9007199254740992-0", "9007199254740993-0")]
    [TestCase("1-9007199254740992", "1-9007199254740993")]
    [TestCase("9-5", "10-0")]
    [TestCase("9-9", "9-10")]
    [TestCase("18446744073709551614-18446744073709551615", "18446744073709551615-0")]
    [TestCase("18446744073709551615-18446744073709551614", Newest)]
    [CancelAfter(30_000)]
    public async Task Commit_OfIdsBeyondADouble_ComparesThemRight(string lower, string higher, CancellationToken cancellationToken)
    {
        var (low, high) = (StreamEntryId.Parse(lower), StreamEntryId.Parse(higher));
        var fence = await OwnAsync(cancellationToken);
        var (_, known) = await Log.CommitAsync(CommitOf(fence, low, Nothing, Finished(low)), cancellationToken);

        var (again, _) = await Log.CommitAsync(CommitOf(fence, low, known, Finished(low)), cancellationToken);
        var (next, progress) = await Log.CommitAsync(CommitOf(fence, high, known, Finished(high)), cancellationToken);
        var (behind, _) = await Log.CommitAsync(CommitOf(fence, high, progress, Finished(low)), cancellationToken);

        again.Should().Be(CommitAnswer.Already);
        next.Should().Be(CommitAnswer.Ok);
        progress.Offset.Should().Be(high);
        behind.Should().Be(CommitAnswer.Already);
    }

    [Test, CancelAfter(30_000)]
    public async Task Commit_OfLargeAndForeignText_KeepsItWhole(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        var large = new string('x', 1 << 20) + "\0\n\"ü😀";

        await Log.CommitAsync(CommitOf(fence, Id(1), Nothing, new FinishedEntry(Id(1), [Result(large), Result("")])), cancellationToken);

        (await TextsAsync(Results)).Should().Equal(large, "");
    }

    [Test, CancelAfter(30_000)]
    public async Task Commit_WithAMaximumLength_TrimsToAboutThat(CancellationToken cancellationToken)
    {
        const int commits = 5;
        const int entries = 200;
        const int max = 100;
        var fence = await OwnAsync(cancellationToken);
        var known = Nothing;

        for (var commit = 0; commit < commits; commit++)
        {
            var batch = Enumerable.Range((commit * entries) + 1, entries)
                .Select(number => new FinishedEntry(Id((ulong)number), [Result($"{number}", Results, max), Result($"{number}", OtherResults)])).ToArray();
            (_, known) = await Log.CommitAsync(CommitOf(fence, batch[^1].Id, known, batch), cancellationToken);
        }

        var kept = await TextsAsync(Results);
        kept.Should().HaveCountGreaterThanOrEqualTo(max).And.HaveCountLessThan(entries * 2).And.EndWith($"{commits * entries}");
        (await TextsAsync(OtherResults)).Should().HaveCount(commits * entries, "no maximum never trims");
    }

    // --- loading and counting ------------------------------------------------------------

    [Test, CancelAfter(30_000)]
    public async Task Load_OfALabelNeverSeen_StartsAtZero(CancellationToken cancellationToken)
    {
        var (progress, done) = await Log.LoadAsync(Label, cancellationToken);

        progress.Should().Be(Nothing);
        done.Should().BeEmpty();
    }

    [Test, CancelAfter(30_000)]
    public async Task Load_OfAnOffsetWithoutItsSequence_ReadsItAsZero(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        await Peer.SetOffsetAsync(Label, "5");

        var (progress, _) = await Log.LoadAsync(Label, cancellationToken);
        var (at, _) = await Log.CommitAsync(CommitOf(fence, Id(5), progress, Finished(Id(5))), cancellationToken);
        var (above, moved) = await Log.CommitAsync(CommitOf(fence, Id(6), progress, Finished(Id(6))), cancellationToken);

        progress.Offset.Should().Be(Id(5));
        at.Should().Be(CommitAnswer.Already);
        above.Should().Be(CommitAnswer.Ok);
        moved.Offset.Should().Be(Id(6));
    }

    [Test, CancelAfter(30_000)]
    public async Task Count_OfAnOffsetThatSomeoneSet_IsUnknownUntilItIsCounted(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        await Peer.SetOffsetAsync(Label, "5-0");

        var (loaded, _) = await Log.LoadAsync(Label, cancellationToken);
        var (_, uncounted) = await Log.CommitAsync(CommitOf(fence, Id(6), loaded, Finished(Id(6))), cancellationToken);
        var counted = await Log.CountAsync(fence, 6, cancellationToken);
        var (_, next) = await Log.CommitAsync(CommitOf(fence, Id(7), uncounted, Finished(Id(7))), cancellationToken);

        loaded.Committed.Should().Be(-1);
        uncounted.Committed.Should().Be(-1);
        counted.Should().Be(6);
        next.Committed.Should().Be(7);
    }

    [Test, CancelAfter(30_000)]
    public async Task Count_WhenTheStateIsForgotten_IsUnknown(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        var (_, known) = await Log.CommitAsync(CommitOf(fence, Id(1), Nothing, Finished(Id(1))), cancellationToken);
        await Peer.ForgetStateAsync(Label);

        var (loaded, _) = await Log.LoadAsync(Label, cancellationToken);
        var (answer, progress) = await Log.CommitAsync(CommitOf(fence, Id(2), known, Finished(Id(2))), cancellationToken);

        loaded.Should().Be(new StreamProgress(Id(1), 0, -1));
        (answer, progress).Should().Be((CommitAnswer.Ok, new StreamProgress(Id(2), 0, -1)));
    }

    [Test, CancelAfter(30_000)]
    public async Task Count_MayBeLowered(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        await Log.CommitAsync(CommitOf(fence, Id(2), Nothing, Finished(Id(1)), Finished(Id(2))), cancellationToken);

        var counted = await Log.CountAsync(fence, -2, cancellationToken);

        counted.Should().Be(0);
        (await Log.LoadAsync(Label, cancellationToken)).Progress.Committed.Should().Be(0);
    }

    [Test, CancelAfter(30_000)]
    public async Task Count_BySomeoneElse_IsRefusedAndCountsNothing(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);

        var counting = () => Log.CountAsync(fence with { Instance = Rival }, 1, cancellationToken);

        await counting.Should().ThrowAsync<FencedException>();
        (await Log.LoadAsync(Label, cancellationToken)).Progress.Committed.Should().Be(0);
    }

    // --- reading -------------------------------------------------------------------------

    [Test, CancelAfter(30_000)]
    public async Task Read_ReturnsWhatComesAfterAnIdOldestFirstUpToACount(CancellationToken cancellationToken)
    {
        foreach (var number in new ulong[] { 1, 2, 3, 4 }) await Peer.AddAsync(Jobs, Id(number), ([1], [2]));
        await using var reader = await Log.OpenReaderAsync(Jobs, cancellationToken);

        var entries = await reader.ReadAsync(Id(1), 2, ShortBlock, cancellationToken);

        entries.Select(entry => entry.Id).Should().Equal(Id(2), Id(3));
    }

    [Test, CancelAfter(30_000)]
    public async Task Read_OfBytesThatAreNoText_ReturnsThemAsTheyAre(CancellationToken cancellationToken)
    {
        byte[] every = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        await Peer.AddAsync(Jobs, Id(1), (every, [0xFF]), ([], every), ("text"u8.ToArray(), Encoding.UTF8.GetBytes("ü")));
        await using var reader = await Log.OpenReaderAsync(Jobs, cancellationToken);

        var entries = await reader.ReadAsync(StreamEntryId.Zero, 10, ShortBlock, cancellationToken);

        entries.Should().ContainSingle().Which.Fields.Should().BeEquivalentTo(
            new (byte[] Name, byte[] Value)[] { (every, [0xFF]), ([], every), ("text"u8.ToArray(), Encoding.UTF8.GetBytes("ü")) },
            options => options.WithStrictOrdering());
    }

    [Test, CancelAfter(30_000)]
    public async Task Read_OfALargeValue_ReturnsItWhole(CancellationToken cancellationToken)
    {
        var large = new byte[1 << 20];
        new Random(7).NextBytes(large);
        await Peer.AddAsync(Jobs, Id(1), ("large"u8.ToArray(), large));
        await using var reader = await Log.OpenReaderAsync(Jobs, cancellationToken);

        var entries = await reader.ReadAsync(StreamEntryId.Zero, 10, ShortBlock, cancellationToken);

        entries.Should().ContainSingle().Which.Find("large").Should().Equal(large);
    }

    [Test, CancelAfter(30_000)]
    public async Task Read_WhileNothingIsThere_WakesWithTheNextEntry(CancellationToken cancellationToken)
    {
        await Peer.AddAsync(Jobs, Id(1), ([1], [1]));
        await using var reader = await Log.OpenReaderAsync(Jobs, cancellationToken);

        var reading = reader.ReadAsync(Id(1), 10, TimeSpan.FromSeconds(20), cancellationToken);
        await Peer.AddAsync(OtherResults, Id(1), ([1], [1]));
        reading.IsCompleted.Should().BeFalse("an entry of another stream is none of this one");
        await Peer.AddAsync(Jobs, Id(2), ([2], [2]));
        var entries = await reading;

        entries.Select(entry => entry.Id).Should().Equal(Id(2));
    }

    [Test, CancelAfter(30_000)]
    public async Task Read_OfAStreamThatDoesNotExist_ReturnsNoneInTheEnd(CancellationToken cancellationToken)
    {
        await using var reader = await Log.OpenReaderAsync(Jobs, cancellationToken);

        var reading = reader.ReadAsync(StreamEntryId.Zero, 10, ShortBlock, cancellationToken);
        await PassAsync(ShortBlock, cancellationToken);
        var entries = await reading;

        entries.Should().BeEmpty();
    }

    [Test, CancelAfter(30_000)]
    public async Task Read_Cancelled_SaysSo(CancellationToken cancellationToken)
    {
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var reader = await Log.OpenReaderAsync(Jobs, cancellationToken);
        var reading = reader.ReadAsync(StreamEntryId.Zero, 10, TimeSpan.FromMinutes(1), cancelling.Token);

        await cancelling.CancelAsync();

        await reading.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Test, CancelAfter(30_000)]
    public async Task Statistics_OfAStreamThatDoesNotExist_AreNone(CancellationToken cancellationToken)
    {
        (await Log.StatisticsAsync(Jobs, cancellationToken)).Should().BeNull();
    }

    [Test, CancelAfter(30_000)]
    public async Task Statistics_CountWhatWasTrimmed(CancellationToken cancellationToken)
    {
        foreach (var number in new ulong[] { 1, 2, 3, 4, 5 }) await Peer.AddAsync(Jobs, Id(number), ([1], [1]));
        await Peer.TrimAsync(Jobs, 2);

        var statistics = await Log.StatisticsAsync(Jobs, cancellationToken);

        statistics.Should().Be(new StreamStatistics(5, 2, Id(5)));
    }

    private async Task ShouldBeUntouchedAsync(CancellationToken cancellationToken)
    {
        (await Peer.OffsetAsync(Label)).Should().BeNull();
        (await Log.LoadAsync(Label, cancellationToken)).Done.Should().BeEmpty();
        (await TextsAsync(Results)).Should().BeEmpty();
    }
}
