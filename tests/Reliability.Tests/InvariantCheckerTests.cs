using Workers.Reliability.Tests.Checking;
using Workers.Testing;

namespace Workers.Reliability.Tests;

/// <summary>The judge must see each violation: every test plants one in evidence that is otherwise clean.</summary>
internal sealed class InvariantCheckerTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch;
    private static readonly ExpectedGame Busy = new(new PlatformRecord("busy", "running", "c-busy"), GameState.Running);
    private static readonly ExpectedGame Gone = new(new PlatformRecord("gone", "running", "c-gone"), GameState.Vanished);
    private static readonly ExpectedGame Idle = new(new PlatformRecord("idle", "stopped", "c-idle"), GameState.Stopped);
    private static readonly ExpectedGame Nobody = new(new PlatformRecord("nobody", "", ""), GameState.Unknown);

    private static readonly PlatformResult Fresh = PlatformResult.Success(Busy.Record);
    private static readonly PlatformResult Replay = PlatformResult.Success(Busy.Record, "replay_no_op");
    private static readonly PlatformResult Missing =
        PlatformResult.Failure("nobody", "not_found", "runtime record for game \"nobody\" does not exist");

    private static readonly Expectation Expected = new()
    {
        Games = new[] { Busy, Gone, Idle, Nobody }.ToDictionary(game => game.Record.GameId, StringComparer.Ordinal),
        Sent = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["1-0"] = "busy", ["2-0"] = "", ["3-0"] = "nobody", ["9-0"] = "busy", ["10-0"] = "gone",
        },
    };

    // Two stops of a running game around one garbage entry, an unknown game and a vanished container.
    private static readonly Evidence Clean = new()
    {
        Jobs = [Stop("1-0", "busy"), Entry("2-0", ("reason", "finished")), Stop("3-0", "nobody"), Stop("9-0", "busy"), Stop("10-0", "gone")],
        DeadLetters = [DeadLetter("2-0")],
        Results = [Result(Fresh), Result(Missing), Result(Replay), Result(GoneResult)],
        HealthEvents = [Entry("1-0", ("game_id", "gone"), ("event_type", "container_disappeared"))],
        Offset = "10-0",
        Done = [],
        Leases = new Dictionary<string, string>(StringComparer.Ordinal),
        Operations = [Operation(1, "1-0", Fresh), Operation(2, "3-0", Missing), Operation(3, "9-0", Replay), Operation(4, "10-0", GoneResult)],
        Records = new Dictionary<string, EvidenceRecord>(StringComparer.Ordinal)
        {
            ["busy"] = new("stopped", "c-busy"),
            ["gone"] = new("removed", ""),
            ["idle"] = new("stopped", "c-idle"),
        },
        Running = new HashSet<string>(StringComparer.Ordinal),
    };

    private static PlatformResult GoneResult => PlatformResult.Success(Gone.Record with { ContainerId = "" });

    [Test]
    public void Check_WhenNothingIsWrong_FindsNothing()
    {
        InvariantChecker.Check(Clean, Expected).Should().BeEmpty();
    }

    [Test]
    public void Check_WhenAResultIsMissing_SaysLost() =>
        Found(Clean with { Results = [Result(Fresh), Result(Replay), Result(GoneResult)] })
            .Should().Contain("lost: game nobody has 1 envelopes and 0 results");

    [Test]
    public void Check_WhenAResultIsPublishedTwice_SaysDoubled() =>
        Found(Clean with { Results = [.. Clean.Results, Result(Replay)] })
            .Should().Contain("doubled: game busy has 2 envelopes and 3 results");

    [Test]
    public void Check_WhenOutcomesOfAGameChangePlaces_SaysOutOfOrder() =>
        Found(Clean with { Results = [Result(Replay), Result(Missing), Result(Fresh), Result(GoneResult)] })
            .Should().Contain(line => line.StartsWith("out of order: entry 1-0 "));

    [Test]
    public void Check_WhenAnInterruptedStopReportsAReplay_SaysWrongOutcome() =>
        Found(Clean with { Results = [Result(Replay), Result(Missing), Result(Replay), Result(GoneResult)] })
            .Should().Contain(line => line.StartsWith("wrong outcome: entry 1-0 "));

    [Test]
    public void Check_WhenAConflictMeetsNoForeignLease_SaysWrongOutcome() =>
        Found(Clean with { Results = [Result(Busy.Conflict), Result(Missing), Result(Fresh), Result(GoneResult)] })
            .Should().Contain(line => line.StartsWith("wrong outcome: entry 1-0 "));

    [Test]
    public void Check_WhenAConflictMeetsAForeignLease_FindsNothing()
    {
        var evidence = Clean with
        {
            Results = [Result(Busy.Conflict), Result(Missing), Result(Fresh), Result(GoneResult)],
            Operations = [Operation(1, "1-0", Busy.Conflict), Operation(2, "3-0", Missing), Operation(3, "9-0", Fresh), Operation(4, "10-0", GoneResult)],
        };

        var found = InvariantChecker.Check(evidence, Expected with { Contended = new HashSet<string> { "busy" } });

        found.Should().BeEmpty();
    }

    [Test]
    public void Check_WhenAResultHasASeventhField_SaysMalformed()
    {
        var odd = Result(Missing);
        odd = odd with { Fields = [.. odd.Fields, KeyValuePair.Create("entry_id", "3-0")] };

        Found(Clean with { Results = [Result(Fresh), odd, Result(Replay), Result(GoneResult)] })
            .Should().Contain(line => line.StartsWith("malformed: result "));
    }

    [Test]
    public void Check_WhenAResultNamesAStranger_SaysForeign() =>
        Found(Clean with { Results = [.. Clean.Results, Result(Missing with { GameId = "stranger" })] })
            .Should().Contain(line => line.StartsWith("foreign: game stranger "));

    [Test]
    public void Check_WhenADeadLetterIsMissing_SaysLost() =>
        Found(Clean with { DeadLetters = [] }).Should().Contain("lost: entry 2-0 does not decode and has no dead letter");

    [Test]
    public void Check_WhenADeadLetterComesTwice_SaysDoubled() =>
        Found(Clean with { DeadLetters = [DeadLetter("2-0"), DeadLetter("2-0")] })
            .Should().Contain("doubled: entry 2-0 has 2 dead letters");

    [Test]
    public void Check_WhenAGoodEntryIsDeadLettered_SaysWrongOutcome() =>
        Found(Clean with { DeadLetters = [DeadLetter("2-0"), DeadLetter("3-0")] })
            .Should().Contain("wrong outcome: entry 3-0 decodes and has a dead letter");

    [Test]
    public void Check_WhenADeadLetterNamesNoEntry_SaysForeign() =>
        Found(Clean with { DeadLetters = [DeadLetter("2-0"), DeadLetter("7-7")] })
            .Should().Contain("foreign: dead letter of entry '7-7', which is not on the stream");

    [Test]
    public void Check_WhenADeadLetterSaysNothing_SaysMalformed() =>
        Found(Clean with { DeadLetters = [Entry("1-0", ("entry_id", "2-0"), ("fields", "[]"), ("error", ""))] })
            .Should().Contain(line => line.StartsWith("malformed: the dead letter of entry 2-0 "));

    [TestCase("9-0")]
    [TestCase("11-0")]
    [TestCase(null)]
    public void Check_WhenTheOffsetIsNotAtTheEnd_SaysOffset(string? offset) =>
        Found(Clean with { Offset = offset }).Should().Contain(line => line.StartsWith("offset: "));

    [Test]
    public void Check_WhenTheDoneSetIsNotEmpty_SaysDoneSet() =>
        Found(Clean with { Done = ["9-0"] }).Should().Contain("done set: 1 entries are left, e.g. 9-0");

    [Test]
    public void Check_WhenALeaseIsLeft_SaysLease() =>
        Found(Clean with { Leases = new Dictionary<string, string> { ["busy"] = "stopjobs/1/me/nonce" } })
            .Should().Contain("lease: game busy is still held by stopjobs/1/me/nonce");

    [Test]
    public void Check_WhenAnEntryIsRecordedTwice_SaysDoubled() =>
        Found(Clean with { Operations = [.. Clean.Operations, Operation(5, "9-0", Replay)] })
            .Should().Contain("doubled: entry 9-0 has 2 rows in the operation log");

    [Test]
    public void Check_WhenAnUnknownEntryIsRecorded_SaysForeign() =>
        Found(Clean with { Operations = [.. Clean.Operations, Operation(5, "8-0", Replay)] })
            .Should().Contain(line => line.StartsWith("foreign: the operation log has entry '8-0' "));

    [Test]
    public void Check_WhenAGameIsRecordedBackwards_SaysOutOfOrder() =>
        Found(Clean with { Operations = [Operation(1, "9-0", Replay), Operation(2, "1-0", Fresh), Operation(4, "10-0", GoneResult)] })
            .Should().Contain(line => line.StartsWith("out of order: the operation log of game busy "));

    [Test]
    public void Check_WhenAFreshSuccessIsNotRecorded_SaysUnrecorded() =>
        Found(Clean with { Operations = [Operation(3, "9-0", Replay), Operation(4, "10-0", GoneResult)] })
            .Should().Contain("unrecorded: entry 1-0 was a fresh success and the operation log does not know it");

    [Test]
    public void Check_WhenAReceiptSaysSomethingElse_SaysReceipt() =>
        Found(Clean with { Operations = [Operation(1, "1-0", Replay), Operation(4, "10-0", GoneResult)] })
            .Should().Contain(line => line.StartsWith("receipt: entry 1-0 "));

    [TestCase("running", "c-busy")]
    [TestCase("stopped", "c-other")]
    [TestCase("removed", "")]
    public void Check_WhenARecordIsNotWhereItsOutcomesLead_SaysRecord(string status, string containerId) =>
        Found(Recorded("busy", new EvidenceRecord(status, containerId))).Should().Contain(line => line.StartsWith("record: game busy "));

    [Test]
    public void Check_WhenAnUnknownGameGotARecord_SaysRecord() =>
        Found(Recorded("nobody", new EvidenceRecord("stopped", ""))).Should().Contain(line => line.StartsWith("record: game nobody "));

    [Test]
    public void Check_WhenAStoppedGamesContainerRuns_SaysEngine() =>
        Found(Clean with { Running = new HashSet<string> { "c-busy" } })
            .Should().Contain("engine: game busy is recorded as stopped and its container c-busy runs");

    [Test]
    public void Check_WhenARunningGamesContainerIsDown_SaysEngine() =>
        Found(Recorded("busy", new EvidenceRecord("running", "c-busy")))
            .Should().Contain("engine: game busy is recorded as running and its container c-busy does not run");

    [Test]
    public void Check_WhenAVanishedContainerHasNoHealthEvent_SaysHealthEvents() =>
        Found(Clean with { HealthEvents = [] }).Should().Contain(line => line.StartsWith("health events: game gone "));

    [Test]
    public void Check_WhenAHealthEventComesTwice_SaysHealthEvents() =>
        Found(Clean with { HealthEvents = [.. Clean.HealthEvents, .. Clean.HealthEvents] })
            .Should().Contain(line => line.StartsWith("health events: game gone "));

    [Test]
    public void Check_WhenASentEntryIsNotOnTheStream_SaysLost() =>
        Found(WithoutFirst).Should().Contain("lost: entry 1-0 was sent and is not on the stream");

    [Test]
    public void Check_WhenARewindLostAnEntryThatWasRun_ExpectsOnlyTheRest() =>
        InvariantChecker.Check(WithoutFirst, Expected with { Rewound = true }).Should().BeEmpty();

    [Test]
    public void Check_WhenARewindLostAnEntryThatWasNotRun_ExpectsTheNextToRun()
    {
        var evidence = WithoutFirst with
        {
            Results = [Result(Missing), Result(Fresh), Result(GoneResult)],
            Operations = [Operation(2, "3-0", Missing), Operation(3, "9-0", Fresh), Operation(4, "10-0", GoneResult)],
        };

        InvariantChecker.Check(evidence, Expected with { Rewound = true }).Should().BeEmpty();
    }

    /// <summary>As a rewind leaves it: the entry and its result are gone from Redis, the operation log still has it.</summary>
    private static Evidence WithoutFirst =>
        Clean with { Jobs = [.. Clean.Jobs.Skip(1)], Results = [Result(Missing), Result(Replay), Result(GoneResult)] };

    private static IReadOnlyList<string> Found(Evidence evidence) => InvariantChecker.Check(evidence, Expected);

    private static Evidence Recorded(string gameId, EvidenceRecord record) =>
        Clean with { Records = new Dictionary<string, EvidenceRecord>(Clean.Records, StringComparer.Ordinal) { [gameId] = record } };

    private static PlatformEntry Stop(string id, string gameId) => Entry(id, ("game_id", gameId), ("reason", "finished"));

    private static PlatformEntry DeadLetter(string entryId) =>
        Entry("1-0", ("entry_id", entryId), ("fields", "[]"), ("error", "missing game_id"), ("at_ms", "0"));

    private static PlatformEntry Result(PlatformResult result) => Entry(
        "1-0", ("game_id", result.GameId), ("outcome", result.Outcome), ("container_id", result.ContainerId),
        ("engine_endpoint", result.EngineEndpoint), ("error_code", result.ErrorCode), ("error_message", result.ErrorMessage));

    private static EvidenceOperation Operation(long id, string entryId, PlatformResult published) =>
        new(id, published.GameId, entryId, published, At, At);

    private static PlatformEntry Entry(string id, params (string Name, string Value)[] fields) =>
        new(id, [.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
}
