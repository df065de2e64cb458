using System.Text;

namespace Workers.Testing;

/// <summary>Waits for one request, to do something about it at exactly that moment.</summary>
internal sealed class ReliabilityAmbush
{
    private readonly byte[][] _texts;
    private readonly Func<Task> _meanwhile;
    private readonly TaskCompletionSource _sprung = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _taken;

    /// <param name="holds">True to hold up all traffic from the request on, false to lose its answer.</param>
    /// <param name="meanwhile">Runs when the request is held, or when it is served and the client does not know.</param>
    /// <param name="texts">What the request contains, all of it.</param>
    public ReliabilityAmbush(bool holds, Func<Task> meanwhile, params string[] texts)
    {
        Holds = holds;
        _meanwhile = meanwhile;
        _texts = Array.ConvertAll(texts, Encoding.UTF8.GetBytes);
    }

    public bool Holds { get; }

    /// <summary>Ends when <see cref="SpringAsync"/> has run, and fails as it failed.</summary>
    public Task Sprung => _sprung.Task;

    /// <summary>Whether this is the request; at most one is.</summary>
    public bool Takes(ReadOnlySpan<byte> request)
    {
        foreach (var text in _texts)
            if (request.IndexOf(text) < 0)
                return false;

        return Interlocked.Exchange(ref _taken, 1) == 0;
    }

    public async Task SpringAsync()
    {
        try
        {
            await _meanwhile();
            _sprung.SetResult();
        }
        catch (Exception failure)
        {
            _sprung.SetException(failure);
        }
    }
}
