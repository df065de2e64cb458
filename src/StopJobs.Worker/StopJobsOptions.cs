using Workers.Hosting.Settings;
using Workers.Messaging;
using Workers.Runtimes;

namespace Workers.StopJobs;

/// <summary>Section <c>StopJobs</c>.</summary>
internal sealed class StopJobsOptions(SettingsReader settings)
{
    public const string Section = "StopJobs";

    /// <summary>How patient one stop is.</summary>
    public StopOptions Stop { get; } = new()
    {
        StopTimeout = settings.Duration(
            "StopTimeout", TimeSpan.FromSeconds(30), "time between a container's stop signal and SIGKILL, rounded up to whole seconds",
            max: TimeSpan.FromHours(1)),
        LeaseTtl = settings.Duration(
            "LeaseTtl", TimeSpan.FromMinutes(1), "lease of a game, renewed while its stop runs", min: TimeSpan.FromSeconds(1)),
        UnavailableRetry = settings.Duration(
            "UnavailableRetry", TimeSpan.FromSeconds(30),
            "how long a stop is retried while PostgreSQL or the engine is down before its failure is published"),
    };

    /// <summary>How the stream is read.</summary>
    public StreamOptions Stream { get; } = new()
    {
        BlockTimeout = settings.Duration(
            "BlockTimeout", TimeSpan.FromSeconds(5), "how long one read waits for the next message",
            min: TimeSpan.FromMilliseconds(10), max: TimeSpan.FromMinutes(1)),
        MaxConcurrency = settings.Integer(
            "MaxConcurrency", StreamOptions.DefaultMaxConcurrency, "games worked on at once", min: 1, max: 4096),
        OwnershipTtl = settings.Duration(
            "OwnershipTtl", TimeSpan.FromSeconds(15), "after this long without a sign of life a standby takes over",
            min: TimeSpan.FromSeconds(1), max: TimeSpan.FromHours(1)),
        DeadLettersMaxLength = settings.Long(
            "DeadLettersMaxLength", 0, "trim the dead-letter stream to about this many entries; 0 never does"),
    };

    /// <summary>0 never trims.</summary>
    public long ResultsMaxLength { get; } = settings.Long(
        "ResultsMaxLength", 0, "trim the result stream to about this many entries; 0 never does");

    /// <summary>Comes before the game id.</summary>
    public string LeasePrefix { get; } = settings.Text(
        "LeasePrefix", "runtime:game_lease:", "prefix of the keys of game leases; whoever starts and restarts games must use the same");
}
