using System.Globalization;
using Workers.Messaging;
using Workers.Runtimes;

namespace Workers.Testing;

/// <summary>What every <see cref="IRuntimeStore"/> promises, the in-memory double included.</summary>
/// <remarks>One store serves the whole fixture; every test has a game and a stream label of its own.</remarks>
public abstract class RuntimeStoreContract
{
    private const string Source = OperationSource.LobbyStream;
    private const string Container = "c0ffee";
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);
    private static readonly DateTimeOffset End = Start.AddMilliseconds(1500);

    /// <summary>The store under test.</summary>
    protected abstract IRuntimeStore Store { get; }

    private string Game { get; set; } = "";

    private Fence Owner { get; set; }

    private Fence Successor => Owner with { Instance = "b", Epoch = Owner.Epoch + 1 };

    [SetUp]
    public void UseOwnGame()
    {
        Game = $"game-{Guid.NewGuid():N}";
        Owner = new Fence($"stream-{Game}", "a", 7);
    }

    [Test, CancelAfter(30_000)]
    public async Task Load_UnknownGame_ReturnsNothing(CancellationToken token)
    {
        var (record, receipt) = await Store.LoadAsync(Game, Source, "1-0", token);

        record.Should().BeNull();
        receipt.Should().BeNull();
    }

    [Test, CancelAfter(30_000)]
    public async Task Load_KnownGame_ReturnsEveryField(CancellationToken token)
    {
        var stored = Running() with
        {
            StoppedAt = Start.AddHours(-2), RemovedAt = Start.AddHours(-3), LastOpAt = Start.AddHours(-1),
        };
        await PutAsync(stored);

        var (record, _) = await Store.LoadAsync(Game, Source, "1-0", token);

        record.Should().Be(stored);
    }

    [Test, CancelAfter(30_000)]
    public async Task Load_RecordWithoutTimes_ReturnsNulls(CancellationToken token)
    {
        var stored = new RuntimeRecord { GameId = Game, Status = RuntimeStatus.Removed };
        await PutAsync(stored);

        var (record, _) = await Store.LoadAsync(Game, Source, "1-0", token);

        record.Should().Be(stored);
    }

    [Test, CancelAfter(30_000)]
    public async Task Load_GameIdThatCannotBeStored_ReturnsNothing([Values('\0', '\ud800')] char odd, CancellationToken token)
    {
        var (record, receipt) = await Store.LoadAsync($"{Game}{odd}", Source, "1-0", token);

        record.Should().BeNull();
        receipt.Should().BeNull();
    }

    [Test, CancelAfter(30_000)]
    public async Task Load_AfterMove_ReturnsReceiptWithEveryField(CancellationToken token)
    {
        await PutAsync(Running());
        var written = Entry("1-0", FullReceipt());
        await Store.MoveAsync(ToStopped(), written, Owner, token);

        var (_, receipt) = await Store.LoadAsync(Game, Source, "1-0", token);

        receipt.Should().Be(written.Receipt);
    }

    [Test, CancelAfter(30_000)]
    public async Task Load_AfterAppend_ReturnsReceiptWithoutWhatItLacks(CancellationToken token)
    {
        var written = Entry("1-0", Failure());
        await Store.AppendAsync(written, Owner, token);

        var (_, receipt) = await Store.LoadAsync(Game, Source, "1-0", token);

        receipt.Should().Be(written.Receipt);
    }

    [Test, CancelAfter(30_000)]
    public async Task Load_AnotherReferenceSourceOrKind_ReturnsNoReceipt(CancellationToken token)
    {
        await Store.AppendAsync(Entry("1-0", Failure()), Owner, token);
        await Store.AppendAsync(Entry("2-0", Failure()) with { Kind = "start" }, Owner, token);

        var otherReference = await Store.LoadAsync(Game, Source, "1-1", token);
        var otherSource = await Store.LoadAsync(Game, OperationSource.Admin, "1-0", token);
        var otherKind = await Store.LoadAsync(Game, Source, "2-0", token);

        otherReference.Receipt.Should().BeNull();
        otherSource.Receipt.Should().BeNull();
        otherKind.Receipt.Should().BeNull();
    }

    [TestCase(OperationSource.LobbyStream)]
    [TestCase(OperationSource.Admin)]
    [CancelAfter(30_000)]
    public async Task Load_EmptyReference_ReturnsNoReceipt(string source, CancellationToken token)
    {
        await Store.AppendAsync(Entry("", Failure()) with { Source = source }, Owner, token);

        var (_, receipt) = await Store.LoadAsync(Game, source, "", token);

        receipt.Should().BeNull();
    }

    [Test, CancelAfter(30_000)]
    public async Task Load_SourceThatIsNoStream_ReturnsLatestReceipt(CancellationToken token)
    {
        var older = Entry("ticket", Failure("older")) with { Source = OperationSource.Admin };
        var newer = Entry("ticket", Failure("newer")) with { Source = OperationSource.Admin, StartedAt = End };
        await Store.AppendAsync(newer, null, token);
        await Store.AppendAsync(older, null, token);

        var (_, receipt) = await Store.LoadAsync(Game, OperationSource.Admin, "ticket", token);

        receipt.Should().Be(newer.Receipt);
    }

    [Test, CancelAfter(30_000)]
    public async Task Move_RunningRecordToStopped_MovesAndLogs(CancellationToken token)
    {
        await PutAsync(Running());
        var entry = Entry("1-0", Success());

        var result = await Store.MoveAsync(ToStopped(), entry, Owner, token);

        result.Should().Be(MoveResult.Moved);
        (await RecordAsync(token)).Should().Be(Running() with { Status = RuntimeStatus.Stopped, StoppedAt = End, LastOpAt = End });
        (await EntriesAsync(Game)).Should().Equal(entry);
        (await SnapshotAsync(Game)).Should().BeNull();
    }

    [Test, CancelAfter(30_000)]
    public async Task Move_RunningRecordToRemoved_EmptiesContainerId(CancellationToken token)
    {
        await PutAsync(Running());
        var entry = Entry("1-0", Success());

        var result = await Store.MoveAsync(ToStopped() with { To = RuntimeStatus.Removed }, entry, Owner, token);

        result.Should().Be(MoveResult.Moved);
        (await RecordAsync(token)).Should().Be(
            Running() with { Status = RuntimeStatus.Removed, ContainerId = "", RemovedAt = End, LastOpAt = End });
        (await EntriesAsync(Game)).Should().Equal(entry);
    }

    [TestCase(RuntimeStatus.Stopped, Container)]
    [TestCase(RuntimeStatus.Removed, "")]
    [TestCase(RuntimeStatus.Running, "another")]
    [CancelAfter(30_000)]
    public async Task Move_RecordIsNotWhatWasExpected_ConflictsAndWritesNothing(
        string status, string container, CancellationToken token)
    {
        var stored = Running() with { Status = status, ContainerId = container };
        await PutAsync(stored);

        var result = await Store.MoveAsync(ToStopped(), Entry("1-0", FullReceipt()), Owner, token);

        result.Should().Be(MoveResult.Conflict);
        await ShouldBeUntouchedAsync(stored, token);
    }

    [Test, CancelAfter(30_000)]
    public async Task Move_NoRecord_ReturnsNotFoundAndWritesNothing(CancellationToken token)
    {
        var result = await Store.MoveAsync(ToStopped(), Entry("1-0", FullReceipt()), Owner, token);

        result.Should().Be(MoveResult.NotFound);
        await ShouldBeUntouchedAsync(null, token);
    }

    [Test, CancelAfter(30_000)]
    public async Task Move_RecordDeletedSinceLoad_ReturnsNotFound(CancellationToken token)
    {
        await PutAsync(Running());
        await DeleteAsync(Game);

        var result = await Store.MoveAsync(ToStopped(), Entry("1-0", Success()), Owner, token);

        result.Should().Be(MoveResult.NotFound);
    }

    [Test, CancelAfter(30_000)]
    public async Task Move_GameIdThatCannotBeStored_ReturnsNotFound(CancellationToken token)
    {
        var gameId = $"{Game}\0";

        var result = await Store.MoveAsync(
            ToStopped() with { GameId = gameId }, Entry("1-0", Success()) with { GameId = gameId }, Owner, token);

        result.Should().Be(MoveResult.NotFound);
    }

    [Test, CancelAfter(30_000)]
    public async Task Move_SameReferenceAgain_ConflictsEvenWhenGameRunsAgain(CancellationToken token)
    {
        await PutAsync(Running());
        var first = Entry("1-0", Success());
        await Store.MoveAsync(ToStopped(), first, Owner, token);
        await PutAsync(Running());

        var again = await Store.MoveAsync(ToStopped(), Entry("1-0", FullReceipt()), Owner, token);

        again.Should().Be(MoveResult.Conflict);
        (await RecordAsync(token)).Should().Be(Running());
        (await EntriesAsync(Game)).Should().Equal(first);
        (await SnapshotAsync(Game)).Should().BeNull();
    }

    [Test, CancelAfter(30_000)]
    public async Task Move_TwentyAtOnce_ExactlyOneMoves(CancellationToken token)
    {
        await PutAsync(Running());

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(
            number => Task.Run(() => Store.MoveAsync(ToStopped(), Entry($"{number}-0", Success()), Owner, token), token)));

        results.Should().ContainSingle(result => result == MoveResult.Moved);
        results.Where(result => result != MoveResult.Moved).Should().AllBeEquivalentTo(MoveResult.Conflict);
        (await EntriesAsync(Game)).Should().ContainSingle();
    }

    [Test, CancelAfter(30_000)]
    public async Task Move_WithHealthEvent_UpsertsSnapshot(CancellationToken token)
    {
        await PutAsync(Running());
        var receipt = FullReceipt();

        await Store.MoveAsync(ToStopped(), Entry("1-0", receipt), Owner, token);

        (await SnapshotAsync(Game)).Should().Be(receipt.HealthEvent);
    }

    [TestCase(-1, false)]
    [TestCase(0, true)]
    [TestCase(1, true)]
    [CancelAfter(30_000)]
    public async Task Move_AfterAnotherObservation_KeepsTheLater(int seconds, bool replaces, CancellationToken token)
    {
        var first = Seen(Start, "first");
        var second = Seen(Start.AddSeconds(seconds), "second");
        await Store.AppendAsync(Entry("1-0", Success() with { HealthEvent = first }), Owner, token);
        await PutAsync(Running());

        await Store.MoveAsync(ToStopped(), Entry("2-0", Success() with { HealthEvent = second }), Owner, token);

        (await SnapshotAsync(Game)).Should().Be(replaces ? second : first);
    }

    [TestCase(-1, false)]
    [TestCase(0, true)]
    [TestCase(1, true)]
    [CancelAfter(30_000)]
    public async Task Append_AfterAnotherObservation_KeepsTheLater(int seconds, bool replaces, CancellationToken token)
    {
        var first = Seen(Start, "first");
        var second = Seen(Start.AddSeconds(seconds), "second");
        await Store.AppendAsync(Entry("1-0", Success() with { HealthEvent = first }), Owner, token);

        await Store.AppendAsync(Entry("2-0", Success() with { HealthEvent = second }), Owner, token);

        (await SnapshotAsync(Game)).Should().Be(replaces ? second : first);
    }

    [Test, CancelAfter(30_000)]
    public async Task Append_NewReference_LogsAndLeavesRecord(CancellationToken token)
    {
        await PutAsync(Running());
        var entry = Entry("1-0", Failure());

        await Store.AppendAsync(entry, Owner, token);

        (await EntriesAsync(Game)).Should().Equal(entry);
        (await RecordAsync(token)).Should().Be(Running());
    }

    [Test, CancelAfter(30_000)]
    public async Task Append_ReferenceThatIsLogged_ChangesNothing(CancellationToken token)
    {
        var first = Entry("1-0", Failure());
        await Store.AppendAsync(first, Owner, token);

        await Store.AppendAsync(Entry("1-0", FullReceipt()), Owner, token);

        (await EntriesAsync(Game)).Should().Equal(first);
        (await SnapshotAsync(Game)).Should().BeNull();
    }

    [TestCase(OperationSource.LobbyStream, "")]
    [TestCase(OperationSource.Admin, "ticket")]
    [CancelAfter(30_000)]
    public async Task Append_NotAStreamsReference_LogsEachTime(string source, string reference, CancellationToken token)
    {
        var entry = Entry(reference, Failure()) with { Source = source };

        await Store.AppendAsync(entry, Owner, token);
        await Store.AppendAsync(entry, Owner, token);

        (await EntriesAsync(Game)).Should().Equal(entry, entry);
    }

    [Test, CancelAfter(30_000)]
    public async Task Append_TextThatCannotBeStored_IsNotAFault(CancellationToken token)
    {
        var gameId = $"{Game}\0\ud800";
        var receipt = Failure($"runtime record for game \"{gameId}\" does not exist");
        var entry = Entry("1-0", receipt with { Published = receipt.Published with { GameId = gameId } }) with { GameId = gameId };

        var append = async () =>
        {
            await Store.AppendAsync(entry, Owner, token);
            await Store.AppendAsync(entry, Owner, token);
        };

        await append.Should().NotThrowAsync();
    }

    [Test, CancelAfter(30_000)]
    public async Task Write_OfOlderEpoch_IsFencedAndWritesNothing(CancellationToken token)
    {
        await PutAsync(Running());
        await RaiseAsync(Successor, token);

        var move = () => Store.MoveAsync(ToStopped(), Entry("1-0", FullReceipt()), Owner, token);
        var append = () => Store.AppendAsync(Entry("2-0", FullReceipt()), Owner, token);

        await move.Should().ThrowAsync<FencedException>();
        await append.Should().ThrowAsync<FencedException>();
        await ShouldBeUntouchedAsync(Running(), token);
    }

    [Test, CancelAfter(30_000)]
    public async Task Move_OfOlderEpochThatWouldNotMove_IsFencedAllTheSame(CancellationToken token)
    {
        await RaiseAsync(Successor, token);

        var move = () => Store.MoveAsync(ToStopped(), Entry("1-0", Success()), Owner, token);

        await move.Should().ThrowAsync<FencedException>();
    }

    [Test, CancelAfter(30_000)]
    public async Task Write_OfSameEpoch_IsAllowed(CancellationToken token)
    {
        await PutAsync(Running());
        await Store.AppendAsync(Entry("1-0", Failure()), Owner, token);

        var result = await Store.MoveAsync(ToStopped(), Entry("2-0", Success()), Owner, token);

        result.Should().Be(MoveResult.Moved);
    }

    [Test, CancelAfter(30_000)]
    public async Task Write_OfNewerEpoch_RaisesFence(CancellationToken token)
    {
        await PutAsync(Running());
        await Store.AppendAsync(Entry("1-0", Failure()), Owner, token);

        var result = await Store.MoveAsync(ToStopped(), Entry("2-0", Success()), Successor, token);

        result.Should().Be(MoveResult.Moved);
        var late = () => Store.AppendAsync(Entry("3-0", Failure()), Owner, token);
        await late.Should().ThrowAsync<FencedException>();
    }

    [Test, CancelAfter(30_000)]
    public async Task Write_OfAnotherLabel_IsNotFenced(CancellationToken token)
    {
        await PutAsync(Running());
        await RaiseAsync(Successor, token);

        var result = await Store.MoveAsync(ToStopped(), Entry("1-0", Success()), Owner with { Label = $"{Owner.Label}-other" }, token);

        result.Should().Be(MoveResult.Moved);
    }

    [Test, CancelAfter(30_000)]
    public async Task Write_WithoutFence_IsNeverFenced(CancellationToken token)
    {
        await PutAsync(Running());
        await RaiseAsync(Successor, token);
        var appended = Entry("1-0", Failure()) with { Source = OperationSource.Admin };
        var moved = Entry("2-0", Success()) with { Source = OperationSource.Admin };

        await Store.AppendAsync(appended, null, token);
        var result = await Store.MoveAsync(ToStopped(), moved, null, token);

        result.Should().Be(MoveResult.Moved);
        (await EntriesAsync(Game)).Should().Equal(appended, moved);
    }

    [Test, CancelAfter(120_000)]
    public async Task Raise_DuringFiftyParallelWriters_LetsNoneOfThemCommitAfterwards(CancellationToken token)
    {
        for (var round = 0; round < TestEnvironment.Loops(5, 50); round++)
        {
            UseOwnGame();
            var writers = Enumerable.Range(0, 50).Select(writer => Task.Run(() => WriteUntilFencedAsync(writer, token), token)).ToArray();
            await Eventually.TrueAsync(async () => (await EntriesAsync(Game)).Count >= 50, token, () => "the writers write");

            await RaiseAsync(Successor, token);
            var atRaise = await EntriesAsync(Game);

            await Task.WhenAll(writers);
            (await EntriesAsync(Game)).Should().HaveCount(atRaise.Count);
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task AnyMember_WhenCancelled_ThrowsOperationCanceled(CancellationToken token)
    {
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(token);
        await cancelled.CancelAsync();

        var load = () => Store.LoadAsync(Game, Source, "1-0", cancelled.Token);
        var move = () => Store.MoveAsync(ToStopped(), Entry("1-0", Success()), Owner, cancelled.Token);
        var append = () => Store.AppendAsync(Entry("1-0", Failure()), Owner, cancelled.Token);

        await load.Should().ThrowAsync<OperationCanceledException>();
        await move.Should().ThrowAsync<OperationCanceledException>();
        await append.Should().ThrowAsync<OperationCanceledException>();
    }

    /// <summary>Creates or replaces a record.</summary>
    protected abstract Task PutAsync(RuntimeRecord record);

    protected abstract Task DeleteAsync(string gameId);

    /// <summary>A game's log entries, oldest first.</summary>
    protected abstract Task<IReadOnlyList<OperationEntry>> EntriesAsync(string gameId);

    /// <summary>A game's snapshot; null when there is none.</summary>
    protected abstract Task<HealthEvent?> SnapshotAsync(string gameId);

    /// <summary>Every character that some escape has got wrong before.</summary>
    private const string Odd = "quote \" back \\ slash / tab \t line \r\n bell \a del \u007f nel \u0085 ls \u2028 é 日本 😀 \ufffd <&'+> %s $1 @x :y ?";

    private RuntimeRecord Running() => new()
    {
        GameId = Game,
        Status = RuntimeStatus.Running,
        ContainerId = Container,
        ImageRef = "registry/game:1",
        EngineEndpoint = "10.0.0.1:4000",
        CreatedAt = Start.AddDays(-1),
        StartedAt = Start.AddHours(-1),
    };

    private RecordMove ToStopped() => new(Game, Container, RuntimeStatus.Stopped, End);

    private OperationEntry Entry(string sourceRef, StopReceipt receipt) => new()
    {
        GameId = Game,
        Source = Source,
        SourceRef = sourceRef,
        ImageRef = "registry/game:1",
        ContainerId = Container,
        Receipt = receipt,
        StartedAt = Start,
        FinishedAt = End,
    };

    private StopReceipt Success() => new()
    {
        Published = new StopOutcome { GameId = Game, Outcome = StopOutcome.Success, ContainerId = Container, EngineEndpoint = "10.0.0.1:4000" },
    };

    private StopReceipt Failure(string message = Odd) => new()
    {
        Published = new StopOutcome
        {
            GameId = Game, Outcome = StopOutcome.Failure, ErrorCode = StopErrorCode.NotFound, ErrorMessage = message,
        },
    };

    private StopReceipt FullReceipt() => new()
    {
        Published = new StopOutcome
        {
            GameId = Game,
            Outcome = StopOutcome.Success,
            ContainerId = $"container {Odd}",
            EngineEndpoint = $"endpoint {Odd}",
            ErrorCode = StopErrorCode.ReplayNoOp,
            ErrorMessage = $"message {Odd}",
        },
        HealthEvent = Seen(Start, HealthEvent.ContainerDisappeared) with { Details = """{"b": 1.50, "a": ["é", {}]}""" },
        ExitCode = -137,
        Killed = true,
        StopMilliseconds = long.MaxValue,
        Inspected = "exited",
        Reason = StopReason.Finished,
    };

    private HealthEvent Seen(DateTimeOffset at, string type) => new(Game, Container, type, at);

    private async Task<RuntimeRecord?> RecordAsync(CancellationToken token) =>
        (await Store.LoadAsync(Game, Source, "", token)).Record;

    // There is no call for it: an owner's first write raises its fence.
    private Task RaiseAsync(Fence fence, CancellationToken token) => Store.AppendAsync(
        Entry("raise-0", Failure()) with { GameId = $"{Game}-raise" }, fence, token);

    private async Task WriteUntilFencedAsync(int writer, CancellationToken token)
    {
        try
        {
            for (var number = 0; ; number++)
            {
                token.ThrowIfCancellationRequested();
                var reference = string.Create(CultureInfo.InvariantCulture, $"{writer}-{number}");
                await Store.AppendAsync(Entry(reference, Success()), Owner, token);

                // A store that answers at once would keep the pool's threads from the one who raises.
                await Task.Yield();
            }
        }
        catch (FencedException)
        {
            // What it was for.
        }
    }

    private async Task ShouldBeUntouchedAsync(RuntimeRecord? record, CancellationToken token)
    {
        (await RecordAsync(token)).Should().Be(record);
        (await EntriesAsync(Game)).Should().BeEmpty();
        (await SnapshotAsync(Game)).Should().BeNull();
    }
}
