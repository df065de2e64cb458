using Workers.Demo.Platform;

namespace Workers.Demo.Stops;

/// <summary>Sends the envelopes, follows their answers, and then looks at everything once more from the start.</summary>
internal sealed class Performance(Streams streams, Stage stage, WorkerProbe worker, TimeProvider time)
{
    private static readonly string[] Followed = [Streams.Results, Streams.DeadLetters, Streams.HealthEvents];
    private static readonly TimeSpan OffsetInterval = TimeSpan.FromMilliseconds(20);

    /// <returns>Every entry that the worker wrote meanwhile, other people's included.</returns>
    /// <exception cref="DemoException">Something did not come in time; the message says what.</exception>
    public async Task<IReadOnlyList<StreamEntry>> PlayAsync(Ledger ledger, Action<Envelope> show, CancellationToken cancellationToken)
    {
        var starts = new Dictionary<string, StreamId>(StringComparer.Ordinal);
        foreach (var stream in Followed) starts[stream] = await streams.EndAsync(stream);

        await stage.SetAsync(ledger.Envelopes.Select(envelope => envelope.Game).OfType<Game>().Distinct(), cancellationToken);
        await SendAsync(ledger.Envelopes, show, cancellationToken);
        await FollowAsync(ledger, starts, show, cancellationToken);
        await AwaitOffsetAsync(ledger.Envelopes[^1].Id!.Value, cancellationToken);

        // The offset has passed every envelope, and it moves together with the answers: what is not here never comes.
        var written = new List<StreamEntry>();
        foreach (var (stream, start) in starts) written.AddRange(await streams.AfterAsync(stream, start));
        return written;
    }

    private async Task SendAsync(IEnumerable<Envelope> envelopes, Action<Envelope> show, CancellationToken cancellationToken)
    {
        var registered = new HashSet<Game>();
        foreach (var envelope in envelopes)
        {
            if (envelope.Game is { } game && registered.Add(game)) await stage.RegisterAsync(game, cancellationToken);
            envelope.Id = await streams.AppendAsync(Streams.StopJobs, envelope.Fields);
            show(envelope);
        }
    }

    private async Task FollowAsync(
        Ledger ledger, Dictionary<string, StreamId> starts, Action<Envelope> show, CancellationToken cancellationToken)
    {
        var positions = new Dictionary<string, StreamId>(starts, StringComparer.Ordinal);
        var start = time.GetTimestamp();
        while (!ledger.AllAnswered)
        {
            foreach (var entry in await streams.NextAsync(positions, cancellationToken))
            {
                positions[entry.Stream] = entry.Id;
                if (ledger.Match(entry) is { } answered) show(answered);
            }

            worker.EnsureAlive();
            if (time.GetElapsedTime(start) > DemoSettings.Patience)
                throw new DemoException(
                    $"no answer after {DemoSettings.Patience.TotalSeconds} s to "
                    + string.Join(", ", ledger.Envelopes.Where(envelope => envelope.Answer is null).Select(envelope => $"#{envelope.Number} ({envelope.Title})")));
        }
    }

    private async Task AwaitOffsetAsync(StreamId last, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (await streams.OffsetAsync() is var offset && !offset.IsAtOrAfter(last))
        {
            if (time.GetElapsedTime(start) > DemoSettings.Patience)
                throw new DemoException($"everything is answered, but the offset stays at {offset}, before the last envelope {last}");

            await Task.Delay(OffsetInterval, time, cancellationToken);
        }
    }
}
