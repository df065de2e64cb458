using Spectre.Console;
using Workers.Demo.Stops;

namespace Workers.Demo.Boards;

/// <summary>A table that fills itself: for terminals.</summary>
internal sealed class LiveBoard(IAnsiConsole console) : IBoard
{
    public Task<T> WatchAsync<T>(IReadOnlyList<Envelope> envelopes, Func<Action<Envelope>, Task<T>> play) =>
        console.Live(Draw(envelopes)).StartAsync(live => play(_ => live.UpdateTarget(Draw(envelopes))));

    private static Table Draw(IReadOnlyList<Envelope> envelopes)
    {
        var table = new Table().RoundedBorder().AddColumns("#", "Envelope", "Game", "Entry", "Outcome", "Remark");
        table.AddColumn(new TableColumn("Took").RightAligned());
        foreach (var envelope in envelopes)
            table.AddRow(
                $"{envelope.Number}", Markup.Escape(envelope.Title), Markup.Escape(envelope.Game?.Id ?? "-"), $"{envelope.Id}",
                Outcome(envelope), Markup.Escape(envelope.Remark), envelope.Took is { } took ? $"{took.TotalMilliseconds:0} ms" : "");
        return table;
    }

    private static string Outcome(Envelope envelope) => (envelope.Id, envelope.Outcome) switch
    {
        (null, _) => "[grey]preparing[/]",
        (_, "") => "[yellow]waiting[/]",
        (_, "success") => "[green]success[/]",
        (_, var outcome) => $"[blue]{Markup.Escape(outcome)}[/]",
    };
}
