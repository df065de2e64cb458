using System.Globalization;
using Workers.Testing;

namespace Workers.Reliability.Tests.Checking;

/// <summary>An entry of <c>runtime:stop_jobs</c>, decoded by the wire contract's words rather than by the fleet's code.</summary>
/// <param name="Id">Of the entry.</param>
/// <param name="GameId">The game; null when the entry does not decode.</param>
/// <param name="Lost">It was sent and is no longer on the stream.</param>
internal sealed record Job(string Id, string? GameId, bool Lost = false)
{
    private static readonly string[] Reasons = ["orphan_cleanup", "cancelled", "finished", "admin_request", "timeout"];

    /// <summary>Sorts ids as Redis does.</summary>
    public (long Milliseconds, long Sequence) Position => PositionOf(Id);

    public static Job Read(PlatformEntry entry)
    {
        var game = entry.Find("game_id").Trim();
        var time = entry.Find("requested_at_ms").Trim();
        var decodes = game.Length > 0
            && Reasons.Contains(entry.Find("reason").Trim(), StringComparer.Ordinal)
            && (time.Length == 0 || long.TryParse(time, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _));
        return new Job(entry.Id, decodes ? game : null);
    }

    /// <summary>Milliseconds and sequence of an entry id.</summary>
    public static (long Milliseconds, long Sequence) PositionOf(string id)
    {
        var parts = id.Split('-');
        return (long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
