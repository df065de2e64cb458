using System.Numerics;
using Workers.Messaging;

namespace Workers.Shared.Tests.Messaging;

public sealed class StreamEntryIdTests
{
    [TestCase("0-0", 0UL, 0UL)]
    [TestCase("1700000000000-3", 1_700_000_000_000UL, 3UL)]
    [TestCase("5", 5UL, 0UL)]
    [TestCase("007-08", 7UL, 8UL)]
    [TestCase("18446744073709551615-18446744073709551615", ulong.MaxValue, ulong.MaxValue)]
    public void Parse_OfAnId_ReadsBothParts(string text, ulong milliseconds, ulong sequence)
    {
        var id = StreamEntryId.Parse(text);

        id.Should().Be(new StreamEntryId(milliseconds, sequence));
    }

    [TestCase("")]
    [TestCase("-")]
    [TestCase("1-")]
    [TestCase("-1")]
    [TestCase("1-2-3")]
    [TestCase("-1-2")]
    [TestCase("+1-2")]
    [TestCase(" 1-2")]
    [TestCase("1-2 ")]
    [TestCase("1 - 2")]
    [TestCase("1-2\0")]
    [TestCase("1\0-2")]
    [TestCase("$")]
    [TestCase("*")]
    [TestCase("1-*")]
    [TestCase("1.0-2")]
    [TestCase("٣-٣")]
    [TestCase("18446744073709551616-0")]
    [TestCase("0-18446744073709551616")]
    public void Parse_OfAnythingElse_IsRefused(string text)
    {
        var parsing = () => StreamEntryId.Parse(text);

        parsing.Should().Throw<FormatException>().WithMessage($"*'{text}'*");
        StreamEntryId.TryParse(text, out var id).Should().BeFalse();
        id.Should().Be(StreamEntryId.Zero);
    }

    [Test]
    public void TryParse_OfNothing_IsRefused() => StreamEntryId.TryParse(null, out _).Should().BeFalse();

    [FsCheck.NUnit.Property]
    public bool Parse_OfWhatToStringWrote_IsTheSameId(ulong milliseconds, ulong sequence)
    {
        var id = new StreamEntryId(milliseconds, sequence);

        return StreamEntryId.Parse(id.ToString()) == id;
    }

    [FsCheck.NUnit.Property]
    public bool Order_IsThatOfMillisecondsAndThenSequence(ulong firstTime, ulong firstSequence, ulong secondTime, ulong secondSequence, bool sameTime)
    {
        var first = new StreamEntryId(firstTime, firstSequence);
        var second = new StreamEntryId(sameTime ? firstTime : secondTime, secondSequence);

        var order = Number(first).CompareTo(Number(second));

        return Math.Sign(first.CompareTo(second)) == Math.Sign(order)
            && first < second == order < 0
            && first > second == order > 0
            && first <= second == order <= 0
            && first >= second == order >= 0
            && first == second == (order == 0);
    }

    [Test]
    public void Zero_IsBeforeEveryEntry() => StreamEntryId.Zero.Should().Be(new StreamEntryId(0, 0)).And.BeLessThan(new StreamEntryId(0, 1));

    private static BigInteger Number(StreamEntryId id) => (new BigInteger(id.Milliseconds) << 64) + id.Sequence;
}
