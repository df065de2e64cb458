using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>What must be true of every stop, whatever its outcome.</summary>
internal static class StopJobsAssertions
{
    /// <summary>Waits until an envelope is finished; its game's outcome, of which there must be one.</summary>
    public static async Task<PlatformResult> ResultAsync(
        this StopJobsFleet fleet, string entryId, string gameId, CancellationToken cancellationToken)
    {
        await fleet.Streams.CommittedAsync(entryId, cancellationToken);

        (await fleet.Streams.DoneAsync()).Should().NotContain(entryId, "the offset is past it");
        return (await fleet.Streams.ResultsAsync(gameId)).Should().ContainSingle("an envelope has one outcome").Subject;
    }

    /// <summary>From an envelope to the last outcome of its game, by Redis' own clock.</summary>
    public static async Task<TimeSpan> WaitedAsync(this StopJobsFleet fleet, string entryId, string gameId)
    {
        var outcomes = await fleet.Streams.ReadAsync(PlatformStreams.JobResults);
        var outcome = outcomes.Last(entry => entry["game_id"] == gameId);
        return TimeSpan.FromMilliseconds(PlatformEntry.Milliseconds(outcome.Id) - PlatformEntry.Milliseconds(entryId));
    }

    /// <summary>
    /// The envelope left one operation log entry, which agrees with what was published, and no lease. Its receipt.
    /// </summary>
    /// <remarks><paramref name="acted"/> is the record that the stop decided on; null when it did not come so far.</remarks>
    public static async Task<PlatformReceipt> ShouldHaveEndedAsync(
        this StopJobsFleet fleet, string entryId, PlatformResult result, PlatformRecord? acted, CancellationToken cancellationToken)
    {
        await fleet.Streams.LeaseGoneAsync(result.GameId, cancellationToken);
        return await fleet.ShouldBeLoggedAsync(entryId, result, acted);
    }

    /// <summary>The envelope left one operation log entry, which agrees with what was published. Its receipt.</summary>
    /// <inheritdoc cref="ShouldHaveEndedAsync" path="/remarks"/>
    public static async Task<PlatformReceipt> ShouldBeLoggedAsync(
        this StopJobsFleet fleet, string entryId, PlatformResult result, PlatformRecord? acted)
    {
        var operations = await fleet.Records.OperationsAsync(result.GameId);
        var operation = operations.Where(entry => entry.SourceRef == entryId).Should().ContainSingle("an envelope is logged once").Subject;

        operation.Should().Be(
            new PlatformOperation(
                result.GameId, "stop", "lobby_stream", entryId, acted?.ImageRef ?? "", acted?.ContainerId ?? "",
                result.Outcome, result.ErrorCode, result.ErrorMessage)
            {
                StartedAt = operation.StartedAt,
                FinishedAt = operation.FinishedAt,
                Receipt = operation.Receipt,
            });
        operation.Receipt.Published.Should().Be(result);
        operation.FinishedAt.Should().BeOnOrAfter(operation.StartedAt);
        operation.StartedAt.Should().BeCloseTo(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(2));
        return operation.Receipt;
    }

    /// <summary>The record moved to <c>stopped</c>, and nothing else of it changed.</summary>
    public static async Task ShouldBeStoppedAsync(this StopJobsFleet fleet, PlatformRecord game)
    {
        var now = await fleet.Records.FindAsync(game.GameId);

        now.Should().Be(game with { Status = "stopped", StoppedAt = now!.StoppedAt, LastOpAt = now.StoppedAt });
        now.StoppedAt.Should().BeAfter(game.StartedAt!.Value);
    }

    /// <summary>The record moved to <c>removed</c>, which empties its container id, and nothing else of it changed.</summary>
    public static async Task ShouldBeRemovedAsync(this StopJobsFleet fleet, PlatformRecord game)
    {
        var now = await fleet.Records.FindAsync(game.GameId);

        now.Should().Be(game with { Status = "removed", ContainerId = "", RemovedAt = now!.RemovedAt, LastOpAt = now.RemovedAt });
        now.RemovedAt.Should().BeAfter(game.StartedAt!.Value);
    }

    /// <summary>Nobody touched the record.</summary>
    public static async Task ShouldBeAsItWasAsync(this StopJobsFleet fleet, PlatformRecord game) =>
        (await fleet.Records.FindAsync(game.GameId)).Should().Be(game);
}
