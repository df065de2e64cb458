using Workers.Demo.Platform;

namespace Workers.Demo.Stops;

/// <summary>Holds what the worker said and did against the wire contract: streams, engine and database each have a say.</summary>
/// <param name="engine">Says whether a container is really down.</param>
/// <param name="records">What the worker left in PostgreSQL.</param>
/// <param name="written">Every entry that the worker wrote during the run.</param>
internal sealed class Audit(Engine engine, Records records, IReadOnlyList<StreamEntry> written)
{
    private const string Once = "answered once";
    private const string Answer = "answer";
    private const string Container = "container";
    private const string Record = "record";
    private const string Log = "operation log";
    private const string Health = "health event";

    /// <summary>The names of the checks, in the order of reading.</summary>
    public static readonly IReadOnlyList<string> Checks = [Once, Answer, Container, Record, Log, Health];

    private static readonly string[] ResultFields = ["game_id", "outcome", "container_id", "engine_endpoint", "error_code", "error_message"];

    /// <summary>Every check of every envelope. One that does not apply to an envelope (no game, no container) is left out.</summary>
    public async Task<IReadOnlyList<Finding>> InspectAsync(IReadOnlyList<Envelope> envelopes, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var envelope in envelopes)
        {
            findings.Add(AnsweredOnce(envelope, envelopes));
            findings.Add(Compare(envelope, Answer, ExpectedAnswer(envelope), ActualAnswer(envelope)));
            findings.Add(await LoggedAsync(envelope, cancellationToken));
            if (envelope.Game is not { } game) continue;

            findings.Add(await RecordedAsync(envelope, game, cancellationToken));
            if (envelope.Expected.Container.Length > 0)
                findings.Add(Compare(envelope, Container, envelope.Expected.Container, await engine.StateAsync(game.ContainerId, cancellationToken)));
            findings.Add(await ReportedAsync(envelope, game, cancellationToken));
        }

        return findings;
    }

    private Finding AnsweredOnce(Envelope envelope, IReadOnlyList<Envelope> envelopes)
    {
        // A result does not name its envelope: a game gets as many as it had envelopes.
        var expected = envelope.Game is { } game ? (envelopes.Count(other => other.Game == game), 0) : (0, 1);
        var actual = (
            written.Count(entry => entry.Stream == Streams.Results && envelope.Game is { } named && entry["game_id"] == named.Id),
            written.Count(entry => entry.Stream == Streams.DeadLetters && entry["entry_id"] == envelope.Id.ToString()));
        return Compare(envelope, Once, Text(expected), Text(actual));

        static string Text((int Results, int DeadLetters) count) => $"{count.Results} result(s), {count.DeadLetters} dead letter(s)";
    }

    private static string ExpectedAnswer(Envelope envelope)
    {
        var expected = envelope.Expected;
        if (envelope.Game is not { } game) return "a dead letter that says why";

        var success = expected.Outcome == "success";
        return string.Join(", ", ResultFields.Zip(
            [
                game.Id, expected.Outcome, success && expected.Record != "removed" ? game.ContainerId : "", success ? game.Endpoint : "",
                expected.ErrorCode, expected.ErrorMessage,
            ],
            (name, value) => $"{name}={value}"));
    }

    private static string ActualAnswer(Envelope envelope) => envelope.Answer switch
    {
        { Stream: Streams.DeadLetters } letter when letter["error"].Length > 0 && letter["fields"].Length > 0 && letter["at_ms"].Length > 0
            => "a dead letter that says why",
        { } answer => string.Join(", ", answer.Fields.Select(field => $"{field.Key}={field.Value}")),
        null => "nothing",
    };

    private async Task<Finding> LoggedAsync(Envelope envelope, CancellationToken cancellationToken)
    {
        var operations = await records.OperationsAsync(envelope.Id!.Value, cancellationToken);
        var expected = envelope.Game is null ? "" : $"{envelope.Expected.Outcome} '{envelope.Expected.ErrorCode}'";
        return Compare(envelope, Log, expected, string.Join(" and ", operations.Select(logged => $"{logged.Outcome} '{logged.ErrorCode}'")));
    }

    private async Task<Finding> RecordedAsync(Envelope envelope, Game game, CancellationToken cancellationToken)
    {
        var status = envelope.Expected.Record;
        var expected = status switch
        {
            "" => "no record",
            "removed" => "removed, container ''",
            _ => $"{status}, container '{game.ContainerId}'",
        };
        var actual = await records.FindAsync(game.Id, cancellationToken) is { } record
            ? $"{record.Status}, container '{record.ContainerId}'"
            : "no record";
        return Compare(envelope, Record, expected, actual);
    }

    private async Task<Finding> ReportedAsync(Envelope envelope, Game game, CancellationToken cancellationToken)
    {
        var events = written.Count(entry => entry.Stream == Streams.HealthEvents && entry["game_id"] == game.Id
            && entry["container_id"] == game.ContainerId && entry["event_type"] == "container_disappeared" && entry["details"] == "{}");
        var snapshot = await records.HasSnapshotAsync(game.Id, game.ContainerId, cancellationToken);
        return Compare(envelope, Health, Text(envelope.Expected.Disappeared ? 1 : 0, envelope.Expected.Disappeared), Text(events, snapshot));

        static string Text(int events, bool snapshot) => $"{events} event(s), {(snapshot ? "a" : "no")} snapshot";
    }

    private static Finding Compare(Envelope envelope, string check, string expected, string actual) =>
        new(envelope, check, string.Equals(expected, actual, StringComparison.Ordinal) ? "" : $"expected: {expected}; is: {actual}");
}
