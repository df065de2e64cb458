using Workers.Demo.Platform;

namespace Workers.Demo.Stops;

/// <summary>
/// Matches answers to envelopes. A dead letter names its entry; a result names only its game, and the outcomes of one
/// game come in the order of its envelopes.
/// </summary>
internal sealed class Ledger(IReadOnlyList<Envelope> envelopes)
{
    public IReadOnlyList<Envelope> Envelopes => envelopes;

    public bool AllAnswered => envelopes.All(envelope => envelope.Answer is not null);

    /// <summary>The envelope that this entry answers; null when it belongs to nobody here, or to one that has its answer.</summary>
    public Envelope? Match(StreamEntry entry)
    {
        var match = envelopes.FirstOrDefault(envelope => envelope.Answer is null && IsAnsweredBy(envelope, entry));
        if (match is not null) match.Answer = entry;
        return match;
    }

    private static bool IsAnsweredBy(Envelope envelope, StreamEntry entry) => entry.Stream switch
    {
        Streams.Results => envelope.Game is { } game && string.Equals(entry["game_id"], game.Id, StringComparison.Ordinal),
        Streams.DeadLetters => string.Equals(entry["entry_id"], envelope.Id?.ToString(), StringComparison.Ordinal),
        _ => false,
    };
}
