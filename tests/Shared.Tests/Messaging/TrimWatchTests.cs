using Workers.Messaging;

namespace Workers.Shared.Tests.Messaging;

public sealed class TrimWatchTests
{
    [TestCase(10, 10, 10, 0, 0, TestName = "Lost_WhenAllIsCommitted_IsNone")]
    [TestCase(10, 0, 10, 0, 0, TestName = "Lost_WhenWhatWasCommittedIsTrimmed_IsNone")]
    [TestCase(10, 3, 6, 4, 0, TestName = "Lost_WhenTheRestIsInFlight_IsNone")]
    [TestCase(10, 3, 5, 2, 3, TestName = "Lost_WhenEntriesAreUnaccountedFor_IsTheirNumber")]
    [TestCase(2, 2, 10, 1, -9, TestName = "Lost_WhenTheStreamWasMadeAnew_IsNegative")]
    public void Lost_WhenCaughtUp_IsExact(long added, long length, long committed, int uncommitted, long expected)
    {
        var lost = TrimWatch.Lost(new StreamStatistics(added, length, StreamEntryId.Zero), committed, uncommitted, caughtUp: true);

        lost.Should().Be(expected);
    }

    [TestCase(100, 50, 50, 0, 0, TestName = "Lost_WhenOnlyReadEntriesLeft_IsNone")]
    [TestCase(100, 50, 20, 10, 20, TestName = "Lost_WhenMoreLeftThanWereRead_IsTheDifference")]
    [TestCase(100, 90, 50, 0, 0, TestName = "Lost_WhenFewerLeftThanWereRead_IsNone")]
    [TestCase(5, 5, 100, 0, 0, TestName = "Lost_WhenTheStreamWasMadeAnew_WaitsUntilCaughtUp")]
    public void Lost_WithEntriesAhead_IsAtLeastThat(long added, long length, long committed, int uncommitted, long expected)
    {
        var lost = TrimWatch.Lost(new StreamStatistics(added, length, StreamEntryId.Zero), committed, uncommitted, caughtUp: false);

        lost.Should().Be(expected);
    }

    [Test]
    public void Lost_WhenTheServerDoesNotCount_IsNone([Values] bool caughtUp)
    {
        TrimWatch.Lost(new StreamStatistics(null, 0, StreamEntryId.Zero), 10, 0, caughtUp).Should().Be(0);
    }

    /// <summary>However entries are read, committed and trimmed: with entries ahead the watch never says more than the truth.</summary>
    [FsCheck.NUnit.Property]
    public bool Lost_WithEntriesAhead_IsNeverInvented(byte committed, byte uncommitted, byte lost, byte ahead, byte readAndStillThere)
    {
        var accounted = committed + uncommitted;
        var added = accounted + lost + ahead;
        var length = ahead + Math.Min(readAndStillThere, accounted);

        return TrimWatch.Lost(new StreamStatistics(added, length, StreamEntryId.Zero), committed, uncommitted, caughtUp: false) <= lost;
    }
}
