using Workers.Runtimes;

namespace Workers.Shared.Tests.Runtimes;

public sealed class StopResultsTests
{
    [Test]
    public void Encode_OfASuccess_HasExactlyTheSixFields()
    {
        var receipt = new StopReceipt
        {
            Published = new StopOutcome
            {
                GameId = "g1", Outcome = StopOutcome.Success, ContainerId = "c1", EngineEndpoint = "http://game:8080", ErrorCode = "replay_no_op",
            },
            ExitCode = 137,
            Killed = true,
            Reason = "finished",
        };

        var appends = StopResults.Encode(receipt, maxLength: 9);

        var result = appends.Should().ContainSingle().Subject;
        result.Stream.Should().Be("runtime:job_results");
        result.MaxLength.Should().Be(9);
        result.Fields.Should().Equal(
            KeyValuePair.Create("game_id", "g1"),
            KeyValuePair.Create("outcome", "success"),
            KeyValuePair.Create("container_id", "c1"),
            KeyValuePair.Create("engine_endpoint", "http://game:8080"),
            KeyValuePair.Create("error_code", "replay_no_op"),
            KeyValuePair.Create("error_message", ""));
    }

    [Test]
    public void Encode_OfAFailure_LeavesEmptyWhatDoesNotApply()
    {
        var receipt = new StopReceipt
        {
            Published = new StopOutcome { GameId = "g1", Outcome = StopOutcome.Failure, ErrorCode = "not_found", ErrorMessage = "no such record" },
        };

        var appends = StopResults.Encode(receipt, maxLength: 0);

        appends.Should().ContainSingle().Which.Fields.Select(field => field.Value).Should().Equal(
            "g1", "failure", "", "", "not_found", "no such record");
    }

    [Test]
    public void Encode_WithAHealthEvent_PublishesItBesideTheResult()
    {
        var receipt = new StopReceipt
        {
            Published = new StopOutcome { GameId = "g1", Outcome = StopOutcome.Success },
            HealthEvent = new HealthEvent(
                "g1", "c1", HealthEvent.ContainerDisappeared, DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123)),
        };

        var appends = StopResults.Encode(receipt, maxLength: 9);

        appends.Select(append => append.Stream).Should().Equal("runtime:job_results", "runtime:health_events");
        appends[1].MaxLength.Should().Be(0);
        appends[1].Fields.Should().Equal(
            KeyValuePair.Create("game_id", "g1"),
            KeyValuePair.Create("container_id", "c1"),
            KeyValuePair.Create("event_type", "container_disappeared"),
            KeyValuePair.Create("occurred_at_ms", "1700000000123"),
            KeyValuePair.Create("details", "{}"));
    }
}
