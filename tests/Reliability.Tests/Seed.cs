using System.Globalization;

namespace Workers.Reliability.Tests;

/// <summary>The one source of chance of a test. <c>WORKERS_SEED</c> replays a run.</summary>
internal static class Seed
{
    private const string Variable = "WORKERS_SEED";

    public static Random NewRandom()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var given)
            ? given
            : Random.Shared.Next();
        TestContext.Out.WriteLine($"{Variable}={seed}");
        return new Random(seed);
    }

    /// <summary>Anything from nothing to <paramref name="longest"/>.</summary>
    public static TimeSpan Pause(this Random random, TimeSpan longest) => longest * random.NextDouble();
}
