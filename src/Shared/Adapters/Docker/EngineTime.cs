using System.Globalization;

namespace Workers.Adapters.Docker;

/// <summary>Points in time as the Engine API writes them.</summary>
internal static class EngineTime
{
    private const long NanosecondsPerTick = 1_000_000_000 / TimeSpan.TicksPerSecond;

    /// <summary>Seconds since 1970 with a fraction of nine digits, never before 1970: the engine remembers nothing from then.</summary>
    public static string Format(DateTimeOffset time)
    {
        var ticks = Math.Max(0, (time - DateTimeOffset.UnixEpoch).Ticks);
        var (seconds, rest) = Math.DivRem(ticks, TimeSpan.TicksPerSecond);
        return string.Create(CultureInfo.InvariantCulture, $"{seconds}.{rest * NanosecondsPerTick:D9}");
    }

    /// <summary>Nanoseconds since 1970, rounded down to the tick (100 ns): asking from there on finds the event again, not the one after.</summary>
    public static DateTimeOffset FromNanoseconds(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / NanosecondsPerTick);
}
