namespace Workers.Reliability.Tests.Checking;

/// <summary>What the test did, and so what the evidence is held against.</summary>
internal sealed record Expectation
{
    /// <summary>The games by id.</summary>
    public required IReadOnlyDictionary<string, ExpectedGame> Games { get; init; }

    /// <summary>Entries that the test knows to have been on the stream: id, and the game (empty for garbage).</summary>
    public IReadOnlyDictionary<string, string> Sent { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Redis was put back to an older state: entries that were sent may be gone, with what they published.</summary>
    public bool Rewound { get; init; }

    /// <summary>Games whose lease another actor took at times.</summary>
    public IReadOnlySet<string> Contended { get; init; } = new HashSet<string>(StringComparer.Ordinal);
}
