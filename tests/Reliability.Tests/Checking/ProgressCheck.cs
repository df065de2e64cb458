namespace Workers.Reliability.Tests.Checking;

/// <summary>Invariants 2 and 4 once all is quiet: the offset is at the end, nothing lies above it, and no lease is held.</summary>
internal static class ProgressCheck
{
    public static IEnumerable<string> Violations(Evidence evidence)
    {
        var last = evidence.Jobs.Count == 0 ? null : evidence.Jobs[^1].Id;
        if (last is not null && evidence.Offset != last)
            yield return $"offset: it is {evidence.Offset ?? "missing"}, the stream ends at {last}";

        if (evidence.Done.Count > 0)
            yield return $"done set: {evidence.Done.Count} entries are left, e.g. {evidence.Done[0]}";

        foreach (var (gameId, token) in evidence.Leases)
            yield return $"lease: game {gameId} is still held by {token}";
    }
}
