namespace Workers.Messaging;

/// <summary>
/// Which entries were read but are not passed by the offset yet, and how far the offset may move: the highest entry
/// below which nothing is unfinished (invariant 2). Not thread-safe.
/// </summary>
internal sealed class CommitWindow
{
    private readonly Queue<StreamEntryId> _read = new();
    private readonly HashSet<StreamEntryId> _finished = [];
    private readonly SortedSet<StreamEntryId> _done;

    /// <param name="offset">Where reading starts.</param>
    /// <param name="done">Entries above it that are committed already.</param>
    public CommitWindow(StreamEntryId offset, IEnumerable<StreamEntryId> done)
    {
        LowWater = offset;
        LastRead = offset;
        _done = [.. done];
    }

    /// <summary>Every entry read so far at or below it is finished.</summary>
    public StreamEntryId LowWater { get; private set; }

    /// <summary>The newest entry read.</summary>
    public StreamEntryId LastRead { get; private set; }

    /// <summary>Entries read that the low-water mark has not passed.</summary>
    public int Count => _read.Count;

    /// <summary>Takes an entry in, in stream order; false when it was committed before and is to be skipped.</summary>
    public bool Read(StreamEntryId id)
    {
        if (id <= LastRead) throw new ArgumentOutOfRangeException(nameof(id), id, $"Entries are read in order, after {LastRead}.");

        LastRead = id;
        _read.Enqueue(id);
        if (!_done.Contains(id)) return true;

        _finished.Add(id);
        Advance();
        return false;
    }

    /// <summary>Marks entries as finished; they are about to be committed together.</summary>
    public void Finish(IEnumerable<StreamEntryId> ids)
    {
        foreach (var id in ids) _finished.Add(id);
        Advance();
        foreach (var id in ids)
            if (id > LowWater)
                _done.Add(id);
    }

    /// <summary>Takes out the entries recorded as done that the low-water mark has passed: they leave the done set.</summary>
    public IReadOnlyList<StreamEntryId> TakePassed()
    {
        var passed = new List<StreamEntryId>();
        while (_done.Count > 0 && _done.Min <= LowWater)
        {
            passed.Add(_done.Min);
            _done.Remove(_done.Min);
        }

        return passed;
    }

    private void Advance()
    {
        while (_read.TryPeek(out var oldest) && _finished.Remove(oldest))
            LowWater = _read.Dequeue();
    }
}
