using Workers.Messaging;

namespace Workers.Runtimes;

/// <summary>A message on <c>runtime:stop_jobs</c>.</summary>
/// <param name="GameId">Whose runtime to stop.</param>
/// <param name="Reason">A <see cref="StopReason"/>.</param>
/// <param name="RequestedAtMilliseconds">Unix milliseconds; 0 when the sender did not say.</param>
public sealed record StopEnvelope(string GameId, string Reason, long RequestedAtMilliseconds)
{
    /// <summary>The stream that is read.</summary>
    public const string Stream = "runtime:stop_jobs";

    /// <summary>Label of its offset and ownership.</summary>
    public const string Label = "stopjobs";

    /// <summary>Decodes an entry; unknown fields are ignored.</summary>
    /// <exception cref="BadEnvelopeException">It breaks the wire contract.</exception>
    public static StopEnvelope Decode(StreamEntry entry)
    {
        var gameId = entry.Required("game_id");
        var reason = entry.Required("reason");
        if (!StopReason.IsKnown(reason)) throw new BadEnvelopeException($"unsupported reason {EnvelopeFields.Quote(reason)}");

        return new StopEnvelope(gameId, reason, entry.OptionalInt64("requested_at_ms"));
    }
}
