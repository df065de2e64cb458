using System.Text.Json;
using Workers.Adapters.Postgres;
using Workers.Adapters.Postgres.Receipts;
using Workers.Runtimes;

namespace Workers.Shared.Tests.Adapters.Postgres;

public sealed class ReceiptJsonTests
{
    private const string Smallest =
        """{"game_id":"g1","outcome":"success","container_id":"","engine_endpoint":"","error_code":"","error_message":""}""";

    private static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);

    [Test]
    public void Write_SmallestReceipt_LeavesOutWhatItLacks()
    {
        var json = ReceiptJson.Write(new StopReceipt { Published = new StopOutcome { GameId = "g1", Outcome = "success" } });

        json.Should().Be(Smallest);
    }

    [Test]
    public void Write_FullReceipt_UsesTheKeysOfTheContract()
    {
        var receipt = new StopReceipt
        {
            Published = new StopOutcome
            {
                GameId = "g1", Outcome = "success", ContainerId = "c1", EngineEndpoint = "e1", ErrorCode = "replay_no_op", ErrorMessage = "m1",
            },
            HealthEvent = new HealthEvent("g1", "c1", "container_disappeared", At, """{"a":1}"""),
            ExitCode = 137,
            Killed = true,
            StopMilliseconds = 1500,
            Inspected = "exited",
            Reason = "finished",
        };

        var json = ReceiptJson.Write(receipt);

        using var parsed = JsonDocument.Parse(json);
        using var expected = JsonDocument.Parse(
            """
            {
              "game_id": "g1", "outcome": "success", "container_id": "c1", "engine_endpoint": "e1",
              "error_code": "replay_no_op", "error_message": "m1",
              "health_event": {"game_id": "g1", "container_id": "c1", "event_type": "container_disappeared",
                               "occurred_at": "2026-03-01T12:00:00.123+00:00", "details": "{\"a\":1}"},
              "exit_code": 137, "killed": true, "stop_ms": 1500, "inspected": "exited", "reason": "finished"
            }
            """);
        JsonElement.DeepEquals(parsed.RootElement, expected.RootElement).Should().BeTrue(json);
    }

    [Test]
    public void Read_UnknownKeys_IgnoresThem()
    {
        var receipt = ReceiptJson.Read(Smallest.Insert(1, """ "later": {"a": [1]}, """));

        receipt.Published.GameId.Should().Be("g1");
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"game_id":"g1","outcome":"success"}""")]
    public void Read_NotAReceipt_Throws(string json)
    {
        var read = () => ReceiptJson.Read(json);

        read.Should().Throw<JsonException>();
    }

    [Test]
    public void Read_NullInARequiredField_Throws()
    {
        var read = () => ReceiptJson.Read(Smallest.Replace("\"g1\"", "null"));

        read.Should().Throw<JsonException>().WithMessage("*null*");
    }

    [FsCheck.NUnit.Property]
    public void Read_WhatWasWritten_IsTheSame(string? text, int? exitCode, bool? killed, long? milliseconds, bool seen)
    {
        var clean = StorableText.Clean(text ?? "");
        var receipt = new StopReceipt
        {
            Published = new StopOutcome
            {
                GameId = clean, Outcome = clean, ContainerId = clean, EngineEndpoint = clean, ErrorCode = clean, ErrorMessage = clean,
            },
            HealthEvent = seen ? new HealthEvent(clean, clean, clean, At, clean) : null,
            ExitCode = exitCode,
            Killed = killed,
            StopMilliseconds = milliseconds,
            Inspected = clean,
            Reason = text is null ? null : clean,
        };

        var read = ReceiptJson.Read(ReceiptJson.Write(receipt));

        read.Should().Be(receipt);
    }
}
