using Workers.Testing;

namespace Workers.Reliability.Tests.Checking;

/// <summary>Invariants 1 and 9: what does not decode has exactly one dead letter, what decodes has none.</summary>
internal static class DeadLetterCheck
{
    public static IEnumerable<string> Violations(IReadOnlyList<Job> jobs, IReadOnlyList<PlatformEntry> deadLetters)
    {
        var onStream = jobs.Where(job => !job.Lost).ToDictionary(job => job.Id, StringComparer.Ordinal);
        var lettersOf = deadLetters.ToLookup(letter => letter.Find("entry_id"), StringComparer.Ordinal);

        foreach (var letters in lettersOf)
        {
            if (!onStream.TryGetValue(letters.Key, out var job))
                yield return $"foreign: dead letter of entry '{letters.Key}', which is not on the stream";
            else if (job.GameId is not null)
                yield return $"wrong outcome: entry {job.Id} decodes and has a dead letter";
            else if (letters.Count() > 1)
                yield return $"doubled: entry {job.Id} has {letters.Count()} dead letters";

            if (letters.Any(letter => letter.Find("error").Length == 0 || letter.Find("fields").Length == 0))
                yield return $"malformed: the dead letter of entry {letters.Key} does not say what was wrong with what";
        }

        foreach (var job in onStream.Values.Where(job => job.GameId is null && !lettersOf.Contains(job.Id)))
            yield return $"lost: entry {job.Id} does not decode and has no dead letter";
    }
}
