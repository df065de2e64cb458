using Workers.Testing;

namespace Workers.Reliability.Tests.Checking;

/// <summary>
/// Judges the fleet by what it left behind: every envelope has its one outcome, in order, recorded, and nothing is left
/// over. Shares no code with the fleet.
/// </summary>
internal static class InvariantChecker
{
    private static readonly string[] ResultFields =
        ["container_id", "engine_endpoint", "error_code", "error_message", "game_id", "outcome"];

    /// <summary>Every violation, as a sentence; empty when all invariants hold.</summary>
    public static IReadOnlyList<string> Check(Evidence evidence, Expectation expected)
    {
        var jobs = Jobs(evidence, expected);
        var violations = new List<string>();
        if (!expected.Rewound)
            violations.AddRange(jobs.Where(job => job.Lost).Select(job => $"lost: entry {job.Id} was sent and is not on the stream"));

        violations.AddRange(DeadLetterCheck.Violations(jobs, evidence.DeadLetters));
        var results = Results(evidence.Results, violations);
        var walks = Walk(jobs, results, evidence, expected, violations);
        violations.AddRange(ProgressCheck.Violations(evidence));
        violations.AddRange(OperationCheck.Violations(jobs, walks, evidence.Operations));
        violations.AddRange(RecordCheck.Violations(walks, evidence));
        return violations;
    }

    /// <summary>The entries on the stream, and those that were.</summary>
    private static List<Job> Jobs(Evidence evidence, Expectation expected)
    {
        var jobs = evidence.Jobs.Select(Job.Read).ToDictionary(job => job.Id, StringComparer.Ordinal);
        foreach (var (id, gameId) in expected.Sent)
            jobs.TryAdd(id, new Job(id, gameId.Length == 0 ? null : gameId, Lost: true));

        // A sender whose connection broke does not know the id of what it added, and a rewind took it off the stream.
        foreach (var operation in expected.Rewound ? evidence.Operations : [])
            jobs.TryAdd(operation.SourceRef, new Job(operation.SourceRef, operation.GameId, Lost: true));

        return [.. jobs.Values.OrderBy(job => job.Position)];
    }

    private static List<PlatformResult> Results(IReadOnlyList<PlatformEntry> entries, List<string> violations)
    {
        var results = new List<PlatformResult>();
        foreach (var entry in entries)
        {
            var names = entry.Fields.Select(field => field.Key).Order(StringComparer.Ordinal).ToList();
            if (names.SequenceEqual(ResultFields)) results.Add(PlatformResult.From(entry));
            else violations.Add($"malformed: result {entry.Id} has the fields {string.Join(", ", names)}");
        }

        return results;
    }

    private static List<GameWalk> Walk(
        IReadOnlyList<Job> jobs, List<PlatformResult> results, Evidence evidence, Expectation expected, List<string> violations)
    {
        var jobsOf = jobs.Where(job => job.GameId is not null).ToLookup(job => job.GameId!, StringComparer.Ordinal);
        var resultsOf = results.ToLookup(result => result.GameId, StringComparer.Ordinal);
        var operationsOf = evidence.Operations.ToLookup(operation => operation.GameId, StringComparer.Ordinal);

        foreach (var gameId in jobsOf.Select(game => game.Key).Union(resultsOf.Select(game => game.Key), StringComparer.Ordinal))
        {
            if (!expected.Games.ContainsKey(gameId))
                violations.Add($"foreign: game {gameId} has {jobsOf[gameId].Count()} envelopes and {resultsOf[gameId].Count()} results, and is no game of ours");
        }

        var walks = expected.Games.Values.Select(game => new GameWalk(
            game, [.. jobsOf[game.Record.GameId]], [.. resultsOf[game.Record.GameId]], [.. operationsOf[game.Record.GameId]],
            expected.Contended.Contains(game.Record.GameId))).ToList();
        violations.AddRange(walks.SelectMany(walk => walk.Violations));
        return walks;
    }
}
