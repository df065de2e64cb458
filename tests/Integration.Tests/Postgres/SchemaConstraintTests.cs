namespace Workers.Integration.Tests.Postgres;

/// <summary>What the database refuses by itself, whoever writes.</summary>
public sealed class SchemaConstraintTests : PostgresFixture
{
    private const string CheckViolation = "23514";
    private const string UniqueViolation = "23505";

    [TestCase("running", null)]
    [TestCase("stopped", null)]
    [TestCase("removed", null)]
    [TestCase("paused", CheckViolation)]
    [TestCase("Running", CheckViolation)]
    [TestCase("", CheckViolation)]
    public async Task Record_Status_IsOneOfThree(string status, string? expected)
    {
        var refusal = await RefusalAsync($"insert into runtime_records (game_id, status) values ('g1', '{status}')");

        refusal.Should().Be(expected);
    }

    [Test]
    public async Task Record_UpdatedToUnknownStatus_IsRefused()
    {
        await Database.ExecuteAsync(Operations.InsertRunning);

        var refusal = await RefusalAsync("update runtime_records set status = 'starting'");

        refusal.Should().Be(CheckViolation);
    }

    [TestCase("success", null)]
    [TestCase("failure", null)]
    [TestCase("maybe", CheckViolation)]
    public async Task Entry_Outcome_IsOneOfTwo(string outcome, string? expected)
    {
        var refusal = await RefusalAsync(
            $"insert into operation_log (game_id, op_kind, op_source, outcome, started_at) values ('g1', 'stop', 'admin', '{outcome}', now())");

        refusal.Should().Be(expected);
    }

    [TestCase("lobby_stream", "stop", "g1", "1-0", UniqueViolation)]
    [TestCase("lobby_stream", "stop", "g1", "2-0", null)]
    [TestCase("lobby_stream", "stop", "g2", "1-0", null)]
    [TestCase("lobby_stream", "start", "g1", "1-0", null)]
    [TestCase("other_stream", "stop", "g1", "1-0", null)]
    public async Task Entry_OfAStream_IsUniqueByItsWholeKey(string source, string kind, string game, string reference, string? expected)
    {
        await Database.ExecuteAsync(Insert("lobby_stream", "stop", "g1", "1-0"));

        var refusal = await RefusalAsync(Insert(source, kind, game, reference));

        refusal.Should().Be(expected);
    }

    [TestCase("lobby_stream", "")]
    [TestCase("admin", "1-0")]
    [TestCase("stream", "1-0")]
    public async Task Entry_WithoutAStreamsReference_MayRepeat(string source, string reference)
    {
        await Database.ExecuteAsync(Insert(source, "stop", "g1", reference));

        var refusal = await RefusalAsync(Insert(source, "stop", "g1", reference));

        refusal.Should().BeNull();
    }

    [Test]
    public async Task Fence_BelowOne_IsRefused()
    {
        var refusal = await RefusalAsync("insert into stream_fences (label, epoch) values ('stopjobs', 0)");

        refusal.Should().Be(CheckViolation);
    }

    private static string Insert(string source, string kind, string game, string reference) =>
        "insert into operation_log (game_id, op_kind, op_source, source_ref, outcome, started_at) "
        + $"values ('{game}', '{kind}', '{source}', '{reference}', 'success', now())";
}
