namespace Workers.Messaging;

/// <summary>What makes a stream of messages a stream of jobs: how to read one, whom it concerns, what to do, what to say.</summary>
public sealed record StreamBinding<TEnvelope, TResult>
{
    /// <summary>Label of the offset and the ownership, e.g. <c>stopjobs</c>.</summary>
    public required string Label { get; init; }

    /// <summary>The stream that is read.</summary>
    public required string Stream { get; init; }

    /// <summary>Decodes an entry; throws <see cref="BadEnvelopeException"/> for one that is to be dead-lettered.</summary>
    public required Func<StreamEntry, TEnvelope> Decode { get; init; }

    /// <summary>Envelopes of one key are handled in order, one at a time.</summary>
    public required Func<TEnvelope, string> Key { get; init; }

    /// <summary>
    /// Does the work. It is run again when it throws, after a pause and without end: only an outcome or a dead letter moves the
    /// offset. It may run more than once for one entry, since a crash may come before the commit.
    /// </summary>
    public required Func<TEnvelope, Delivery, CancellationToken, Task<TResult>> Handle { get; init; }

    /// <summary>What to append, atomically with the commit.</summary>
    public required Func<TEnvelope, TResult, IReadOnlyList<StreamAppend>> Encode { get; init; }
}
