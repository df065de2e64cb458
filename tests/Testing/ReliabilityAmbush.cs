using System.Text;

namespace Workers.Testing;

/// <summary>Waits for one request, so that its answer can be lost.</summary>
internal sealed class ReliabilityAmbush
{
    private readonly byte[][] _texts;
    private readonly Func<Task> _unanswered;
    private readonly TaskCompletionSource _sprung = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _taken;

    /// <param name="unanswered">Runs when the server has served the request and the client does not know.</param>
    /// <param name="texts">What the request contains, all of it.</param>
    public ReliabilityAmbush(Func<Task> unanswered, params string[] texts)
    {
        _unanswered = unanswered;
        _texts = Array.ConvertAll(texts, Encoding.UTF8.GetBytes);
    }

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
            await _unanswered();
            _sprung.SetResult();
        }
        catch (Exception failure)
        {
            _sprung.SetException(failure);
        }
    }
}
