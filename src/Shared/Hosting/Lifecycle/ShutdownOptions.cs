using Workers.Hosting.Settings;

namespace Workers.Hosting.Lifecycle;

/// <summary>Section <c>Shutdown</c>.</summary>
internal sealed class ShutdownOptions(SettingsReader settings)
{
    public const string Section = "Shutdown";

    private static readonly TimeSpan LongestHandBack = TimeSpan.FromSeconds(3);

    public static readonly TimeSpan DefaultGracePeriod = TimeSpan.FromSeconds(25);

    /// <summary>
    /// From SIGTERM until the parts have ended, 25 s by default. The last <see cref="HandBackPeriod"/> of it is for handing
    /// back what could not be finished.
    /// </summary>
    public TimeSpan GracePeriod { get; init; } = settings.Duration(
        "GracePeriod", DefaultGracePeriod, "within this time after SIGTERM work in hand is finished, or handed back in the last 3 s of it");

    /// <summary>The end of the grace period in which parts hand back what they hold: 3 s, or half of a short one.</summary>
    public TimeSpan HandBackPeriod => GracePeriod / 2 < LongestHandBack ? GracePeriod / 2 : LongestHandBack;

    /// <summary>What parts have to finish what is in hand.</summary>
    public TimeSpan DrainPeriod => GracePeriod - HandBackPeriod;
}
