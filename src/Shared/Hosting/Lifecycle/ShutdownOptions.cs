using Workers.Hosting.Settings;

namespace Workers.Hosting.Lifecycle;

/// <summary>Section <c>Shutdown</c>.</summary>
internal sealed class ShutdownOptions(SettingsReader settings)
{
    public const string Section = "Shutdown";

    public static readonly TimeSpan DefaultGracePeriod = TimeSpan.FromSeconds(25);

    /// <summary>
    /// How long parts may finish what is in hand, 25 s by default. <see cref="PartRunner.HandBackPeriod"/> and
    /// <see cref="Telemetry.TelemetryOptions.FlushTimeout"/> come on top, and all three stay below the 30 s after which
    /// Kubernetes and Docker's callers kill.
    /// </summary>
    public TimeSpan GracePeriod { get; init; } = settings.Duration(
        "GracePeriod", DefaultGracePeriod, "how long work in hand may take to finish after SIGTERM; up to 4 s more may be needed to hand back the rest");
}
