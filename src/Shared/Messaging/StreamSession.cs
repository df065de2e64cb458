using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Polly;

namespace Workers.Messaging;

/// <summary>
/// Works on a stream from where the store stands, until it is told to stop, loses the ownership, or the store falls
/// behind. Reads, runs lanes and commits side by side; holds nothing that outlives it.
/// </summary>
internal sealed class StreamSession<TEnvelope, TResult> : IDisposable
{
    private const int MaxCommitEntries = 256;
    private const long MaxCommitBytes = 1 << 20;
    private const long MaxPendingBytes = 16 << 20;
    private const long LargeRead = 4 << 20;

    private static readonly TimeSpan TrimCheckInterval = TimeSpan.FromSeconds(30);

    private readonly StreamBinding<TEnvelope, TResult> _binding;
    private readonly StreamOptions _options;
    private readonly IStreamLog _log;
    private readonly Ownership _ownership;
    private readonly IStreamObserver _observer;
    private readonly MessagingMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline _retryCommit;

    private readonly Lanes<Work> _lanes;
    private readonly Channel<Finished> _finished = Channel.CreateUnbounded<Finished>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _room = new(0, 1);
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ended;
    private CommitWindow _window = new(StreamEntryId.Zero, []);
    private StreamProgress _known = new(StreamEntryId.Zero, 0, 0);
    private int _uncommitted;
    private int _batch;
    private long _pendingBytes;
    private int _end = (int)SessionEnd.Stopped;

    public StreamSession(
        StreamBinding<TEnvelope, TResult> binding, StreamOptions options, IStreamLog log, Ownership ownership, IStreamObserver observer,
        MessagingMetrics metrics, TimeProvider time, ILogger logger, CancellationToken work)
    {
        _binding = binding;
        _options = options;
        _batch = options.BatchSize;
        _log = log;
        _ownership = ownership;
        _observer = observer;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(work);
        _lanes = new Lanes<Work>(options.MaxConcurrency, HandleAsync);
        _retryCommit = Retries.UntilDone(time, (failure, attempt) => Retrying("committing", failure, attempt));
    }

    /// <summary>What is known to be committed; held against the store with every renewal.</summary>
    public StreamProgress Known => Volatile.Read(ref _known);

    /// <summary>Entries read that the offset has not passed.</summary>
    public int InFlight
    {
        get
        {
            lock (_gate) return _window.Count;
        }
    }

    /// <summary>Ends the session now; what is under way is cancelled and publishes nothing.</summary>
    public void End(SessionEnd end)
    {
        Interlocked.CompareExchange(ref _end, (int)end, (int)SessionEnd.Stopped);
        _ended.Cancel();
    }

    /// <summary>
    /// Runs until <paramref name="stop"/> (reads no more, starts no more, finishes what runs) or until it is ended.
    /// </summary>
    public async Task<SessionEnd> RunAsync(CancellationToken stop)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stop, _ended.Token);
        try
        {
            var (progress, done) = await _log.LoadAsync(_binding.Label, _ended.Token);
            _window = new CommitWindow(progress.Offset, done);
            Volatile.Write(ref _known, progress);
            _logger.Reading(_binding.Label, _binding.Stream, progress.Offset.ToString(), done.Count);

            await Task.WhenAll(EndingOnFailureAsync(() => WorkAsync(stopping.Token)), EndingOnFailureAsync(CommitAsync));
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // Ended, for the reason in _end.
        }
        catch (FencedException)
        {
            End(SessionEnd.Fenced);
        }

        return (SessionEnd)Volatile.Read(ref _end);
    }

    public void Dispose()
    {
        _ended.Dispose();
        _room.Dispose();
    }

    private async Task WorkAsync(CancellationToken stop)
    {
        await Task.WhenAll(EndingOnFailureAsync(() => ReadAsync(stop)), _lanes.RunAsync(stop));
        // The committer ends once it has committed what the lanes finished.
        _finished.Writer.Complete();
    }

    /// <summary>When one of the loops fails, the others must not go on without it.</summary>
    private async Task EndingOnFailureAsync(Func<Task> loop)
    {
        try
        {
            await loop();
        }
        catch
        {
            await _ended.CancelAsync();
            throw;
        }
    }

    // --- reading -------------------------------------------------------------------------

    private async Task ReadAsync(CancellationToken stop)
    {
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await using var reader = await _log.OpenReaderAsync(_binding.Stream, stop);
                    await ReadOnAsync(reader, () => attempt = 1, stop);
                }
                catch (DependencyUnavailableException failure)
                {
                    // Perhaps what was asked for is more than fits into the time for a read.
                    _batch = Math.Max(1, _batch / 4);
                    Retrying("reading", failure, attempt);
                    await Task.Delay(Backoff.Delay(attempt), _time, stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped, or ended: reads no more.
        }
    }

    private async Task ReadOnAsync(IStreamReader reader, Action succeeded, CancellationToken stop)
    {
        var checkedAt = _time.GetTimestamp();
        while (true)
        {
            _observer.Turned(_binding.Label);
            var room = await RoomAsync(stop);
            var entries = await reader.ReadAsync(_window.LastRead, Math.Min(_batch, room), _options.BlockTimeout, stop);
            succeeded();

            var size = 0L;
            foreach (var entry in entries)
            {
                size += entry.Size;
                Dispatch(entry);
            }

            // Entries may have any size: after a large read take fewer at once, then grow again.
            _batch = size > LargeRead ? Math.Max(1, _batch / 4) : Math.Min(_options.BatchSize, _batch * 2);
            if (entries.Count > 0) _metrics.Read(entries.Count);
            if (entries.Count > 0 && _time.GetElapsedTime(checkedAt) < TrimCheckInterval) continue;

            // The committer looks, since between its commits the counts stand still.
            _finished.Writer.TryWrite(Finished.LookForLoss);
            checkedAt = _time.GetTimestamp();
        }
    }

    /// <summary>Waits until the window has room, and says for how many: one stuck lane must not grow memory.</summary>
    private async Task<int> RoomAsync(CancellationToken stop)
    {
        while (true)
        {
            lock (_gate)
            {
                var room = _options.WindowSize - _window.Count;
                if (room > 0 && _pendingBytes < MaxPendingBytes) return room;
            }

            // Back-pressure is not a loop that is stuck.
            await _room.WaitAsync(_options.BlockTimeout, stop);
            _observer.Turned(_binding.Label);
        }
    }

    private void Dispatch(StreamEntry entry)
    {
        lock (_gate)
        {
            if (!_window.Read(entry.Id))
            {
                _metrics.Skipped();
                // The low-water mark may have moved with nothing of ours to commit: let the committer look.
                _finished.Writer.TryWrite(Finished.Skipped);
                return;
            }

            _uncommitted++;
        }

        TEnvelope envelope;
        try
        {
            envelope = _binding.Decode(entry);
        }
        catch (BadEnvelopeException bad)
        {
            _logger.DeadLettered(_binding.Label, entry.Id.ToString(), bad.Message);
            _metrics.DeadLettered();
            var letter = DeadLetter.Of(_binding.Stream, entry, bad.Message, _time.GetUtcNow(), _options.DeadLettersMaxLength);
            Finish(new FinishedEntry(entry.Id, [letter]));
            return;
        }

        _lanes.Post(_binding.Key(envelope), new Work(entry.Id, envelope, MessagingTracing.ParentOf(entry)));
    }

    // --- working -------------------------------------------------------------------------

    private async Task HandleAsync(Work work)
    {
        using var activity = MessagingTracing.Start(_binding.Stream, work.Parent, work.Id);
        var delivery = new Delivery(work.Id, _ownership);
        for (var attempt = 1; !_ended.IsCancellationRequested; attempt++)
        {
            try
            {
                var result = await _binding.Handle(work.Envelope, delivery, _ended.Token);
                // Queued before the lane goes on: outcomes of a key are committed in its order (invariant 3).
                Finish(new FinishedEntry(work.Id, _binding.Encode(work.Envelope, result)));
                return;
            }
            catch (FencedException)
            {
                End(SessionEnd.Fenced);
            }
#pragma warning disable CA1031 // The top of a lane: no entry is given up, whatever its handler throws (invariant 1).
            catch (Exception failure)
#pragma warning restore CA1031
            {
                // Once the session has ended it is an interruption: no outcome, the entry is run again.
                if (_ended.IsCancellationRequested) return;

                _metrics.Retried("handle");
                _logger.HandlerFailed(failure, _binding.Label, work.Id.ToString(), attempt);
                await _ended.Token.PauseAsync(Backoff.Delay(attempt), _time);
            }
        }
    }

    private void Finish(FinishedEntry entry)
    {
        var size = 0L;
        foreach (var append in entry.Appends)
            foreach (var (name, value) in append.Fields)
                size += name.Length + value.Length;

        Interlocked.Add(ref _pendingBytes, size);
        _finished.Writer.TryWrite(new Finished(entry, size));
    }

    // --- committing ----------------------------------------------------------------------

    private async Task CommitAsync()
    {
        var batch = new List<FinishedEntry>(MaxCommitEntries);
        while (await _finished.Reader.WaitToReadAsync(_ended.Token))
        {
            batch.Clear();
            var size = 0L;
            var look = false;
            while (batch.Count < MaxCommitEntries && size < MaxCommitBytes && _finished.Reader.TryRead(out var next))
            {
                look |= next == Finished.LookForLoss;
                if (next.Entry is null) continue;

                batch.Add(next.Entry);
                size += next.Size;
            }

            await CommitAsync(batch.ToArray(), size);
            if (look) await LookForLossAsync();
        }
    }

    private async Task CommitAsync(FinishedEntry[] entries, long size)
    {
        Commit commit;
        lock (_gate)
        {
            _window.Finish(entries.Select(entry => entry.Id).ToArray());
            if (entries.Length == 0 && _window.LowWater <= _known.Offset) return;

            commit = new Commit
            {
                Fence = _ownership.Fence,
                Entries = entries,
                LowWater = _window.LowWater,
                Passed = _window.TakePassed(),
                Known = _known,
            };
        }

        var sentAt = _time.GetTimestamp();
        var (answer, progress) = await _retryCommit.ExecuteAsync(
            async token => await _log.CommitAsync(commit, token), _ended.Token);

        switch (answer)
        {
            case CommitAnswer.Fenced:
                End(SessionEnd.Fenced);
                break;
            case CommitAnswer.Rewound:
                End(SessionEnd.Rewound);
                break;
            case CommitAnswer.Already:
                _metrics.Already();
                _logger.AlreadyCommitted(_binding.Label, entries.Length);
                Committed(entries.Length, size, progress);
                break;
            case CommitAnswer.Ok:
                _metrics.Committed(entries.Length, _time.GetElapsedTime(sentAt));
                Committed(entries.Length, size, progress);
                break;
        }
    }

    private void Committed(int entries, long size, StreamProgress progress)
    {
        lock (_gate)
        {
            _uncommitted -= entries;
            Volatile.Write(ref _known, progress);
            Interlocked.Add(ref _pendingBytes, -size);
            if (_room.CurrentCount == 0) _room.Release();
        }
    }

    /// <summary>Entries that someone else trimmed before they were read are gone; the least is to say so.</summary>
    private async Task LookForLossAsync()
    {
        var (lastRead, before) = Uncommitted();
        try
        {
            if (await _log.StatisticsAsync(_binding.Stream, _ended.Token) is not { } statistics) return;

            var caughtUp = statistics.LastId <= lastRead;
            var lost = TrimWatch.Lost(statistics, Math.Max(0, _known.Committed), caughtUp ? before : Math.Max(before, Uncommitted().Count), caughtUp);
            // An unknown count (someone set the offset) starts from the first moment at which it can be known.
            if (lost == 0 || (_known.Committed < 0 && !caughtUp)) return;

            if (lost < 0 && _known.Committed >= 0) _logger.StreamMadeAnew(_binding.Label, _binding.Stream);
            if (lost > 0 && _known.Committed >= 0)
            {
                _logger.EntriesLost(_binding.Label, lost, _binding.Stream);
                _metrics.Lost(lost);
            }

            var committed = await _log.CountAsync(_ownership.Fence, lost, _ended.Token);
            Volatile.Write(ref _known, _known with { Committed = committed });
        }
        catch (DependencyUnavailableException failure)
        {
            // The next look comes with the next quiet moment.
            Retrying("looking for trimmed entries", failure, 1);
        }
    }

    private (StreamEntryId LastRead, int Count) Uncommitted()
    {
        lock (_gate) return (_window.LastRead, _uncommitted);
    }

    private void Retrying(string operation, Exception failure, int attempt)
    {
        _metrics.Retried(operation);
        _logger.Retrying(_binding.Label, operation, attempt, failure.Message);
    }

    private sealed record Work(StreamEntryId Id, TEnvelope Envelope, System.Diagnostics.ActivityContext Parent);

    /// <summary>What the committer is handed: an outcome, or a reason to look.</summary>
    private readonly record struct Finished(FinishedEntry? Entry, long Size)
    {
        public static readonly Finished Skipped = new(null, 0);
        public static readonly Finished LookForLoss = new(null, -1);
    }
}
