using System.Text;
using Workers.Demo.Platform;

namespace Workers.Demo.Stops;

/// <summary>One envelope of the demo: what is sent, what must come of it, and what came so far.</summary>
/// <param name="number">Its place in the order of sending, from 1.</param>
/// <param name="title">What it shows.</param>
/// <param name="game">The game it names; null for an envelope that cannot be read.</param>
/// <param name="fields">Names and values on the wire.</param>
/// <param name="expected">What must come of it.</param>
internal sealed class Envelope(
    int number, string title, Game? game, IReadOnlyList<KeyValuePair<string, byte[]>> fields, Expectation expected)
{
    public int Number { get; } = number;

    public string Title { get; } = title;

    public Game? Game { get; } = game;

    public IReadOnlyList<KeyValuePair<string, byte[]>> Fields { get; } = fields;

    public Expectation Expected { get; } = expected;

    /// <summary>Its entry id once it was sent.</summary>
    public StreamId? Id { get; set; }

    /// <summary>The result or dead letter that answered it; null until then.</summary>
    public StreamEntry? Answer { get; set; }

    /// <summary>From its arrival in Redis to its answer's, by Redis' clock.</summary>
    public TimeSpan? Took => Answer is { } answer && Id is { } id ? TimeSpan.FromMilliseconds(answer.Id.Milliseconds - id.Milliseconds) : null;

    /// <summary>As published; empty until it is answered.</summary>
    public string Outcome => Answer switch
    {
        null => "",
        { Stream: Streams.DeadLetters } => Expectation.DeadLetter,
        var result => result["outcome"],
    };

    /// <summary>What the answer says about it: an error code, or why it could not be read.</summary>
    public string Remark => Answer is null ? "" : Answer.Stream == Streams.DeadLetters ? Answer["error"] : Answer["error_code"];

    /// <summary>A well-formed stop of a game.</summary>
    public static Envelope Stop(int number, string title, Game game, string reason, Expectation expected, TimeProvider time) => new(
        number, title, game,
        [
            new("game_id", Encoding.UTF8.GetBytes(game.Id)),
            new("reason", Encoding.UTF8.GetBytes(reason)),
            new("requested_at_ms", Encoding.UTF8.GetBytes($"{time.GetUtcNow().ToUnixTimeMilliseconds()}")),
        ],
        expected);
}
