namespace Workers.Messaging;

/// <summary>How a stream is read.</summary>
public sealed record StreamOptions
{
    public const int DefaultMaxConcurrency = 64;

    /// <summary>Keys worked on at once. Default 64.</summary>
    public int MaxConcurrency { get; init; } = DefaultMaxConcurrency;

    /// <summary>How long a read waits for the next entry. Default 5 s.</summary>
    public TimeSpan BlockTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the ownership outlives its owner's last sign of life. Default 15 s.</summary>
    public TimeSpan OwnershipTtl { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Entries read that the offset has not passed, at most: bounds memory while one lane is stuck. Default 16,384.</summary>
    public int WindowSize { get; init; } = 16_384;

    /// <summary>Entries per read, at most: an entry may have any size, and a whole read is in memory at once. Default 128.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Trim the dead-letter stream to about this many entries; 0, the default, never does.</summary>
    public long DeadLettersMaxLength { get; init; }
}
