using Workers.Testing;

namespace Workers.Reliability.Tests.Checking;

/// <summary>
/// One game's envelopes and results, side by side. A result names no envelope, but outcomes of one game come in the order
/// of its envelopes (invariant 3), so the first belongs to the first.
/// </summary>
internal sealed class GameWalk
{
    private readonly List<string> _violations = [];
    private readonly List<(Job Job, PlatformResult Result)> _pairs = [];

    /// <param name="game">What the game was.</param>
    /// <param name="jobs">Its envelopes in order, those that Redis lost included.</param>
    /// <param name="results">What was published for it, in order.</param>
    /// <param name="operations">Its operation log: what a lost envelope did is known from there alone.</param>
    /// <param name="contended">Whether another actor took its lease at times.</param>
    public GameWalk(
        ExpectedGame game, IReadOnlyList<Job> jobs, IReadOnlyList<PlatformResult> results,
        IReadOnlyList<EvidenceOperation> operations, bool contended)
    {
        Game = game;
        End = game.State;
        var awaited = jobs.Count(job => !job.Lost);
        if (results.Count != awaited)
        {
            _violations.Add($"{(results.Count < awaited ? "lost" : "doubled")}: game {game.Record.GameId} has {awaited} envelopes "
                + $"and {results.Count} results");
        }

        Walk(jobs, new Queue<PlatformResult>(results), operations, contended);
    }

    public ExpectedGame Game { get; }

    /// <summary>Where the game stands after its last envelope.</summary>
    public GameState End { get; private set; }

    /// <summary>Whether one of its envelopes on the stream is the one that found the container gone.</summary>
    public bool FoundVanished { get; private set; }

    public IReadOnlyList<string> Violations => _violations;

    /// <summary>Which result belongs to which envelope.</summary>
    public IReadOnlyList<(Job Job, PlatformResult Result)> Pairs => _pairs;

    private void Walk(
        IReadOnlyList<Job> jobs, Queue<PlatformResult> results, IReadOnlyList<EvidenceOperation> operations, bool contended)
    {
        var expected = new List<PlatformResult>();
        foreach (var job in jobs)
        {
            var (published, next) = Game.Stop(End);
            if (job.Lost)
            {
                if (operations.Any(operation => operation.SourceRef == job.Id && operation.Published == published)) End = next;
                continue;
            }

            if (!results.TryDequeue(out var result)) continue;

            _pairs.Add((job, result));
            // A stop that met a foreign lease changes nothing.
            if (contended && result == Game.Conflict)
            {
                expected.Add(result);
                continue;
            }

            FoundVanished |= End == GameState.Vanished;
            End = next;
            expected.Add(published);
        }

        // With a result too few or too many the rest is shifted, and each further line would say the same again.
        if (_violations.Count == 0) Compare(expected);
    }

    private void Compare(List<PlatformResult> expected)
    {
        var wrong = _pairs.Zip(expected).Where(pair => pair.First.Result != pair.Second).ToList();
        if (wrong.Count == 0) return;

        var same = expected.OrderBy(result => result.ToString(), StringComparer.Ordinal)
            .SequenceEqual(_pairs.Select(pair => pair.Result).OrderBy(result => result.ToString(), StringComparer.Ordinal));
        foreach (var ((job, result), awaited) in wrong)
            _violations.Add($"{(same ? "out of order" : "wrong outcome")}: entry {job.Id} awaits {awaited} and got {result}");
    }
}
