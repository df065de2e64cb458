using System.Globalization;
using Workers.Messaging;

namespace Workers.Shared.Tests.Messaging;

/// <summary>The rules of the wire contract, which are those of the peer's <c>strings.TrimSpace</c> and <c>strconv.ParseInt</c>.</summary>
public sealed class EnvelopeFieldsTests
{
    // --- required text -------------------------------------------------------------------

    [TestCase("g1")]
    [TestCase(" g1 ")]
    [TestCase("\t\n\v\f\rg1\r\n")]
    [TestCase("\u0085g1\u00A0")]
    [TestCase("\u1680\u2000\u200Ag1\u2028\u2029\u202F\u205F\u3000")]
    public void Required_OfPaddedText_IsTrimmed(string value)
    {
        Entries.Of(("game_id", value)).Required("game_id").Should().Be("g1");
    }

    [TestCase("\u200Bg1")]
    [TestCase("\uFEFFg1")]
    [TestCase("g1\0")]
    [TestCase("\u001Fg1")]
    public void Required_OfTextPaddedWithWhatIsNoSpace_IsKept(string value)
    {
        Entries.Of(("game_id", value)).Required("game_id").Should().Be(value);
    }

    [TestCase("", "blank game_id")]
    [TestCase(" \t\r\n\u3000", "blank game_id")]
    public void Required_OfBlankText_IsRefused(string value, string error)
    {
        var reading = () => Entries.Of(("game_id", value)).Required("game_id");

        reading.Should().Throw<BadEnvelopeException>().WithMessage(error);
    }

    [TestCase("Game_id")]
    [TestCase("game_id ")]
    [TestCase("game_i")]
    [TestCase("game_id2")]
    public void Required_OfAFieldWithAnotherName_IsMissing(string name)
    {
        var reading = () => Entries.Of((name, "g1")).Required("game_id");

        reading.Should().Throw<BadEnvelopeException>().WithMessage("missing game_id");
    }

    [Test]
    public void Required_OfTheLongestText_IsRead()
    {
        var value = new string('g', EnvelopeFields.MaxRequiredBytes);

        Entries.Of(("game_id", value)).Required("game_id").Should().Be(value);
    }

    [TestCase("g", 1025)]
    [TestCase("ü", 513)]
    [TestCase(" ", 1025)]
    public void Required_OfMoreBytesThanAllowed_IsRefused(string character, int count)
    {
        var reading = () => Entries.Of(("game_id", string.Concat(Enumerable.Repeat(character, count)))).Required("game_id");

        reading.Should().Throw<BadEnvelopeException>().WithMessage("game_id is * bytes long, more than 1024");
    }

    [Test]
    public void Required_OfBytesThatAreNoText_IsRefused()
    {
        var reading = () => Entries.Of("game_id", [(byte)'g', 0xC3, 0x28]).Required("game_id");

        reading.Should().Throw<BadEnvelopeException>().WithMessage("game_id is not valid UTF-8");
    }

    [Test]
    public void Required_OfARepeatedField_IsTheLast()
    {
        Entries.Of(("game_id", "first"), ("game_id", "last"), ("other", "x")).Required("game_id").Should().Be("last");
    }

    // --- optional numbers ----------------------------------------------------------------

    [TestCase("0", 0L)]
    [TestCase("1700000000000", 1_700_000_000_000L)]
    [TestCase("+5", 5L)]
    [TestCase("-5", -5L)]
    [TestCase("-0", 0L)]
    [TestCase("007", 7L)]
    [TestCase("  7\r\n", 7L)]
    [TestCase("\u00A07\u2003", 7L)]
    [TestCase("9223372036854775807", long.MaxValue)]
    [TestCase("-9223372036854775808", long.MinValue)]
    [TestCase("", 0L)]
    [TestCase(" \t\n", 0L)]
    public void OptionalInt64_OfADecimalNumber_IsRead(string value, long expected)
    {
        Entries.Of(("requested_at_ms", value)).OptionalInt64("requested_at_ms").Should().Be(expected);
    }

    [Test]
    public void OptionalInt64_WhenAbsent_IsZero() => Entries.Of(("game_id", "g1")).OptionalInt64("requested_at_ms").Should().Be(0);

    [TestCase("1.0")]
    [TestCase("1e3")]
    [TestCase("0x1F")]
    [TestCase("1_000")]
    [TestCase("1,000")]
    [TestCase("--1")]
    [TestCase("+-1")]
    [TestCase("- 1")]
    [TestCase("1-")]
    [TestCase("1 2")]
    [TestCase("+")]
    [TestCase("-")]
    [TestCase("(1)")]
    [TestCase("$1")]
    [TestCase("now")]
    [TestCase("1\0")]
    [TestCase("\01")]
    [TestCase("\u22121")]
    [TestCase("\u0663")]
    [TestCase("\uFF11")]
    [TestCase("1\u200B")]
    [TestCase("9223372036854775808")]
    [TestCase("-9223372036854775809")]
    [TestCase("NaN")]
    public void OptionalInt64_OfAnythingElse_IsRefused(string value)
    {
        var reading = () => Entries.Of(("requested_at_ms", value)).OptionalInt64("requested_at_ms");

        reading.Should().Throw<BadEnvelopeException>().WithMessage("invalid requested_at_ms: \"*\" is not a decimal 64-bit integer");
    }

    [Test]
    public void OptionalInt64_OfBytesThatAreNoText_IsRefused()
    {
        var reading = () => Entries.Of("requested_at_ms", [0xFF]).OptionalInt64("requested_at_ms");

        reading.Should().Throw<BadEnvelopeException>().WithMessage("requested_at_ms is not valid UTF-8");
    }

    [FsCheck.NUnit.Property]
    public bool OptionalInt64_OfAnyNumber_IsThatNumber(long value) =>
        Entries.Of(("n", value.ToString(CultureInfo.InvariantCulture))).OptionalInt64("n") == value;

    // --- quoting -------------------------------------------------------------------------

    [TestCase("x", "\"x\"")]
    [TestCase("", "\"\"")]
    [TestCase("a\"b\nc\0d\u0085", "\"a?b?c?d?\"")]
    [TestCase("😀", "\"??\"")]
    public void Quote_OfAnyText_IsPrintable(string text, string quoted)
    {
        EnvelopeFields.Quote(text).Should().Be(quoted);
    }

    [Test]
    public void Quote_OfLongText_IsCut()
    {
        EnvelopeFields.Quote(new string('x', 1_000_000)).Should().Be($"\"{new string('x', 64)}…\"");
    }
}
