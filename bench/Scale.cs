namespace Workers.Bench;

/// <summary>How much is measured. Everything that decides how far a number can be trusted is here.</summary>
internal sealed record Scale
{
    public static readonly Scale Full = new();

    public static readonly Scale Quick = new()
    {
        LatencyRounds = 1,
        ContainerRounds = 1,
        OneByOneContainers = 5,
        ReplayRounds = 1,
        MemoryEntries = 100_000,
    };

    /// <summary>Stops measured one at a time, per round, after <see cref="LatencyWarmUp"/> unmeasured ones.</summary>
    public int LatencySamples { get; init; } = 300;

    public int LatencyWarmUp { get; init; } = 100;

    public int LatencyRounds { get; init; } = 3;

    /// <summary>Containers stopped at once, per round.</summary>
    public int Containers { get; init; } = 50;

    public int ContainerRounds { get; init; } = 3;

    /// <summary>Containers stopped one after the other; the result is scaled up to <see cref="Containers"/>.</summary>
    public int OneByOneContainers { get; init; } = 10;

    /// <summary>Backlog replayed by the worker, per round.</summary>
    public int ReplayEntries { get; init; } = 100_000;

    /// <summary>Backlog replayed by the sequential baseline, per round.</summary>
    public int ReferenceEntries { get; init; } = 5_000;

    public int ReplayRounds { get; init; } = 3;

    public int ReplayGames { get; init; } = 1_000;

    /// <summary>Process starts per build.</summary>
    public int Starts { get; init; } = 10;

    /// <summary>How long the worker idles before its memory is read; its CPU is read over the same interval.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Backlog under which the peak of the resident set is read.</summary>
    public int MemoryEntries { get; init; } = 1_000_000;
}
