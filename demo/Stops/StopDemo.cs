using Npgsql;
using Spectre.Console;
using Workers.Demo.Boards;
using Workers.Demo.Platform;

namespace Workers.Demo.Stops;

/// <summary>The demo of StopJobs.Worker, from the first container to the verdict.</summary>
internal sealed class StopDemo(DemoSettings settings, IAnsiConsole console, TimeProvider time)
{
    /// <returns>Whether every check held.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var run = Guid.NewGuid().ToString("N")[..6];
        using var worker = new WorkerProbe(settings, time);
        await worker.AwaitReadyAsync(cancellationToken);

        using var streams = await Streams.ConnectAsync(settings.Redis);
        using var records = new Records(NpgsqlDataSource.Create(settings.Postgres));
        var engine = new Engine(settings.Docker, run);
        var stage = new Stage(engine, records);
        var ledger = new Ledger(Script.Write(run, time));
        IReadOnlyList<Finding> findings;
        try
        {
            IBoard board = console.Profile.Capabilities.Interactive ? new LiveBoard(console) : new LinesBoard(console);
            var performance = new Performance(streams, stage, worker, time);
            var written = await board.WatchAsync(ledger.Envelopes, show => performance.PlayAsync(ledger, show, cancellationToken));
            findings = await new Audit(engine, records, written).InspectAsync(ledger.Envelopes, cancellationToken);
        }
        finally
        {
            await stage.ClearAsync();
        }

        VerdictTable.Print(console, ledger.Envelopes, findings);
        var wrong = findings.Count(finding => !finding.Holds);
        var seconds = time.GetElapsedTime(start).TotalSeconds;
        console.MarkupLine(wrong == 0
            ? $"[green]PASS[/] {ledger.Envelopes.Count} envelopes, {ledger.Envelopes.Count} outcomes, {findings.Count} checks hold ({seconds:0.0} s)"
            : $"[red]FAIL[/] {wrong} of {findings.Count} checks do not hold");
        return wrong == 0;
    }
}
