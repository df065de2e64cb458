using System.Text;
using System.Text.Json;
using Workers.Messaging;

namespace Workers.Shared.Tests.Messaging;

public sealed class DeadLetterTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123);

    [Test]
    public void Of_AnEntry_NamesItAndKeepsItsFieldsInOrder()
    {
        var entry = Entries.Of(("game_id", "g1"), ("reason", "why \"not\" <ü>"), ("game_id", ""));

        var letter = DeadLetter.Of("jobs", entry, "unsupported reason", At, maxLength: 7);

        letter.Stream.Should().Be("jobs:dead").And.Be(DeadLetter.StreamOf("jobs"));
        letter.MaxLength.Should().Be(7);
        letter.Fields.Should().Equal(
            KeyValuePair.Create("entry_id", "1-0"),
            KeyValuePair.Create("fields",
                """[{"name":"game_id","value":"g1"},{"name":"reason","value":"why \"not\" <ü>"},{"name":"game_id","value":""}]"""),
            KeyValuePair.Create("error", "unsupported reason"),
            KeyValuePair.Create("at_ms", "1700000000123"));
    }

    [Test]
    public void Of_BytesThatAreNoText_KeepsThemAsBase64()
    {
        var entry = new StreamEntry(new StreamEntryId(1, 0), [([0xFF, 0x00], "v"u8.ToArray()), ("n"u8.ToArray(), [0xC3, 0x28])]);

        var letter = DeadLetter.Of("jobs", entry, "bad", At);

        letter.Fields[1].Value.Should().Be("""[{"name_base64":"/wA=","value":"v"},{"name":"n","value_base64":"wyg="}]""");
    }

    [Test]
    public void Of_AnEntryWithoutFields_IsEmptyAndWhole()
    {
        var letter = DeadLetter.Of("jobs", Entries.Of(), "missing game_id", At);

        letter.Fields.Select(field => field.Value).Should().Equal("1-0", "[]", "missing game_id", "1700000000123");
    }

    [FsCheck.NUnit.Property]
    public bool Of_AnyBytes_LosesNothing((byte[] Name, byte[] Value)[] fields)
    {
        var letter = DeadLetter.Of("jobs", new StreamEntry(new StreamEntryId(1, 0), fields), "bad", At);

        return Read(letter.Fields[1].Value).SequenceEqual(fields, Same);
    }

    [FsCheck.NUnit.Property]
    public bool Of_AnyText_LosesNothing(FsCheck.UnicodeString[] values)
    {
        (byte[] Name, byte[] Value)[] fields =
            [.. values.Select(value => ("n"u8.ToArray(), Encoding.UTF8.GetBytes(value.Item)))];

        var letter = DeadLetter.Of("jobs", new StreamEntry(new StreamEntryId(1, 0), fields), "bad", At);

        return Read(letter.Fields[1].Value).SequenceEqual(fields, Same);
    }

    private static readonly IEqualityComparer<(byte[] Name, byte[] Value)> Same = EqualityComparer<(byte[] Name, byte[] Value)>.Create(
        (left, right) => left.Name.AsSpan().SequenceEqual(right.Name) && left.Value.AsSpan().SequenceEqual(right.Value),
        field => field.Name.Length);

    private static IEnumerable<(byte[] Name, byte[] Value)> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(field => (Bytes(field, "name"), Bytes(field, "value")))];
    }

    private static byte[] Bytes(JsonElement field, string property) =>
        field.TryGetProperty(property, out var text)
            ? Encoding.UTF8.GetBytes(text.GetString()!)
            : field.GetProperty(property + "_base64").GetBytesFromBase64();
}
