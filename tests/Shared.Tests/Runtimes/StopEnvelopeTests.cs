using Workers.Messaging;
using Workers.Runtimes;
using Workers.Shared.Tests.Messaging;

namespace Workers.Shared.Tests.Runtimes;

public sealed class StopEnvelopeTests
{
    [Test]
    public void Decode_OfAFullEnvelope_ReadsItTrimmed()
    {
        var entry = Entries.Of(("game_id", " g1 "), ("reason", "\tfinished\n"), ("requested_at_ms", " 1700000000000 "));

        StopEnvelope.Decode(entry).Should().Be(new StopEnvelope("g1", "finished", 1_700_000_000_000));
    }

    [Test]
    public void Decode_WithoutATime_ReadsZero()
    {
        StopEnvelope.Decode(Entries.Of(("reason", "timeout"), ("game_id", "g1"))).Should().Be(new StopEnvelope("g1", "timeout", 0));
    }

    [Test]
    public void Decode_OfEveryReason_IsAccepted(
        [Values("orphan_cleanup", "cancelled", "finished", "admin_request", "timeout")] string reason)
    {
        StopEnvelope.Decode(Entries.Of(("game_id", "g1"), ("reason", reason))).Reason.Should().Be(reason);
    }

    [Test]
    public void Decode_WithUnknownFields_IgnoresThemWhateverTheyHold()
    {
        var entry = new StreamEntry(new StreamEntryId(1, 0),
        [
            ([0xFF], new byte[1 << 20]),
            ("game_id"u8.ToArray(), "g1"u8.ToArray()),
            ("reason"u8.ToArray(), "finished"u8.ToArray()),
            ("traceparent"u8.ToArray(), [0x00]),
        ]);

        StopEnvelope.Decode(entry).GameId.Should().Be("g1");
    }

    [TestCase(null, "finished", null, "missing game_id")]
    [TestCase("g1", null, null, "missing reason")]
    [TestCase(" ", "finished", null, "blank game_id")]
    [TestCase("g1", " \t", null, "blank reason")]
    [TestCase("g1", "Finished", null, "unsupported reason \"Finished\"")]
    [TestCase("g1", "finished.", null, "unsupported reason \"finished.\"")]
    [TestCase("g1", "canceled", null, "unsupported reason \"canceled\"")]
    [TestCase("g1", "finished", "soon", "invalid requested_at_ms: \"soon\" is not a decimal 64-bit integer")]
    [TestCase("g1", "finished", "1.5", "invalid requested_at_ms: \"1.5\" is not a decimal 64-bit integer")]
    public void Decode_OfABrokenEnvelope_SaysWhatIsWrong(string? gameId, string? reason, string? requestedAt, string error)
    {
        (string Name, string? Value)[] fields = [("game_id", gameId), ("reason", reason), ("requested_at_ms", requestedAt)];
        var entry = Entries.Of([.. fields.Where(field => field.Value is not null).Select(field => (field.Name, field.Value!))]);

        var decoding = () => StopEnvelope.Decode(entry);

        decoding.Should().Throw<BadEnvelopeException>().WithMessage(error);
    }

    [Test]
    public void Decode_OfALongField_IsRefused([Values("game_id", "reason")] string name)
    {
        var entry = Entries.Of(("game_id", "g1"), ("reason", "finished"), (name, new string('x', 1025)));

        var decoding = () => StopEnvelope.Decode(entry);

        decoding.Should().Throw<BadEnvelopeException>().WithMessage($"{name} is 1025 bytes long, more than 1024");
    }

    /// <summary>Bad input leaves a trace and stops nothing: whatever the bytes, there is an envelope or a reason why not.</summary>
    [FsCheck.NUnit.Property]
    public bool Decode_OfAnyBytes_DecodesOrSaysWhy(byte[] gameId, byte[] reason, byte[] requestedAt)
    {
        var entry = new StreamEntry(new StreamEntryId(1, 0),
            [("game_id"u8.ToArray(), gameId), ("reason"u8.ToArray(), reason), ("requested_at_ms"u8.ToArray(), requestedAt)]);
        try
        {
            return StopReason.IsKnown(StopEnvelope.Decode(entry).Reason);
        }
        catch (BadEnvelopeException bad)
        {
            return bad.Message.Length is > 0 and < 200 && !bad.Message.Any(char.IsControl);
        }
    }
}
