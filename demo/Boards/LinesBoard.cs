using Spectre.Console;
using Workers.Demo.Stops;

namespace Workers.Demo.Boards;

/// <summary>One line per event: for files and pipes.</summary>
internal sealed class LinesBoard(IAnsiConsole console) : IBoard
{
    public Task<T> WatchAsync<T>(IReadOnlyList<Envelope> envelopes, Func<Action<Envelope>, Task<T>> play) => play(envelope =>
    {
        var what = envelope.Answer is null ? "sent" : $"{envelope.Outcome} {envelope.Remark}".TrimEnd();
        var took = envelope.Took is { } time ? $" after {time.TotalMilliseconds:0} ms" : "";
        console.WriteLine($"#{envelope.Number} {envelope.Title} ({envelope.Game?.Id ?? "-"}): {what}{took}");
    });
}
