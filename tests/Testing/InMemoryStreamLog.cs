using System.Text;
using Workers.Messaging;

namespace Workers.Testing;

/// <summary>
/// Streams and their progress as one process keeps them. Held to <see cref="StreamLogContract"/> together with the
/// real store, so that it cannot promise what that does not.
/// </summary>
/// <param name="time">Gives ids to entries, and lets blocked reads and leases run out.</param>
public sealed class InMemoryStreamLog(TimeProvider time) : IStreamLog, IStreamPeer
{
    private readonly Dictionary<string, InMemoryStream> _streams = new(StringComparer.Ordinal);
    private readonly Dictionary<string, InMemoryLabel> _labels = new(StringComparer.Ordinal);
    private readonly HashSet<string> _occupied = new(StringComparer.Ordinal);
    private readonly TimeProvider _time = time;
    private TaskCompletionSource _added = NewSignal();

    /// <summary>Whoever looks at a label or a stream holds it.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>A stream, whole, as text.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Texts(string stream)
    {
        lock (Gate)
            return [.. Existing(stream).Select(entry => entry.Fields.ToDictionary(
                field => Encoding.UTF8.GetString(field.Name), field => Encoding.UTF8.GetString(field.Value), StringComparer.Ordinal))];
    }

    /// <summary>The offset of a label; 0-0 when it was never set.</summary>
    public StreamEntryId Offset(string label)
    {
        lock (Gate) return Label(label).Offset ?? StreamEntryId.Zero;
    }

    public Task<IStreamReader> OpenReaderAsync(string stream, CancellationToken cancellationToken) =>
        Task.FromResult<IStreamReader>(new Reader(this, stream));

    public Task<(StreamProgress Progress, IReadOnlyList<StreamEntryId> Done)> LoadAsync(string label, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (Gate)
        {
            var state = Label(label);
            return Task.FromResult<(StreamProgress, IReadOnlyList<StreamEntryId>)>((Progress(state), [.. state.Done]));
        }
    }

    public async Task<(CommitAnswer Answer, StreamProgress Progress)> CommitAsync(Commit commit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // As with a server, the answer never comes on the caller's own stack.
        await Task.Yield();
        lock (Gate) return CommitUnderGate(commit);
    }

    public Task<StreamStatistics?> StatisticsAsync(string stream, CancellationToken cancellationToken)
    {
        lock (Gate)
            return Task.FromResult(_streams.TryGetValue(stream, out var found)
                ? new StreamStatistics(found.Added, found.Entries.Count, found.LastId)
                : null);
    }

    public Task<long> CountAsync(Fence fence, long entries, CancellationToken cancellationToken)
    {
        lock (Gate)
        {
            var label = Label(fence.Label);
            if (!label.IsOwnedBy(fence, _time.GetTimestamp())) throw new FencedException($"The stream {fence.Label} has another owner.");

            label.Committed = (label.Committed ?? 0) + entries;
            return Task.FromResult(label.Committed.Value);
        }
    }

    public Task<StreamEntryId> AddAsync(string stream, StreamEntryId? id, params IReadOnlyList<(byte[] Name, byte[] Value)> fields)
    {
        lock (Gate) return Task.FromResult(Add(stream, id, fields));
    }

    public Task<IReadOnlyList<StreamEntry>> EntriesAsync(string stream)
    {
        lock (Gate) return Task.FromResult<IReadOnlyList<StreamEntry>>([.. Existing(stream)]);
    }

    public Task TrimAsync(string stream, int keep)
    {
        lock (Gate)
        {
            var entries = Stream(stream).Entries;
            entries.RemoveRange(0, Math.Max(0, entries.Count - keep));
        }

        return Task.CompletedTask;
    }

    public Task DeleteAsync(string stream)
    {
        lock (Gate) _streams.Remove(stream);
        return Task.CompletedTask;
    }

    public Task OccupyAsync(string stream)
    {
        lock (Gate) _occupied.Add(stream);
        return Task.CompletedTask;
    }

    public Task<string?> OffsetAsync(string label)
    {
        lock (Gate) return Task.FromResult(Label(label).Offset?.ToString());
    }

    public Task SetOffsetAsync(string label, string text)
    {
        lock (Gate) Label(label).Offset = StreamEntryId.Parse(text);
        return Task.CompletedTask;
    }

    public Task ForgetDoneAsync(string label, StreamEntryId id)
    {
        lock (Gate) Label(label).Done.Remove(id);
        return Task.CompletedTask;
    }

    public Task ForgetStateAsync(string label)
    {
        lock (Gate)
        {
            Label(label).LastOwner = null;
            Label(label).Committed = null;
        }

        return Task.CompletedTask;
    }

    internal InMemoryLabel Label(string label)
    {
        if (!_labels.TryGetValue(label, out var state)) _labels.Add(label, state = new InMemoryLabel());
        return state;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static StreamProgress Progress(InMemoryLabel label) => new(
        label.Offset ?? StreamEntryId.Zero, label.Done.Count, label.Committed ?? (label.Offset is null ? 0 : -1));

    private (CommitAnswer Answer, StreamProgress Progress) CommitUnderGate(Commit commit)
    {
        var label = Label(commit.Fence.Label);
        if (!label.IsOwnedBy(commit.Fence, _time.GetTimestamp())) return (CommitAnswer.Fenced, new StreamProgress(StreamEntryId.Zero, 0, 0));

        var offset = label.Offset ?? StreamEntryId.Zero;
        var pending = commit.Entries.Where(entry => entry.Id > offset && !label.Done.Contains(entry.Id)).ToArray();
        if (commit.Entries.Count > 0 && pending.Length == 0) return (CommitAnswer.Already, Progress(label));
        if (label.IsBehind(commit.Known)) return (CommitAnswer.Rewound, Progress(label));

        foreach (var append in commit.Entries.SelectMany(entry => entry.Appends))
            if (_occupied.Contains(append.Stream))
                throw new InvalidOperationException($"{append.Stream} is not a stream.");

        var committed = Progress(label).Committed;
        var low = commit.LowWater > offset ? commit.LowWater : offset;
        foreach (var entry in pending)
        {
            foreach (var append in entry.Appends) Add(append);
            if (entry.Id > low) label.Done.Add(entry.Id);
        }

        label.Offset = low;
        label.Done.ExceptWith(commit.Passed);
        label.Committed = committed < 0 ? null : committed + pending.Length;
        return (CommitAnswer.Ok, Progress(label));
    }

    private void Add(StreamAppend append)
    {
        Add(append.Stream, null, [.. append.Fields.Select(field => (Encoding.UTF8.GetBytes(field.Key), Encoding.UTF8.GetBytes(field.Value)))]);
        var entries = Stream(append.Stream).Entries;
        if (append.MaxLength > 0 && entries.Count > append.MaxLength) entries.RemoveRange(0, entries.Count - (int)append.MaxLength);
    }

    private StreamEntryId Add(string name, StreamEntryId? id, IReadOnlyList<(byte[] Name, byte[] Value)> fields)
    {
        var stream = Stream(name);
        var given = id ?? NextId(stream.LastId);
        if (given <= stream.LastId) throw new InvalidOperationException($"{given} is not above {stream.LastId}, the newest id of {name}.");

        stream.Entries.Add(new StreamEntry(given, fields));
        stream.LastId = given;
        stream.Added++;
        Interlocked.Exchange(ref _added, NewSignal()).SetResult();
        return given;
    }

    private StreamEntryId NextId(StreamEntryId last)
    {
        var now = (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds();
        return now > last.Milliseconds ? new StreamEntryId(now, 0) : last with { Sequence = last.Sequence + 1 };
    }

    private InMemoryStream Stream(string name)
    {
        if (!_streams.TryGetValue(name, out var stream)) _streams.Add(name, stream = new InMemoryStream());
        return stream;
    }

    private List<StreamEntry> Existing(string name) => _streams.TryGetValue(name, out var stream) ? stream.Entries : [];

    private (IReadOnlyList<StreamEntry> Entries, Task Added) Look(string stream, StreamEntryId after, int count)
    {
        lock (Gate) return ([.. Existing(stream).Where(entry => entry.Id > after).Take(count)], _added.Task);
    }

    private sealed class InMemoryStream
    {
        public List<StreamEntry> Entries { get; } = [];

        public StreamEntryId LastId { get; set; }

        public long Added { get; set; }
    }

    private sealed class Reader(InMemoryStreamLog log, string stream) : IStreamReader
    {
        private readonly TimeProvider _time = log._time;

        public async Task<IReadOnlyList<StreamEntry>> ReadAsync(
            StreamEntryId after, int count, TimeSpan block, CancellationToken cancellationToken)
        {
            // Time counts from the call on, the answer never comes on the caller's own stack.
            using var expiry = new CancellationTokenSource(block, _time);
            await Task.Yield();
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (entries, added) = log.Look(stream, after, count);
                if (entries.Count > 0 || expiry.IsCancellationRequested) return entries;

                // Expired or cancelled: the loop tells which.
                await added.WaitAsync(waiting.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
