using Workers.Demo.Stops;

namespace Workers.Demo.Boards;

/// <summary>Shows envelopes and their outcomes while they happen.</summary>
internal interface IBoard
{
    /// <summary>Runs the play; it calls back with every envelope that was sent or answered.</summary>
    Task<T> WatchAsync<T>(IReadOnlyList<Envelope> envelopes, Func<Action<Envelope>, Task<T>> play);
}
