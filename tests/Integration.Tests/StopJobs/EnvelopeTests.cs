using System.Text;
using StackExchange.Redis;
using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>Which envelopes are orders and which are dead letters.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class EnvelopeTests : SharedFleetFixture
{
    private const int Megabyte = 1 << 20;
    private const int MaxBytes = 1024;
    private static readonly byte[] NotUtf8 = [0x67, 0xff, 0xfe, 0xc0, 0x80];

    [TestCaseSource(nameof(BadEnvelopes)), CancelAfter(120_000)]
    public async Task Envelope_ThatBreaksARule_IsDeadLetteredOnceWithItsReason(
        string reason, (RedisValue Name, RedisValue Value)[] fields, CancellationToken cancellationToken)
    {
        var entry = await Fleet.Streams.AppendAsync(fields);
        await Fleet.Streams.CommittedAsync(entry, cancellationToken);

        var letter = (await Fleet.Streams.DeadLettersAsync()).Where(dead => dead.EntryId == entry).Should().ContainSingle().Subject;
        letter.Fields.Should().Equal(
            fields.Select(field => KeyValuePair.Create(PlatformDeadLetter.Show(field.Name!), PlatformDeadLetter.Show(field.Value!))),
            "a dead letter keeps what was sent, byte for byte");
        letter.Error.Should().Contain(reason).And.Subject.Length.Should().BeLessThan(300, "an operator reads it");
        letter.At.Should().BeCloseTo(DateTimeOffset.FromUnixTimeMilliseconds(PlatformEntry.Milliseconds(entry)), TimeSpan.FromMinutes(1));
        Fleet.Complaints.Should().Contain(entry, "bad input leaves a trace");
    }

    [TestCaseSource(nameof(GoodEnvelopes)), CancelAfter(120_000)]
    public async Task Envelope_ThatKeepsTheRules_HasAnOutcomeForItsGame(
        string gameId, (RedisValue Name, RedisValue Value)[] fields, CancellationToken cancellationToken)
    {
        var entry = await Fleet.Streams.AppendAsync(fields);

        var result = await Fleet.ResultAsync(entry, gameId, cancellationToken);
        result.Should().Be(PlatformResult.Failure(gameId, "not_found", result.ErrorMessage));
        (await Fleet.Streams.DeadLettersAsync()).Should().NotContain(letter => letter.EntryId == entry);
    }

    private static IEnumerable<TestCaseData> BadEnvelopes()
    {
        yield return Bad("no game_id", "game_id", ("reason", "finished"));
        yield return Bad("empty game_id", "game_id", ("game_id", ""), ("reason", "finished"));
        yield return Bad("blank game_id", "game_id", ("game_id", " \t\r\n\u00a0\u2003"), ("reason", "finished"));
        yield return Bad("no reason", "reason", ("game_id", "bad"));
        yield return Bad("blank reason", "reason", ("game_id", "bad"), ("reason", "  "));
        yield return Bad("unknown reason", "boredom", ("game_id", "bad"), ("reason", "boredom"));
        yield return Bad("reason in upper case", "FINISHED", ("game_id", "bad"), ("reason", "FINISHED"));
        yield return Bad("name in upper case", "game_id", ("GAME_ID", "bad"), ("reason", "finished"));
        yield return Bad("nothing of ours", "game_id", ("junk", "junk"));

        string[] times =
        [
            "soon", "1.0", "1e3", "0x10", "1_000", "1,000", "1 000", "+", "-", "--1", "９", "5\0", "(5)", "5-",
            "9223372036854775808", "-9223372036854775809",
        ];
        foreach (var time in times)
            yield return Bad($"time {time}", "requested_at_ms", ("game_id", "bad"), ("reason", "finished"), ("requested_at_ms", time));

        yield return Bad("game_id is not UTF-8", "game_id", ("game_id", NotUtf8), ("reason", "finished"));
        yield return Bad("reason is not UTF-8", "reason", ("game_id", "bad"), ("reason", NotUtf8));
        yield return Bad("time is not UTF-8", "requested_at_ms", ("game_id", "bad"), ("reason", "finished"), ("requested_at_ms", NotUtf8));
        yield return Bad("a name is not UTF-8", "game_id", (NotUtf8, "bad"), ("reason", "finished"));
        yield return Bad("game_id a byte too long", "game_id", ("game_id", new string('g', MaxBytes + 1)), ("reason", "finished"));
        yield return Bad("game_id too long in bytes alone", "game_id", ("game_id", new string('ü', (MaxBytes / 2) + 1)), ("reason", "finished"));
        yield return Bad("game_id of a megabyte", "game_id", ("game_id", new string('g', Megabyte)), ("reason", "finished"));
        yield return Bad("reason of a megabyte", "reason", ("game_id", "bad"), ("reason", new string('r', Megabyte)));
        yield return Bad("the last of two reasons is unknown", "boredom", ("game_id", "bad"), ("reason", "finished"), ("reason", "boredom"));
    }

    private static IEnumerable<TestCaseData> GoodEnvelopes()
    {
        string[] reasons = ["orphan_cleanup", "cancelled", "finished", "admin_request", "timeout", " finished ", "\u2003finished\u00a0"];
        foreach (var (number, reason) in reasons.Index())
            yield return Good($"reason {number}", $"reason-{number}", ("game_id", $"reason-{number}"), ("reason", reason));

        string[] times =
            ["0", "+5", "-1", "-0", " 5 ", "\u3000007\u0085", "", "   ", "9223372036854775807", "-9223372036854775808", "00000000000000000000000000001"];
        foreach (var (number, time) in times.Index())
            yield return Good($"time {number}", $"time-{number}", ("requested_at_ms", time), ("game_id", $"time-{number}"), ("reason", "finished"));

        yield return Good("no time", "no-time", ("game_id", "no-time"), ("reason", "finished"));
        yield return Good("white space around game_id", "a b", ("game_id", "\u1680\u2028\v a b\t\u205f\u0085\n"), ("reason", "finished"));
        yield return Good("a zero-width space is no white space", "\u200bz\ufeff", ("game_id", "\u200bz\ufeff"), ("reason", "finished"));
        yield return Good("beyond the basic plane", "🎲-ü", ("game_id", "🎲-ü"), ("reason", "finished"));
        yield return Good("quotes and braces", "\"{}\\'", ("game_id", "\"{}\\'"), ("reason", "finished"));
        yield return Good("NUL inside game_id", "nul\0inside", ("game_id", "nul\0inside"), ("reason", "finished"));
        yield return Good("longest game_id", new string('l', MaxBytes), ("game_id", new string('l', MaxBytes)), ("reason", "finished"));
        yield return Good("the last of two game_ids counts", "last-id", ("game_id", "first-id"), ("reason", "finished"), ("game_id", "last-id"));
        yield return Good("the last of two reasons counts", "last-reason", ("game_id", "last-reason"), ("reason", "boredom"), ("reason", "finished"));
        yield return Good("unknown field of a megabyte", "extra", ("game_id", "extra"), ("reason", "finished"), ("note", new string('n', Megabyte)));
        yield return Good("unknown field that is not UTF-8", "bytes", (NotUtf8, NotUtf8), ("game_id", "bytes"), ("reason", "finished"), ("", ""));
    }

    private static TestCaseData Bad(string name, string reason, params (RedisValue Name, RedisValue Value)[] fields) =>
        new TestCaseData(reason, fields).SetArgDisplayNames(Printable(name));

    private static TestCaseData Good(string name, string gameId, params (RedisValue Name, RedisValue Value)[] fields) =>
        new TestCaseData(gameId, fields).SetArgDisplayNames(Printable(name));

    private static string Printable(string name) =>
        name.Aggregate(new StringBuilder(), (text, character) => text.Append(char.IsControl(character) ? '?' : character)).ToString();
}
