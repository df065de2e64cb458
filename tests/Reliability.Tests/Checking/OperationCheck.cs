namespace Workers.Reliability.Tests.Checking;

/// <summary>
/// Invariants 1 and 3 in the operation log: one row per envelope at most, in the order of the game, and saying what was
/// published. A fresh success, which moved a record, must have its row; others are best effort.
/// </summary>
internal static class OperationCheck
{
    public static IEnumerable<string> Violations(
        IReadOnlyList<Job> jobs, IReadOnlyList<GameWalk> walks, IReadOnlyList<EvidenceOperation> operations)
    {
        var known = jobs.ToDictionary(job => job.Id, StringComparer.Ordinal);
        var rowsOf = operations.ToLookup(operation => operation.SourceRef, StringComparer.Ordinal);
        foreach (var rows in rowsOf)
        {
            if (rows.Count() > 1) yield return $"doubled: entry {rows.Key} has {rows.Count()} rows in the operation log";
            if (!known.TryGetValue(rows.Key, out var job) || job.GameId != rows.First().GameId)
                yield return $"foreign: the operation log has entry '{rows.Key}' of game {rows.First().GameId}, which nobody sent";
        }

        foreach (var game in operations.Where(operation => known.ContainsKey(operation.SourceRef))
            .GroupBy(operation => operation.GameId, StringComparer.Ordinal))
        {
            foreach (var (earlier, later) in game.Zip(game.Skip(1)))
            {
                if (Job.PositionOf(earlier.SourceRef).CompareTo(Job.PositionOf(later.SourceRef)) > 0)
                    yield return $"out of order: the operation log of game {game.Key} has entry {earlier.SourceRef} before {later.SourceRef}";
            }
        }

        foreach (var (job, result) in walks.SelectMany(walk => walk.Pairs))
        {
            var row = rowsOf[job.Id].FirstOrDefault();
            if (row is null && result is { Outcome: "success", ErrorCode: "" })
                yield return $"unrecorded: entry {job.Id} was a fresh success and the operation log does not know it";
            else if (row is not null && row.Published != result)
                yield return $"receipt: entry {job.Id} published {result}, its receipt says {row.Published?.ToString() ?? "nothing"}";
        }
    }
}
