namespace Workers.Demo.Stops;

/// <summary>A game of this run, and the container it runs in, if any.</summary>
/// <param name="id">Unique per run: the demo repeats on servers that were kept.</param>
/// <param name="situation">What the platform arranges for it.</param>
internal sealed class Game(string id, Situation situation)
{
    public string Id { get; } = id;

    public Situation Situation { get; } = situation;

    /// <summary>Full id; empty for a game that has no container.</summary>
    public string ContainerId { get; set; } = "";

    /// <summary>Where its players would connect: the worker copies it, and never dials it.</summary>
    public string Endpoint => $"tcp://{Id}.example:7777";
}
