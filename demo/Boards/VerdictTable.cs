using Spectre.Console;
using Workers.Demo.Stops;

namespace Workers.Demo.Boards;

/// <summary>What was checked, and what did not hold.</summary>
internal static class VerdictTable
{
    public static void Print(IAnsiConsole console, IReadOnlyList<Envelope> envelopes, IReadOnlyList<Finding> findings)
    {
        var table = new Table().RoundedBorder().AddColumns(["#", "Envelope", .. Audit.Checks]);
        foreach (var envelope in envelopes)
            table.AddRow([$"{envelope.Number}", Markup.Escape(envelope.Title), .. Audit.Checks.Select(check => Mark(envelope, check))]);
        console.Write(table);

        foreach (var finding in findings.Where(finding => !finding.Holds))
            console.MarkupLineInterpolated($"[red]#{finding.Envelope.Number} {finding.Check}[/]: {finding.Wrong}");

        string Mark(Envelope envelope, string check) => findings.FirstOrDefault(finding => finding.Envelope == envelope && finding.Check == check) switch
        {
            null => "[grey]-[/]",
            { Holds: true } => "[green]ok[/]",
            _ => "[red]WRONG[/]",
        };
    }
}
