using System.Threading.Channels;

namespace Workers.Messaging;

/// <summary>
/// One lane per key: items of a key run one after the other in the order they came (invariant 3); keys run in
/// parallel up to a bound, and take turns when there are more of them than places.
/// </summary>
internal sealed class Lanes<TItem>(int concurrency, Func<TItem, Task> run)
{
    private readonly Channel<Lane> _ready = Channel.CreateUnbounded<Lane>();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    /// <summary>Adds an item to the lane of its key.</summary>
    public void Post(string key, TItem item)
    {
        lock (_lanes)
        {
            if (!_lanes.TryGetValue(key, out var lane))
            {
                lane = new Lane(key, new Queue<TItem>());
                _lanes.Add(key, lane);
                _ready.Writer.TryWrite(lane);
            }

            lane.Items.Enqueue(item);
        }
    }

    /// <summary>Runs items until <paramref name="stop"/>: what runs then is finished, what waits is not started.</summary>
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => TakeTurnsAsync(stop)));

    private async Task TakeTurnsAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var lane = await _ready.Reader.ReadAsync(stop);
                stop.ThrowIfCancellationRequested();
                await run(lane.Next(_lanes));
                PutBack(lane);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Whatever still waits in its lane is handed back: it was never started.
        }
    }

    private void PutBack(Lane lane)
    {
        lock (_lanes)
        {
            lane.Items.Dequeue();
            if (lane.Items.Count > 0) _ready.Writer.TryWrite(lane);
            else _lanes.Remove(lane.Key);
        }
    }

    private sealed record Lane(string Key, Queue<TItem> Items)
    {
        public TItem Next(object gate)
        {
            lock (gate) return Items.Peek();
        }
    }
}
